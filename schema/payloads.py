"""What mutations give back: the thing changed, what the citizen can mend, and whether it was a replay."""

# mypy: disable-error-code="empty-body"
# A field is a signature here; its body is answered elsewhere.

import strawberry
from strawberry import UNSET

from schema.applications import Application
from schema.appointments import Appointment
from schema.bills import Bill
from schema.citizen import CityAccount
from schema.city import City
from schema.consent import Consent, ConsentTerms
from schema.declare import bilingual, row
from schema.directives import Pii
from schema.enums import ErrorCode, Language, PiiLevel
from schema.mandate import Mandate
from schema.scalars import URL, DateTime, IdempotencyKey


@strawberry.type(
    description="业务性失败(可由市民修正)放在 userErrors;系统性失败放在 errors。 Things a citizen can fix go in userErrors; faults go in errors."
)
class UserError:
    code: ErrorCode

    @bilingual()
    def message(self, lang: Language | None = UNSET) -> str: ...

    field: list[str] | None
    city: City | None
    retry_after: int | None
    consent: ConsentTerms | None = row(
        "CONSENT_REQUIRED:须同意的内容;CONFLICT:现行文本。 What to consent to, or the present text."
    )


@strawberry.type(description="幂等信息。 Idempotency info.")
class IdempotencyInfo:
    key: IdempotencyKey
    replayed: bool = row("是否为重放的先前结果。 Whether this is an earlier result replayed.")


@strawberry.type(description="LinkAccount 结果。 LinkAccount payload.")
class LinkAccountPayload:
    account: CityAccount | None
    user_errors: list[UserError]
    idempotency: IdempotencyInfo


@strawberry.type(description="Consent 结果。 Consent payload.")
class ConsentPayload:
    consent: Consent | None
    user_errors: list[UserError]
    idempotency: IdempotencyInfo


@strawberry.type(description="PayBill 结果。 PayBill payload.")
class PayBillPayload:
    bill: Bill | None
    cashier_url: URL | None = row(
        "收银台地址;支付结果以 billPaid / bill.state 为准。 Cashier URL; the truth is bill.state.",
        Pii(level=PiiLevel.PERSONAL),
    )
    user_errors: list[UserError]
    idempotency: IdempotencyInfo


@strawberry.type(description="Appointment 结果。 Appointment payload.")
class AppointmentPayload:
    appointment: Appointment | None
    user_errors: list[UserError]
    idempotency: IdempotencyInfo


@strawberry.type(description="Application 结果。 Application payload.")
class ApplicationPayload:
    application: Application | None
    user_errors: list[UserError]
    idempotency: IdempotencyInfo


@strawberry.type(description="Launch 结果。 Launch payload.")
class LaunchPayload:
    url: URL | None = row("", Pii(level=PiiLevel.PERSONAL))
    expires_at: DateTime | None
    user_errors: list[UserError]
    idempotency: IdempotencyInfo


@strawberry.type(description="Mandate 结果。 Mandate payload.")
class MandatePayload:
    mandate: Mandate | None
    code: str | None = row(
        "一次性代码,仅发出委托时给出;请当面或经可信渠道交给代办人。 The one-time code; only when a mandate is offered.",
        Pii(level=PiiLevel.PERSONAL),
    )
    code_expires_at: DateTime | None = row("代码的有效期限。 Until when the code may be used.")
    user_errors: list[UserError]
    idempotency: IdempotencyInfo
