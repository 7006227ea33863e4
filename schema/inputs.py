"""Inputs of the mutations. Answers receive them as plain dicts of canonical names."""

import strawberry
from strawberry import ID, UNSET

from schema.codes import CityId, Claim, PiiLevel
from schema.declare import given
from schema.directives import Pii
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
    note: str | None = UNSET
    idempotency_key: IdempotencyKey


@strawberry.input(description="CancelAppointment 入参。 CancelAppointment input.")
class CancelAppointmentInput:
    appointment_id: ID
    reason: str | None = UNSET
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
