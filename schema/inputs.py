"""Inputs of the mutations. Answers receive them as plain dicts of canonical names."""

import strawberry
from strawberry import ID, UNSET

from schema.declare import given
from schema.directives import Pii
from schema.enums import CityId, Claim, MandateRelation, PiiLevel
from schema.scalars import JSON, URL, Decimal, IdempotencyKey


@strawberry.input(description="LinkAccount 入参。 LinkAccount input.")
class LinkAccountInput:
    city: CityId
    idempotency_key: IdempotencyKey


@strawberry.input(description="GrantConsent 入参。 GrantConsent input.")
class GrantConsentInput:
    provider: CityId
    services: list[ID]
    claims: list[Claim]
    days: int = 180
    text_version: str | None = given(
        "市民所见文本的版本;不是现行文本时拒绝(CONFLICT)。 Version of the text shown; refused when it is not the present one.",
        default=UNSET,
    )
    idempotency_key: IdempotencyKey


@strawberry.input(description="RevokeConsent 入参。 RevokeConsent input.")
class RevokeConsentInput:
    consent_id: ID
    idempotency_key: IdempotencyKey


@strawberry.input(description="PayBill 入参。 PayBill input.")
class PayBillInput:
    bill_id: ID
    amount: Decimal
    return_url: URL
    idempotency_key: IdempotencyKey


@strawberry.input(description="BookAppointment 入参。 BookAppointment input.")
class BookAppointmentInput:
    slot_id: ID
    patient_name: str | None = given("", Pii(level=PiiLevel.PERSONAL), default=UNSET)
    note: str | None = given("", Pii(level=PiiLevel.PERSONAL), default=UNSET)
    idempotency_key: IdempotencyKey


@strawberry.input(description="CancelAppointment 入参。 CancelAppointment input.")
class CancelAppointmentInput:
    appointment_id: ID
    reason: str | None = given("", Pii(level=PiiLevel.PERSONAL), default=UNSET)
    idempotency_key: IdempotencyKey


@strawberry.input(description="SubmitApplication 入参。 SubmitApplication input.")
class SubmitApplicationInput:
    city: CityId
    service_code: ID
    form: JSON = given(
        "按 Service 表单模式校验的内容。 Validated against the provider's form schema.", Pii(level=PiiLevel.SENSITIVE)
    )
    idempotency_key: IdempotencyKey


@strawberry.input(description="Launch 入参。 Launch input.")
class LaunchInput:
    provider_id: ID
    idempotency_key: IdempotencyKey


@strawberry.input(description="OfferMandate 入参。 OfferMandate input.")
class OfferMandateInput:
    relation: MandateRelation = given("我是代办人的什么人。 What I am to the one who will act for me.")
    operations: list[str] = given(
        "可代办的规范操作,如 bills.list、bills.pay。 Canonical operations, such as bills.list."
    )
    cities: list[CityId]
    days: int = 30
    idempotency_key: IdempotencyKey


@strawberry.input(description="AcceptMandate 入参。 AcceptMandate input.")
class AcceptMandateInput:
    code: str = given("委托人给出的一次性代码。 The one-time code that the principal passed on.")
    idempotency_key: IdempotencyKey


@strawberry.input(description="EndMandate 入参。 EndMandate input.")
class EndMandateInput:
    mandate_id: ID
    idempotency_key: IdempotencyKey
