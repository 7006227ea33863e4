"""12345 cases: submitted, accepted, reviewed and closed by the clock.

A fresh case is SUBMITTED, ACCEPTED after 2 s, IN_REVIEW after 6 s and COMPLETED after 12 s, so that progress can be
watched. A seeded case stands still. The promise is 5 working days, 20 for a complex matter.
"""

from datetime import datetime, timedelta
from typing import Any

from sandbox.deyang.door import BAD_INPUT, Arguments, Refusal, bound_citizen, needed, text, whole
from sandbox.faults import spoil_rows
from sandbox.personas import Persona
from sandbox.seeds import MANY
from sandbox.store import Row
from sandbox.workdays import after_working_days
from sandbox.world import SHANGHAI, World

PAGE_SIZE = 20
MOST_KEYS = 50
SIMPLE_DAYS, COMPLEX_DAYS = 5, 20
LONGEST_TITLE = 40
COMPLEX_WORDS = ("复杂", "规划", "违建", "产权", "拆迁", "纠纷", "拖欠", "complex")
# (seconds after submission, node, name, remark)
STAGES = (
    (0, "10", "已提交", None),
    (2, "20", "已受理", "转主管部门"),
    (6, "30", "办理中", "已派员现场核查"),
    (12, "40", "已办结", "已处理并回访"),
)


def submit(world: World, arguments: Arguments) -> dict[str, Any]:
    """`/api/v1/12345/order`: open a case, once per `reqNo`."""
    citizen = bound_citizen(world, arguments)
    number, matter = needed(arguments, "reqNo"), needed(arguments, "matter", longest=64)
    words = _words(arguments.get("content"))
    content = [citizen, matter, arguments.get("content"), text(arguments, "mobile")]
    case = world.store.once("case", number, content, lambda: _open(world, citizen, matter, words))
    return _item(present(world, case))


def present(world: World, case: dict[str, Any]) -> dict[str, Any]:
    """A case that was opened, as it is by now."""
    row = world.store.row("case", case["orderNo"])
    return _wire(world, row) if row else case


def page(world: World, arguments: Arguments) -> dict[str, Any]:
    """`/api/v1/12345/orders`: one page of 20 cases, newest first."""
    rows = world.store.rows("case", bound_citizen(world, arguments))
    start = (whole(arguments, "page", 1, 10**6) - 1) * PAGE_SIZE
    shown = [_wire(world, row) for row in rows[start : start + PAGE_SIZE]]
    return {"total": len(rows), "rows": spoil_rows(shown, _spoilt)}


def batch(world: World, arguments: Arguments) -> list[dict[str, Any]]:
    """`/api/v1/12345/orders/batch`: the citizen's own cases among up to 50 numbers, ordered by number, each once."""
    citizen = bound_citizen(world, arguments)
    numbers = arguments.get("orderNos")
    if not isinstance(numbers, list) or len(numbers) > MOST_KEYS:
        raise Refusal(BAD_INPUT, f"orderNos 应为不超过 {MOST_KEYS} 个的列表")
    found = (world.store.row("case", number) for number in sorted({str(number) for number in numbers}))
    shown = [_wire(world, row) for row in found if row is not None and row.owner == citizen]
    return spoil_rows(shown, _spoilt)


def seed(world: World, persona: Persona) -> None:
    """chen has one case in review, test-many 137 closed ones, the others of the city one closed each."""
    match persona.kind:
        case "chen":
            _seed_case(world, persona, 0, "路灯不亮", "30")
        case "test-many":
            for number in range(MANY):
                _seed_case(world, persona, number, f"第 {number + 1} 件诉求", "40")
        case "test-zhang" | "test-li":
            _seed_case(world, persona, 0, "井盖松动", "40")
        case "test-hanzi":
            _seed_case(world, persona, 0, f"{persona.name}巷积水", "40")


def _seed_case(world: World, persona: Persona, number: int, title: str, until: str) -> None:
    at = datetime(2026, 11, 18, 10, 0, tzinfo=SHANGHAI) - timedelta(days=number)
    case_id = f"DY{at:%Y%m%d}-{persona.ordinal:02d}"
    world.store.seed(Row("case", case_id, persona.key, at.isoformat(), _body(title, at, SIMPLE_DAYS, until)))


def _open(world: World, citizen: str, matter: str, words: str) -> dict[str, Any]:
    at = world.now().replace(microsecond=0)
    days = COMPLEX_DAYS if any(word in words for word in COMPLEX_WORDS) else SIMPLE_DAYS
    count = world.store.row("counter", "case")
    serial = (count.body["serial"] if count else 0) + 1
    world.store.save(Row("counter", "case", "", "", {"serial": serial}))
    title = words.splitlines()[0][:LONGEST_TITLE] if words.strip() else matter
    case_id = f"DY{at:%Y%m%d}-C{serial:05d}"
    world.store.save(Row("case", case_id, citizen, at.isoformat(), _body(title, world.now(), days, None)))
    return {"orderNo": case_id}


def _body(title: str, at: datetime, days: int, until: str | None) -> dict[str, Any]:
    """`until` is the node at which a seeded case stands still; None lets the clock move it."""
    deadline = after_working_days(at.date(), days).isoformat()
    return {"title": title, "at": at.isoformat(), "deadline": deadline, "until": until}


def _wire(world: World, row: Row) -> dict[str, Any]:
    at, until = datetime.fromisoformat(row.body["at"]), row.body["until"]
    pace = timedelta(hours=3) if until else timedelta(seconds=1)
    reached = [
        (at + pace * after, node, name, note)
        for after, node, name, note in STAGES
        if after == 0 or not until or node <= until
    ]
    reached = [step for step in reached if until or step[0] <= world.now()] or reached[:1]
    flow = [{"node": node, "nodeName": name, "time": _time(when), "remark": note} for when, node, name, note in reached]
    return {
        "orderNo": row.id,
        "title": row.body["title"],
        "status": flow[-1]["node"],
        "createTime": flow[0]["time"],
        "updateTime": flow[-1]["time"],
        "deadline": row.body["deadline"],
        "flow": flow,
    }


def _words(content: object) -> str:
    """The citizen's words: a text, or an object with `title`, `content`, `description` or other texts.  Raises Refusal 46002."""
    if isinstance(content, dict) and content:
        first = [content[key] for key in ("title", "content", "description", "text") if content.get(key)]
        parts = dict.fromkeys(str(part) for part in (*first, *content.values()))
        if any(part.strip() for part in parts):
            return "\n".join([*parts, *(["复杂"] if content.get("complex") is True else [])])
    if isinstance(content, str) and content.strip():
        return content
    raise Refusal(BAD_INPUT, "诉求内容缺失")


def _item(case: dict[str, Any]) -> dict[str, Any]:
    return spoil_rows([case], _spoilt)[0]


def _spoilt(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "status": "99"}


def _time(at: datetime) -> str:
    return f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}"
