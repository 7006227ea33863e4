"""What the sandbox's Chengdu knows about its residents: bills, insurance, fund, past visits, outages, districts.

Everything is worked out from the persona, with fixed dates, in Chengdu's own words; outages lie around the day of the
clock.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from sandbox import seeds
from sandbox.personas import PERSONAS, RARE_NAME, Persona
from sandbox.world import SHANGHAI

CITY_CODE = "510100"
UTILITY = seeds.Utility(
    "CD", "028", {"WATER": "成都环境水务", "GAS": "成都燃气集团", "ELECTRICITY": "国网成都供电公司"}
)
OUR_KINDS = {"ELECTRICITY": "ELECTRIC"}
OUR_SCHEMES = {"WORK_INJURY": "INJURY"}
INSURED = frozenset({"chen", "mei", "deng"})
DEPOSITORS = frozenset({"chen", "deng", "mian"})

DISTRICTS = (
    ("510104", "锦江区"), ("510105", "青羊区"), ("510106", "金牛区"), ("510107", "武侯区"), ("510108", "成华区"),
    ("510112", "龙泉驿区"), ("510113", "青白江区"), ("510114", "新都区"), ("510115", "温江区"), ("510116", "双流区"),
    ("510117", "郫都区"), ("510118", "新津区"), ("510121", "金堂县"), ("510129", "大邑县"), ("510131", "蒲江县"),
    ("510181", "都江堰市"), ("510182", "彭州市"), ("510183", "邛崃市"), ("510184", "崇州市"), ("510185", "简阳市"),
    ("510186", "高新区"), ("510187", "天府新区"),
)  # fmt: skip

GUIDES = {
    "HOSP-APPT": ("省人民医院挂号指南", ("实名登录并绑定就诊人", "选择科室和时段", "凭取号码在自助机报到")),
    "HF-QUERY": ("公积金查询指南", ("实名登录", "授权公积金中心返回账户信息")),
    "SI-QUERY": ("社保查询指南", ("实名登录", "选择险种查看缴费记录")),
    "WATER-QUERY": ("水费查询指南", ("绑定户号", "查看近期账单")),
    "NOTICE-OUTAGE": ("停水停气公告订阅指南", ("选择所在区(市)县", "公告发布后推送")),
}


@dataclass(frozen=True, slots=True)
class BillRecord:
    id: str
    kind: str
    state: str
    account_no: str
    payee: str
    yuan: Decimal
    period: str
    due_on: date
    paid_at: datetime | None


@dataclass(frozen=True, slots=True)
class InsuranceRecord:
    type: str
    status: str
    employer: str
    months: int
    balance: Decimal
    last_month: str


@dataclass(frozen=True, slots=True)
class FundRecord:
    status: str
    employer: str
    balance: Decimal
    monthly: Decimal
    paid_to: str


@dataclass(frozen=True, slots=True)
class OutageRecord:
    id: str
    type: str
    title: str
    area: str
    published_at: datetime
    begin: datetime
    end: datetime


def bills(key: str) -> Sequence[BillRecord]:
    """The bills of a citizen, latest due date first, then by id."""
    persona = PERSONAS.get(key)
    made = [_bill(bill) for bill in seeds.bills(UTILITY, persona, "chengdu")] if persona else []
    return sorted(sorted(made, key=lambda bill: bill.id), key=lambda bill: bill.due_on, reverse=True)


def insurance(key: str) -> Sequence[InsuranceRecord]:
    """The insurance accounts of a citizen."""
    persona = PERSONAS.get(key)
    if persona is None or not (persona.key in INSURED or persona.home_city == CITY_CODE):
        return []
    return [_insurance(account) for account in seeds.insurance("成都", persona)]


def fund(key: str) -> Sequence[FundRecord]:
    """The housing fund accounts of a citizen."""
    persona = PERSONAS.get(key)
    if persona is None or not (persona.key in DEPOSITORS or persona.home_city == CITY_CODE):
        return []
    return list(_funds(persona))


def visits(key: str) -> int:
    """How many past visits a citizen has on record."""
    return seeds.MANY if key.startswith("test-many@") else 1


def outages(now: datetime) -> Sequence[OutageRecord]:
    """Notices around the day of `now`, newest first; the same ids on every day."""
    midnight = datetime.combine(now.astimezone(SHANGHAI).date(), time(), SHANGHAI)
    words = {"WATER": "计划停水", "GAS": "燃气管网检修停气", "POWER": "配电线路检修停电", "ROAD": "道路施工"}
    made = []
    for index in range(12):
        kind, area = tuple(words)[index % 4], DISTRICTS[(index * 5) % len(DISTRICTS)][1]
        begin = midnight + timedelta(days=3 - index, hours=9)
        published, end = begin - timedelta(days=4, minutes=17 * index), begin + timedelta(hours=8)
        made.append(OutageRecord(f"cd-o-{index + 1:03}", kind, f"{area}{words[kind]}通知", area, published, begin, end))
    return made


def _bill(bill: seeds.Bill) -> BillRecord:
    return BillRecord(
        id=bill.id,
        kind=OUR_KINDS.get(bill.kind, bill.kind),
        state=bill.state,
        account_no=bill.account_no,
        payee=bill.payee,
        yuan=Decimal(bill.fen) / 100,
        period=bill.period,
        due_on=date.fromisoformat(bill.due_on),
        paid_at=datetime.fromisoformat(bill.paid_at) if bill.paid_at else None,
    )


def _insurance(account: seeds.Insurance) -> InsuranceRecord:
    return InsuranceRecord(
        type=OUR_SCHEMES.get(account.kind, account.kind),
        status="NORMAL",
        employer=account.employer,
        months=account.months,
        balance=Decimal(account.fen) / 100,
        last_month=account.last_paid,
    )


def _funds(persona: Persona) -> Iterator[FundRecord]:
    name = f"成都{RARE_NAME}文化创意有限公司" if persona.kind == "test-hanzi" else "成都天府软件园有限公司"
    for order in range(seeds.MANY if persona.kind == "test-many" else 1):
        monthly = Decimal(seeds.draw(f"CD fund {persona.key} {order}", 80, 200) * 10)
        employer = f"{name}第{order + 1}分公司" if persona.kind == "test-many" else name
        yield FundRecord("NORMAL", employer, monthly * 37 + Decimal("15.06"), monthly, "2026-10")
