"""The enums of `codes`, made known to Strawberry: the same classes. Declarations of types take them from here."""

import strawberry

from schema.codes import (
    AccessOutcome,
    AccountState,
    AgreementState,
    ApplicationState,
    AppointmentKind,
    AppointmentState,
    AssuranceLevel,
    Availability,
    Badge,
    BillState,
    ChannelStatus,
    CityId,
    CityOutcome,
    Claim,
    ConsentState,
    ContactRole,
    EnrolmentState,
    ErrorCode,
    InsuranceKind,
    IntegrationStatus,
    Language,
    MandateRelation,
    MandateRole,
    MandateState,
    Mask,
    NoticeKind,
    PiiLevel,
    ServiceType,
    ShareDenial,
    SourceLevel,
    Standing,
    Theme,
    UtilityKind,
)
from schema.naming import SUMMARIES, Name

__all__ = [
    "AccessOutcome",
    "AccountState",
    "AgreementState",
    "ApplicationState",
    "AppointmentKind",
    "AppointmentState",
    "AssuranceLevel",
    "Availability",
    "Badge",
    "BillState",
    "ChannelStatus",
    "CityId",
    "CityOutcome",
    "Claim",
    "ConsentState",
    "ContactRole",
    "EnrolmentState",
    "ErrorCode",
    "InsuranceKind",
    "IntegrationStatus",
    "Language",
    "MandateRelation",
    "MandateRole",
    "MandateState",
    "Mask",
    "NoticeKind",
    "PiiLevel",
    "ServiceType",
    "ShareDenial",
    "SourceLevel",
    "Standing",
    "Theme",
    "UtilityKind",
]


def known(names: type[Name], summary: str) -> None:
    """Declare an enum with its description, and its values with theirs."""
    declared = strawberry.enum(names, description=summary)
    for value in declared.__strawberry_definition__.values:  # type: ignore[attr-defined]
        value.description = names[value.name].description or None


for _names, _summary in SUMMARIES.items():
    known(_names, _summary)
