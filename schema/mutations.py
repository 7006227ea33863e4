"""The mutation root."""

# mypy: disable-error-code="empty-body"
# A field is a signature here; its body is answered elsewhere.
# ruff: noqa: A002  (arguments bear their GraphQL names)

import strawberry

from schema.codes import AssuranceLevel
from schema.declare import answered
from schema.directives import Assurance, Op
from schema.inputs import (
    BookAppointmentInput,
    CancelAppointmentInput,
    GrantConsentInput,
    LaunchInput,
    LinkAccountInput,
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
