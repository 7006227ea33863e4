"""One city's view, when a citizen is physically there."""

# mypy: disable-error-code="empty-body"
# A field is a signature here; its body is answered elsewhere.
# ruff: noqa: A002  (arguments bear their GraphQL names)

import strawberry
from strawberry import ID, UNSET

from schema.applications import ApplicationResult
from schema.appointments import Slot, VenueConnection
from schema.bills import BillResult
from schema.catalogue import ServiceConnection
from schema.city import City
from schema.consent import ConsentTerms
from schema.declare import answered, row
from schema.directives import Assurance, Cost, Op, Pii, Public
from schema.enums import ApplicationState, AppointmentKind, AssuranceLevel, Claim, NoticeKind, PiiLevel, Standing
from schema.filters import BillFilter, ServiceFilter
from schema.notices import NoticeResult
from schema.provenance import FromCity
from schema.scalars import Cursor, Date, DateTime
from schema.social import SocialInsuranceResult


@strawberry.type(description="乘车码(短时有效,不缓存)。 Short-lived ride code, never cached.")
class RideCode(FromCity):
    payload: str = row("", Pii(level=PiiLevel.PERSONAL))
    expires_at: DateTime
    discount: str | None


@strawberry.type(description="进入某个城市:单城视角,不分页合并。 One city's view, when a citizen is physically there.")
class CityScope:
    city: City

    @answered("我在此城的身份:本地市民或漫游者。 How the caller stands here.")
    async def standing(self) -> Standing: ...

    @answered()
    async def services(
        self, filter: ServiceFilter | None = UNSET, first: int = 20, after: Cursor | None = UNSET
    ) -> ServiceConnection: ...

    @answered("", Assurance(level=AssuranceLevel.REAL_NAME), Op(id="bills.list"), Cost(value=5))
    async def bills(
        self, filter: BillFilter | None = UNSET, first: int = 20, after: Cursor | None = UNSET
    ) -> BillResult | None: ...

    @answered("", Assurance(level=AssuranceLevel.REAL_NAME), Op(id="social.accounts"), Cost(value=5))
    async def social_insurance(self) -> SocialInsuranceResult | None: ...

    @answered(
        "我在此城的办件。 My applications here.",
        Assurance(level=AssuranceLevel.REAL_NAME),
        Op(id="applications.list"),
        Cost(value=5),
    )
    async def applications(
        self, state: list[ApplicationState] | None = UNSET, first: int = 20, after: Cursor | None = UNSET
    ) -> ApplicationResult | None: ...

    @answered("", Op(id="venues.list"), Public(), Cost(value=3))
    async def venues(
        self, kind: AppointmentKind, keyword: str | None = UNSET, first: int = 20, after: Cursor | None = UNSET
    ) -> VenueConnection | None: ...

    @answered("", Op(id="slots.list"), Public(), Cost(value=3))
    async def slots(self, *, venue_id: ID, department: str | None = UNSET, date: Date) -> list[Slot] | None: ...

    @answered("", Op(id="notices.list"), Public(), Cost(value=2))
    async def notices(
        self, kinds: list[NoticeKind] | None = UNSET, first: int = 20, after: Cursor | None = UNSET
    ) -> NoticeResult | None: ...

    @answered(
        "乘车码。 Transit ride code.",
        Assurance(level=AssuranceLevel.REAL_NAME),
        Op(id="transit.ride_code"),
        Cost(value=5),
    )
    async def ride_code(self) -> RideCode | None: ...

    @answered(
        "同意前先看:将发给谁、为什么、发什么;省略 claims 时为协议许可的全部。 What one would consent to; claims default to all.",
        Assurance(level=AssuranceLevel.REGISTERED),
    )
    async def consent_terms(self, services: list[ID], claims: list[Claim] | None = UNSET) -> ConsentTerms | None: ...
