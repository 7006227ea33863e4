"""The citizen behind the request, with an account in each city."""

# mypy: disable-error-code="empty-body"
# A field is a signature here; its body is answered elsewhere.
# ruff: noqa: A002  (arguments bear their GraphQL names)

import strawberry
from strawberry import UNSET

from schema.access_log import AccessLogResult
from schema.applications import ApplicationResult
from schema.appointments import AppointmentResult
from schema.bills import BillResult
from schema.city import City
from schema.consent import Consent
from schema.declare import answered, row
from schema.directives import Assurance, Cost, Op, Pii
from schema.enums import AccountState, ApplicationState, AssuranceLevel, CityId, PiiLevel
from schema.filters import BillFilter
from schema.mandate import ActingPerson, Mandate
from schema.node import Node
from schema.scalars import Cursor, DateTime
from schema.social import HousingFundResult, SocialInsuranceResult


@strawberry.type(description="市民在某城市的账户绑定。 A citizen's link to one city.")
class CityAccount:
    city: City
    state: AccountState
    linked_at: DateTime | None
    pairwise: bool = row("该城市给本网关的假名标识是否已建立(不回传原值)。 Whether a pairwise pseudonym exists.")


@strawberry.type(
    description="市民,一次实名、多城通行。 The citizen: one identity in every city.",
    directives=[Assurance(level=AssuranceLevel.REGISTERED)],
)
class Citizen(Node):
    @answered("", Pii(level=PiiLevel.PERSONAL))
    async def display_name(self) -> str: ...

    @answered("脱敏手机号 138****0000。 Masked phone.", Pii(level=PiiLevel.PERSONAL))
    async def masked_phone(self) -> str | None: ...

    assurance: AssuranceLevel

    @answered("归属城市:决定默认频道与漫游方向。 Home city: decides default channel and roaming direction.")
    async def home_city(self) -> City: ...

    @answered("在各城市的账户绑定。 Account links by city.")
    async def accounts(self) -> list[CityAccount]: ...

    @answered()
    async def consents(self, active_only: bool = True) -> list[Consent]: ...

    @answered(
        "谁在归属城市之外查过我:每次跨城调用,最新在前。 Every call about me across a city border, the newest first.",
        Assurance(level=AssuranceLevel.REAL_NAME),
        Pii(level=PiiLevel.PERSONAL),
    )
    async def access_log(
        self, cities: list[CityId] | None = UNSET, first: int = 20, after: Cursor | None = UNSET
    ) -> AccessLogResult | None: ...

    actor: ActingPerson | None = row(
        "凭委托代办时,真正操作的人;本人操作时为空。 Who really acts, under a mandate; null for the citizen in person."
    )

    @answered("我给出的和我持有的委托。 Mandates I gave and those I hold.", Pii(level=PiiLevel.PERSONAL))
    async def mandates(self, active_only: bool = True) -> list[Mandate]: ...

    @answered(
        "账单(水电气等),可跨城合并。省略 cities 时取所有已绑定城市。 Bills, merged across cities.",
        Assurance(level=AssuranceLevel.REAL_NAME),
        Op(id="bills.list"),
        Cost(value=5, per_city=True),
    )
    async def bills(
        self,
        cities: list[CityId] | None = UNSET,
        filter: BillFilter | None = UNSET,
        first: int = 20,
        after: Cursor | None = UNSET,
    ) -> BillResult | None: ...

    @answered(
        "社保账户。 Social insurance accounts.",
        Assurance(level=AssuranceLevel.REAL_NAME),
        Op(id="social.accounts"),
        Cost(value=5, per_city=True),
    )
    async def social_insurance(self, cities: list[CityId] | None = UNSET) -> SocialInsuranceResult | None: ...

    @answered(
        "公积金账户。 Housing fund accounts.",
        Assurance(level=AssuranceLevel.REAL_NAME),
        Op(id="fund.accounts"),
        Cost(value=5, per_city=True),
    )
    async def housing_fund(self, cities: list[CityId] | None = UNSET) -> HousingFundResult | None: ...

    @answered(
        "预约(挂号、婚登、办证)。 Appointments.",
        Assurance(level=AssuranceLevel.REAL_NAME),
        Op(id="appointments.list"),
        Cost(value=5, per_city=True),
    )
    async def appointments(
        self, cities: list[CityId] | None = UNSET, first: int = 20, after: Cursor | None = UNSET
    ) -> AppointmentResult | None: ...

    @answered(
        "办件。 Applications.",
        Assurance(level=AssuranceLevel.REAL_NAME),
        Op(id="applications.list"),
        Cost(value=5, per_city=True),
    )
    async def applications(
        self,
        cities: list[CityId] | None = UNSET,
        state: list[ApplicationState] | None = UNSET,
        first: int = 20,
        after: Cursor | None = UNSET,
    ) -> ApplicationResult | None: ...
