"""A citizen's separate consent for one city's data use in another."""

import strawberry

from schema.catalogue import Service
from schema.city import City
from schema.codes import Claim
from schema.node import Node
from schema.scalars import DateTime


@strawberry.type(description="对跨城使用个人信息的单独同意。 Separate consent for using personal data across cities.")
class Consent(Node):
    provider: City
    consumer: City
    services: list[Service]
    claims: list[Claim]
    granted_at: DateTime
    expires_at: DateTime
    revoked_at: DateTime | None
