"""Mandates (亲情服务): one citizen acts for another within a scope."""

import strawberry
from strawberry import ID

from schema.city import City
from schema.declare import row
from schema.directives import Assurance, Pii
from schema.enums import AssuranceLevel, MandateRelation, MandateRole, MandateState, PiiLevel
from schema.node import Node
from schema.scalars import DateTime


@strawberry.type(
    description="委托(亲情服务):一位市民在限定范围内替另一位办事。 A mandate: one citizen acts for another within a scope.",
    directives=[Assurance(level=AssuranceLevel.REGISTERED)],
)
class Mandate(Node):
    role: MandateRole
    relation: MandateRelation
    state: MandateState
    party: str | None = row(
        "对方的脱敏姓名;尚未接受时为空。 The other party's masked name; null until it is accepted.",
        Pii(level=PiiLevel.PERSONAL),
    )
    operations: list[str] = row("可代办的规范操作,如 bills.list。 Canonical operations it covers.")
    cities: list[City]
    offered_at: DateTime
    accepted_at: DateTime | None
    expires_at: DateTime
    ended_at: DateTime | None


@strawberry.type(description="正在代办的人。 Who is acting for the citizen right now.")
class ActingPerson:
    display_name: str = row("脱敏姓名。 Masked name.", Pii(level=PiiLevel.PERSONAL))
    relation: MandateRelation
    mandate_id: ID
