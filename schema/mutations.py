"""The mutation root."""

# mypy: disable-error-code="empty-body"
# A field is a signature here; its body is answered elsewhere.
# ruff: noqa: A002  (arguments bear their GraphQL names)

import strawberry

from schema.declare import answered
from schema.directives import Assurance, Op
from schema.enums import AssuranceLevel
from schema.inputs import (
    AcceptMandateInput,
    BookAppointmentInput,
    CancelAppointmentInput,
    EndMandateInput,
    GrantConsentInput,
    LaunchInput,
    LinkAccountInput,
    OfferMandateInput,
    PayBillInput,
    RevokeConsentInput,
    SubmitApplicationInput,
)
from schema.payloads import (
    ApplicationPayload,
    AppointmentPayload,
    ConsentPayload,
    LaunchPayload,
    LinkAccountPayload,
    MandatePayload,
    PayBillPayload,
)


@strawberry.type(description="变更根。 Mutation root.")
class Mutation:
    @answered("", Op(id="account.link"), Assurance(level=AssuranceLevel.REAL_NAME))
    async def link_account(self, input: LinkAccountInput) -> LinkAccountPayload: ...

    @answered("", Assurance(level=AssuranceLevel.REAL_NAME))
    async def grant_consent(self, input: GrantConsentInput) -> ConsentPayload: ...

    @answered("", Assurance(level=AssuranceLevel.REGISTERED))
    async def revoke_consent(self, input: RevokeConsentInput) -> ConsentPayload: ...

    @answered("", Op(id="bills.pay"), Assurance(level=AssuranceLevel.REAL_NAME))
    async def pay_bill(self, input: PayBillInput) -> PayBillPayload: ...

    @answered("", Op(id="appointments.book"), Assurance(level=AssuranceLevel.REAL_NAME))
    async def book_appointment(self, input: BookAppointmentInput) -> AppointmentPayload: ...

    @answered("", Op(id="appointments.cancel"), Assurance(level=AssuranceLevel.REAL_NAME))
    async def cancel_appointment(self, input: CancelAppointmentInput) -> AppointmentPayload: ...

    @answered("", Op(id="applications.submit"), Assurance(level=AssuranceLevel.REAL_PERSON))
    async def submit_application(self, input: SubmitApplicationInput) -> ApplicationPayload: ...

    @answered(
        "换取一次性单点登录地址,用于打开城市 H5 服务。 One-time sign-on URL for a web service.",
        Op(id="account.launch"),
        Assurance(level=AssuranceLevel.REGISTERED),
    )
    async def launch(self, input: LaunchInput) -> LaunchPayload: ...

    @answered(
        "委托他人替我办事(亲情服务):给出一次性代码,对方接受后生效。 Let somebody act for me, by a one-time code.",
        Assurance(level=AssuranceLevel.REAL_NAME),
    )
    async def offer_mandate(self, input: OfferMandateInput) -> MandatePayload: ...

    @answered(
        "凭一次性代码接受委托。 Accept a mandate by its one-time code.", Assurance(level=AssuranceLevel.REAL_NAME)
    )
    async def accept_mandate(self, input: AcceptMandateInput) -> MandatePayload: ...

    @answered("结束委托,任何一方都可以。 End a mandate, by either side.", Assurance(level=AssuranceLevel.REGISTERED))
    async def end_mandate(self, input: EndMandateInput) -> MandatePayload: ...
