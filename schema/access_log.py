"""Who asked about the citizen beyond their home city: the usage ledger as its subject may read it."""

import strawberry

from schema.city import City
from schema.declare import row
from schema.directives import Pii
from schema.enums import AccessOutcome, ErrorCode, PiiLevel
from schema.paging import PageInfo
from schema.scalars import Cursor, DateTime

OWN = Pii(level=PiiLevel.PERSONAL)


@strawberry.type(description="一次跨城调用的记录。 The record of one call about the citizen across a city border.")
class AccessRecord:
    at: DateTime
    home: City | None = row("归属城市;未接入本网关时为空。 Home city; null where it is not part of this graph.")
    visited: City | None = row("被调用的城市;已退出本网关时为空。 The city asked; null where it has left this graph.")
    operation: str = row("规范操作,如 bills.list。 Canonical operation.", OWN)
    purpose: str | None = row("处理目的(协议所载)。 Purpose, as the agreement has it.", OWN)
    agreement_id: strawberry.ID | None = row("", OWN)
    consent_id: strawberry.ID | None = row("所依据的单独同意。 The separate consent it rests on.", OWN)
    outcome: AccessOutcome
    code: ErrorCode | None = row("未成功的原因。 Why it did not succeed.")
    from_cache: bool = row("由网关已有的答复给出。 Given from an answer the gateway still had.")
    settled: bool = row(
        "事后问清的结果,补记于先前结果未知的办理。 What was found out later of a call with unknown outcome."
    )
    app: str | None = row("发起调用的应用。 The application that asked.", OWN)
    acted_by_other: bool = row("由他人代办(亲情服务)。 Someone else acted for the citizen.")


@strawberry.type(description="访问记录边。 Access record edge.")
class AccessRecordEdge:
    node: AccessRecord
    cursor: Cursor


@strawberry.type(description="访问记录,最新在前。 Access records, the newest first.")
class AccessLogResult:
    edges: list[AccessRecordEdge]
    nodes: list[AccessRecord]
    page_info: PageInfo
