"""The subscription root: answers are async generators of rows."""

# mypy: disable-error-code="empty-body"
# A field is a signature here; its body is answered elsewhere.
# ruff: noqa: A002  (arguments bear their GraphQL names)

from collections.abc import AsyncGenerator

import strawberry
from strawberry import ID, UNSET

from schema.applications import Application
from schema.city import City
from schema.declare import streamed
from schema.directives import Assurance, Op, Public
from schema.enums import AssuranceLevel, CityId, NoticeKind
from schema.notices import Notice


@strawberry.type(description="订阅根(SSE 与 graphql-transport-ws)。 Subscription root.")
class Subscription:
    @streamed("办件进度。 Application progress.", Op(id="applications.get"), Assurance(level=AssuranceLevel.REAL_NAME))
    async def application_progress(self, id: ID) -> AsyncGenerator[Application | None, None]: ...

    @streamed("某些城市的新公告。 New notices.", Op(id="notices.list"), Public())
    async def notice_published(
        self, cities: list[CityId], kinds: list[NoticeKind] | None = UNSET
    ) -> AsyncGenerator[Notice | None, None]: ...

    @streamed("频道可用性变化(状态页用)。 Channel availability, for status pages.", Public())
    async def channel_availability(self, cities: list[CityId] | None = UNSET) -> AsyncGenerator[City | None, None]: ...
