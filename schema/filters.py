"""What a client may narrow a list by. Answers receive filters as plain dicts of canonical names; absent keys were not given."""

import strawberry
from strawberry import UNSET

from schema.declare import given
from schema.enums import BillState, CityId, IntegrationStatus, ServiceType, SourceLevel, Theme, UtilityKind
from schema.scalars import Date


@strawberry.input(description="目录筛选。 Catalogue filter.")
class ServiceFilter:
    cities: list[CityId] | None = UNSET
    themes: list[Theme] | None = UNSET
    types: list[ServiceType] | None = UNSET
    sources: list[SourceLevel] | None = UNSET
    statuses: list[IntegrationStatus] | None = UNSET
    highlight: bool | None = given("只看亮点服务(清单中的 √)。 Highlighted services only.", default=UNSET)
    roamable_from: CityId | None = given(
        "只看我在归属城市可漫游使用的。 Only what the caller may use from the home city.", default=UNSET
    )


@strawberry.input(description="账单筛选。 Bill filter.")
class BillFilter:
    kinds: list[UtilityKind] | None = UNSET
    states: list[BillState] | None = UNSET
    due_before: Date | None = UNSET
