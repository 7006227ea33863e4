"""What the sandbox's Mianyang knows: fund accounts, bills of three companies, notices.

Everything is worked out from the persona, with fixed dates, in Mianyang's own words; notices lie around the day of the
clock.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from sandbox import seeds
from sandbox.personas import PERSONAS, RARE_NAME, Persona
from sandbox.world import SHANGHAI

Record = dict[str, Any]

CITY_CODE = "510700"
UTILITY = seeds.Utility(
    "MY", "0816", {"WATER": "市水务(集团)有限公司", "GAS": "港华燃气", "ELECTRICITY": "国网绵阳供电公司"}
)
OUR_KINDS = {"WATER": "水", "GAS": "气", "ELECTRICITY": "电"}
DEPOSITORS = frozenset({"chen", "deng", "mian"})
AREAS = ("涪城区", "游仙区", "安州区", "江油市", "三台县", "梓潼县", "北川羌族自治县", "平武县", "盐亭县", "高新区")
NOTICES = {
    "停水": ("临时停水", "供水管网维修,请提前储水"),
    "停气": ("燃气停气", "燃气管道碰头作业,恢复供气前请关闭阀门"),
    "停电": ("计划停电", "配电线路检修"),
    "公交": ("公交线路临时调整", "道路施工,部分班次绕行"),
}


def fund(key: str) -> list[Record]:
    """The housing fund accounts of a citizen, amounts in yuan."""
    persona = PERSONAS.get(key)
    if persona is None or not (persona.key in DEPOSITORS or persona.home_city == CITY_CODE):
        return []
    return list(_funds(persona))


def bills(key: str) -> list[Record]:
    """The bills of a citizen, latest due date first, then by id; amounts in fen."""
    persona = PERSONAS.get(key)
    made = [_bill(bill) for bill in seeds.bills(UTILITY, persona, "mianyang")] if persona else []
    return sorted(sorted(made, key=lambda bill: str(bill["id"])), key=lambda bill: str(bill["due"]), reverse=True)


def notices(now: datetime) -> list[Record]:
    """Notices around the day of `now`, newest first, instants in epoch milliseconds; the same ids on every day."""
    midnight = datetime.combine(now.astimezone(SHANGHAI).date(), time(), SHANGHAI)
    made = []
    for index in range(20):
        cat, area = tuple(NOTICES)[index % 4], AREAS[index % len(AREAS)]
        title, body = NOTICES[cat]
        begin = midnight + timedelta(days=2 - index // 2, hours=8 + index % 2)
        published = begin - timedelta(days=3, minutes=11)
        made.append(
            {
                "id": f"my-n-{index + 1:03}",
                "cat": cat,
                "title": f"{area}{title}",
                "body": body,
                "area": area,
                "at": _milliseconds(published),
                "from": _milliseconds(begin),
                "to": _milliseconds(begin + timedelta(hours=8)),
                "link": f"https://m.imianyang.example.gov.cn/n/{index + 1}",
            }
        )
    return sorted(made, key=lambda notice: (-notice["at"], notice["id"]))


def _bill(bill: seeds.Bill) -> Record:
    return {
        "id": bill.id,
        "company": bill.payee,
        "type": OUR_KINDS[bill.kind],
        "amountFen": bill.fen,
        "due": date.fromisoformat(bill.due_on).isoformat(),
        "paid": bill.state == "PAID",
        "meterNo": bill.account_no,
        "month": bill.period,
    }


def _funds(persona: Persona) -> Iterator[Record]:
    name = f"绵阳{RARE_NAME}工艺有限公司" if persona.kind == "test-hanzi" else "绵阳科技城发展有限公司"
    for order in range(seeds.MANY if persona.kind == "test-many" else 1):
        monthly = seeds.draw(f"MY fund {persona.key} {order}", 60, 150) * 10
        employer = f"{name}第{order + 1}分公司" if persona.kind == "test-many" else name
        yield {"zt": "正常", "dwmc": employer, "ye": f"{monthly * 29}.40", "ycje": f"{monthly}.00", "jzny": "2026-10"}
    if persona.key == "mian":
        yield {"zt": "销户", "dwmc": "绵阳长虹电子城", "ye": "0.00", "ycje": "0.00", "jzny": "2021-06"}


def _milliseconds(instant: datetime) -> int:
    return int(instant.timestamp()) * 1000
