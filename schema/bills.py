"""Bills, from one city or merged from several."""

import strawberry

from schema.declare import row
from schema.directives import Assurance, Masked, Pii
from schema.enums import AssuranceLevel, BillState, Mask, PiiLevel, UtilityKind
from schema.money import Money
from schema.node import Node
from schema.paging import PageInfo
from schema.provenance import CityCoverage, FromCity
from schema.scalars import Cursor, Date, DateTime


@strawberry.type(description="账单。 A bill.", directives=[Assurance(level=AssuranceLevel.REAL_NAME)])
class Bill(Node, FromCity):
    kind: UtilityKind
    state: BillState
    account_no: str | None = row(
        "户号(脱敏)。 Masked account number.", Pii(level=PiiLevel.PERSONAL), Masked(kind=Mask.ACCOUNT)
    )
    payee: str
    amount: Money = row("", Pii(level=PiiLevel.PERSONAL))
    period: str | None
    due_on: Date | None
    paid_at: DateTime | None
    address: str | None = row(
        "缴费地址(脱敏)。 Masked supply address.", Pii(level=PiiLevel.PERSONAL), Masked(kind=Mask.ADDRESS)
    )


@strawberry.type(description="账单边。 Bill edge.")
class BillEdge:
    node: Bill
    cursor: Cursor


@strawberry.type(description="账单扇出结果。 Bills from several cities.")
class BillResult:
    edges: list[BillEdge]
    nodes: list[Bill]
    page_info: PageInfo
    coverage: list[CityCoverage]
    unpaid_total: Money | None = row("", Pii(level=PiiLevel.PERSONAL))
