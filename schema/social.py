"""Social insurance and housing fund accounts."""

import strawberry

from schema.declare import row
from schema.directives import Pii
from schema.enums import EnrolmentState, InsuranceKind, PiiLevel
from schema.money import Money
from schema.provenance import CityCoverage, FromCity


@strawberry.type(description="社保险种账户。 One insurance account.")
class SocialInsuranceAccount(FromCity):
    kind: InsuranceKind
    state: EnrolmentState
    employer: str | None = row("", Pii(level=PiiLevel.PERSONAL))
    months_paid: int | None = row("", Pii(level=PiiLevel.PERSONAL))
    balance: Money | None = row("个人账户余额。 Personal account balance.", Pii(level=PiiLevel.SENSITIVE))
    last_paid_month: str | None = row("", Pii(level=PiiLevel.PERSONAL))


@strawberry.type(description="社保扇出结果。 Social insurance from several cities.")
class SocialInsuranceResult:
    nodes: list[SocialInsuranceAccount]
    coverage: list[CityCoverage]


@strawberry.type(description="公积金账户。 Housing fund account.")
class HousingFundAccount(FromCity):
    state: EnrolmentState
    employer: str | None = row("", Pii(level=PiiLevel.PERSONAL))
    balance: Money | None = row("", Pii(level=PiiLevel.SENSITIVE))
    monthly_deposit: Money | None = row("", Pii(level=PiiLevel.SENSITIVE))
    deposited_to: str | None = row("", Pii(level=PiiLevel.PERSONAL))


@strawberry.type(description="公积金扇出结果。 Housing fund from several cities.")
class HousingFundResult:
    nodes: list[HousingFundAccount]
    coverage: list[CityCoverage]
