"""A city and its channel. The catalogue is lazily named: it refers back to the city."""

# mypy: disable-error-code="empty-body"
# A field is a signature here; its body is answered elsewhere.
# ruff: noqa: A002  (arguments bear their GraphQL names)

from typing import TYPE_CHECKING, Annotated

import strawberry
from strawberry import UNSET

from schema.declare import answered, bilingual, row
from schema.directives import Public
from schema.enums import Availability, Badge, ChannelStatus, CityId, ContactRole, Language
from schema.filters import ServiceFilter
from schema.node import Node
from schema.scalars import Cursor, Decimal

if TYPE_CHECKING:
    from schema.catalogue import ServiceConnection, ServiceShare


@strawberry.type(description="频道联系人。 A channel contact.")
class Contact:
    role: ContactRole
    name: str
    phone: str | None
    email: str | None


@strawberry.type(description="一条统计。 One published figure.")
class CityStatistic:
    name: str
    qualifier: str | None = row("突破、余、约…… As published: over, about.")
    value: Decimal
    unit: str
    as_of: str = row("出处给出的日期,可只到年:2023。 As published, year alone allowed.")
    source: str


@strawberry.type(description="一个城市及其频道。 A city and its channel.", directives=[Public()])
class City(Node):
    code: str = row("GB/T 2260 行政区划代码,如 510600。 GB/T 2260 code.")
    slug: str = row("配置中的英文标识,如 deyang。 Slug used in channel files.")

    @bilingual()
    def name(self, lang: Language | None = UNSET) -> str: ...

    @bilingual("城市 App / 频道名,如 德阳市民通。 App or channel name.")
    def app_name(self, lang: Language | None = UNSET) -> str: ...

    status: ChannelStatus

    @answered()
    async def availability(self) -> Availability: ...

    time_zone: str
    contacts: list[Contact]

    @answered("该城市在目录中的服务。 Services this city lists.")
    async def services(
        self, filter: ServiceFilter | None = UNSET, first: int = 20, after: Cursor | None = UNSET
    ) -> Annotated["ServiceConnection", strawberry.lazy("schema.catalogue")]: ...

    @answered("与我当前城市之间已共享的服务。 Services shared with the caller's home city.")
    async def shared_with(
        self, city: CityId
    ) -> list[Annotated["ServiceShare", strawberry.lazy("schema.catalogue")]]: ...

    @answered()
    def badge(self) -> Badge: ...

    @answered("有日期、有出处的统计,不相加。 Dated facts with a source; contradictory ones side by side, never summed.")
    async def statistics(self) -> list[CityStatistic]: ...
