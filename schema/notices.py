"""Notices of outages, transit and policy."""

import strawberry

from schema.directives import Public
from schema.enums import NoticeKind
from schema.node import Node
from schema.paging import PageInfo
from schema.provenance import CityCoverage, FromCity
from schema.scalars import URL, Cursor, DateTime


@strawberry.type(description="公告资讯。 A notice.", directives=[Public()])
class Notice(Node, FromCity):
    kind: NoticeKind
    title: str
    summary: str | None
    url: URL | None
    area: str | None
    published_at: DateTime
    starts_at: DateTime | None
    ends_at: DateTime | None


@strawberry.type(description="公告边。 Notice edge.")
class NoticeEdge:
    node: Notice
    cursor: Cursor


@strawberry.type(description="公告扇出结果。 Notices from several cities.")
class NoticeResult:
    edges: list[NoticeEdge]
    nodes: list[Notice]
    page_info: PageInfo
    coverage: list[CityCoverage]
