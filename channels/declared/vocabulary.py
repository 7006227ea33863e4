"""The words that files choose from.  They equal the enums of the graph; tests/channels/test_vocabulary.py holds them together."""

from typing import Literal

Theme = Literal[
    "SOCIAL_SECURITY", "HEALTH", "TRANSPORT", "HOUSING", "BILLS", "DAILY_LIFE", "LEISURE", "LEGAL", "EDUCATION", "OTHER"
]  # fmt: skip
ServiceType = Literal["QUERY", "TRANSACT", "INFO"]
SourceLevel = Literal["CITY", "PROVINCE", "MINISTRY", "PARTNER"]
IntegrationStatus = Literal["NOT_STARTED", "CONNECTED", "IN_DEVELOPMENT", "LIVE", "RETIRED"]
ChannelStatus = Literal["DRAFT", "PILOT", "LIVE", "PAUSED", "RETIRED"]
Assurance = Literal["ANONYMOUS", "REGISTERED", "REAL_NAME", "REAL_PERSON", "IN_PERSON"]
ContactRole = Literal["OPERATOR", "ONCALL", "DATA_PROTECTION", "CITIZEN_HOTLINE"]
Claim = Literal[
    "PAIRWISE_ID", "NAME", "ID_NUMBER", "PHONE", "SOCIAL_CARD_NUMBER", "VEHICLE_PLATE", "ADDRESS", "FACE_PROOF"
]  # fmt: skip
ClaimKey = Literal[
    "pairwise_id", "name", "id_number", "phone", "social_card_number", "vehicle_plate", "address", "face_proof"
]  # fmt: skip
UtilityKind = Literal["WATER", "ELECTRICITY", "GAS", "CABLE", "PROPERTY", "FINE", "OTHER"]
