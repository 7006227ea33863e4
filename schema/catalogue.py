"""Services, who provides them, how they are opened and with whom they are shared."""

# mypy: disable-error-code="empty-body"
# A field is a signature here; its body is answered elsewhere.

from typing import Annotated

import strawberry
from strawberry import ID, UNSET

from schema.city import City
from schema.declare import answered, bilingual, row
from schema.directives import Public
from schema.enums import (
    AgreementState,
    AssuranceLevel,
    Availability,
    CityId,
    Claim,
    IntegrationStatus,
    Language,
    ServiceType,
    ShareDenial,
    SourceLevel,
    Theme,
)
from schema.node import Node
from schema.paging import PageInfo
from schema.scalars import Cursor, Date


@strawberry.type(description="原生入口。 Native entry.")
class NativeEntry:
    operations: list[str] = row("可直接用本图完成的规范操作。 Canonical operations available in this graph.")


@strawberry.type(description="网页入口。 Web entry.")
class WebEntry:
    host: str = row("需先用 launch 换取一次性登录票据。 Call `launch` for a one-time sign-on URL.")
    embeddable: bool


ServiceEntry = Annotated[
    NativeEntry | WebEntry,
    strawberry.union("ServiceEntry", description="服务入口:原生操作、网页或小程序。 How a front-end opens it."),
]


@strawberry.type(description="漫游共享及其协议。 A share under an agreement.")
class ServiceShare:
    provider: City
    consumer: City
    service: "Service"
    allowed: bool
    reason: ShareDenial | None = row("不允许的原因。 Why not.")

    @bilingual("原因及日期的说明。 The reason in a sentence, with its date.")
    def message(self, lang: Language | None = UNSET) -> str | None: ...

    agreement_id: ID | None
    agreement_state: AgreementState | None = row("协议在今天的状态。 The agreement's state today.")
    claims: list[Claim]
    valid_until: Date | None


@strawberry.type(
    description="规范服务:一个事项代码,多个提供者。同一城市可有多个提供者(如绵阳的燃气缴费有市燃气集团、港华、各县公司)。\n"
    "A canonical service: one item code, many providers. One city may have several providers.",
    directives=[Public()],
)
class Service(Node):
    code: ID = row("规范事项代码,如 SI-QUERY。 Canonical item code.")

    @bilingual()
    def name(self, lang: Language | None = UNSET) -> str: ...

    theme: Theme
    type: ServiceType

    @answered("谁在提供:城市 × 责任单位。 Who provides it: city × department.")
    async def providers(
        self, cities: list[CityId] | None = UNSET, status: list[IntegrationStatus] | None = UNSET
    ) -> "list[ServiceProvider]": ...

    @answered("为当前调用者推荐的提供者(归属城市优先,其次漫游)。 Best provider for the caller.")
    async def best(self) -> "ServiceProvider | None": ...


@strawberry.type(
    description="某城市某责任单位提供的一项服务。 One city's department offering a service.", directives=[Public()]
)
class ServiceProvider(Node):
    service: Service
    city: City
    department: str = row("责任单位。 Owner department.")

    @bilingual()
    def local_name(self, lang: Language | None = UNSET) -> str: ...

    source: SourceLevel
    status: IntegrationStatus
    highlight: bool
    required_assurance: AssuranceLevel
    entry: ServiceEntry

    @answered("对某城市市民是否开放及依据。 Whether and why a city's citizens may use it.")
    async def share(self, with_: Annotated[CityId, strawberry.argument(name="with")]) -> ServiceShare | None: ...

    @answered()
    async def availability(self) -> Availability: ...


@strawberry.type(description="服务边。 Service edge.")
class ServiceEdge:
    node: Service
    cursor: Cursor


@strawberry.type(description="服务分页。 Page of services.")
class ServiceConnection:
    edges: list[ServiceEdge]
    nodes: list[Service]
    page_info: PageInfo
    total_count: int | None
