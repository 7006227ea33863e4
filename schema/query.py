"""The query root, the gateway itself, and the mount point of city-contributed fields."""

# mypy: disable-error-code="empty-body"
# A field is a signature here; its body is answered elsewhere.
# ruff: noqa: A002  (arguments bear their GraphQL names)

import strawberry
from strawberry import ID, UNSET

from schema.catalogue import Service, ServiceConnection
from schema.citizen import Citizen
from schema.city import City
from schema.declare import answered, row
from schema.directives import Cost, Op, Public
from schema.enums import ChannelStatus, CityId, NoticeKind, Theme
from schema.explaining import RoamExplanation
from schema.filters import ServiceFilter
from schema.node import Node
from schema.notices import NoticeResult
from schema.scalars import JSON, Cursor, DateTime
from schema.scope import CityScope
from schema.search import SearchResult


@strawberry.type(description="网关自身信息。 About the gateway.")
class Gateway:
    version: str
    config_version: str = row(
        "当前生效的配置版本,如 cfg-42·7f3a9c。 Active config version; also in every response's extensions."
    )
    schema_version: str
    time: DateTime


@strawberry.type(
    description="城市自有内容的挂载点;每个城市用 contribute.graphql 扩展一个字段。 Mount point for city-contributed fields."
)
class LocalRoot:
    available: bool = row("占位,始终为 true。 Placeholder so that the type is never empty.")


@strawberry.type(description="查询根。 Query root.")
class Query:
    @answered("", Public())
    async def gateway(self) -> Gateway: ...

    @answered("当前市民;未登录为 null。 The citizen; null when anonymous.", Public())
    async def me(self) -> Citizen | None: ...

    @answered("", Public())
    async def cities(
        self,
        status: list[ChannelStatus] | None = [ChannelStatus.LIVE, ChannelStatus.PILOT],  # noqa: B006  (never called)
    ) -> list[City]: ...

    @answered("", Public())
    async def city(self, id: CityId) -> City | None: ...

    @answered("漫游到某城市。 Enter a city.", Public())
    async def roam(self, city: CityId) -> CityScope | None: ...

    @answered("", Public())
    async def services(
        self, filter: ServiceFilter | None = UNSET, first: int = 20, after: Cursor | None = UNSET
    ) -> ServiceConnection: ...

    @answered("", Public())
    async def service(self, code: ID) -> Service | None: ...

    @answered("", Op(id="notices.list"), Public(), Cost(value=2, per_city=True))
    async def notices(
        self,
        cities: list[CityId],
        kinds: list[NoticeKind] | None = UNSET,
        first: int = 20,
        after: Cursor | None = UNSET,
    ) -> NoticeResult | None: ...

    @answered("", Public())
    async def search(
        self,
        text: str,
        cities: list[CityId] | None = UNSET,
        themes: list[Theme] | None = UNSET,
        first: int = 20,
        after: Cursor | None = UNSET,
    ) -> SearchResult: ...

    @answered("", Public())
    async def node(self, id: ID) -> Node | None: ...

    @answered("", Public())
    async def local(self) -> LocalRoot: ...

    @answered(
        "解释一个操作会向哪些城市要什么、依据什么、为何不要;仅限测试环境。 Explains what an operation would ask of which city, "
        "on what grounds, and why not; where testers work.",
        Public(),
        Cost(value=900),
    )
    async def roam_explain(
        self, operation: str, variables: JSON | None = UNSET, operation_name: str | None = UNSET
    ) -> RoamExplanation | None: ...
