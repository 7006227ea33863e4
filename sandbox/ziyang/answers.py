"""What the service bus answers: insurance, water bills, policies, account link, one-time addresses.

The old system knows citizens by identity number only, and checks that the name given with it is theirs.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from sandbox.faults import spoil_rows
from sandbox.numbers import is_identity_number
from sandbox.pages import issue_ticket
from sandbox.personas import PERSONAS
from sandbox.standing import CONFLICT, LINKED, SUSPENDED, bind_again, standing
from sandbox.store import Body
from sandbox.world import SHANGHAI, World, newcomer
from sandbox.ziyang import policies
from sandbox.ziyang.soap import BAD_INPUT, HELD, NEEDS_REAUTH, NOT_BOUND, Refusal

LONGEST = 200
SCHEMES = {"PENSION": "110", "MEDICAL": "310", "UNEMPLOYMENT": "210", "WORK_INJURY": "410", "MATERNITY": "510"}
STATES = {"ACTIVE": "1", "SUSPENDED": "2", "TERMINATED": "3", "RETIRED": "4"}

Fields = Mapping[str, str]
Answer = Callable[[World, Fields], dict[str, Any]]


def insurance(world: World, fields: Fields) -> dict[str, Any]:
    """QuerySB: the citizen's insurance accounts (CBXX); number and name must belong together."""
    citizen = _citizen(world, fields)
    persona = PERSONAS.get(citizen)
    if persona is not None and persona.name != fields.get("XM", ""):
        raise Refusal(NOT_BOUND, "查无此人")
    rows = [_account(row.body) for row in world.store.rows("insurance", citizen)]
    return {"CBXX": spoil_rows(rows, lambda row: {**row, "XZLX": "999"})}


def bills(world: World, fields: Fields) -> dict[str, Any]:
    """QuerySF: every water bill of the citizen (ZD), newest due date first, in one answer."""
    rows = [_bill(row.body) for row in world.store.rows("bill", _citizen(world, fields))]
    return {"ZD": spoil_rows(rows, lambda row: {**row, "JFBZ": "?"})}


def policy(_: World, fields: Fields) -> dict[str, Any]:
    """QueryZC: policy clauses (ZC) with a word in them."""
    return {"ZC": spoil_rows(policies.find(_needed(fields, "GJZ", empty=True)), lambda row: {**row, "BT": None})}


def bind(world: World, fields: Fields) -> dict[str, Any]:
    """BindZH: bind an identity number, once per LSH; BDZT 1 bound.  9 (conflict) cannot arise: one number, one person."""
    number = _needed(fields, "SFZH").upper()
    if not is_identity_number(number):
        raise Refusal(NOT_BOUND, "证件号码无效")
    bound = world.store.once("bind", _needed(fields, "LSH"), [number], lambda: _bind(world, number))
    return spoil_rows([bound], lambda row: {**row, "BDZT": "5"})[0]


def launch(world: World, fields: Fields) -> dict[str, Any]:
    """OpenFW: a one-time address (DZ) for a service (SXBM) and when it ends (SXSJ)."""
    citizen, service, target = _citizen(world, fields), _needed(fields, "SXBM"), fields.get("DZ", "")
    content = [citizen, service, target]
    issued = world.store.once("open", _needed(fields, "LSH"), content, lambda: _issue(world, citizen, service, target))
    return spoil_rows([issued], lambda row: {**row, "DZ": None})[0]


def request(world: World, fields: Fields) -> dict[str, Any]:
    """QueryLSH: what was answered (JG) under a serial number to a request of one kind (YW: bind, open); ZT 1 done, 0 none."""
    answer = world.store.answered(_needed(fields, "YW"), _needed(fields, "LSH"))
    return {"ZT": "0"} if answer is None else {"ZT": "1", "JG": answer}


def _bind(world: World, number: str) -> Body:
    known = world.store.acquaintance(number)
    citizen = known[0] if known else newcomer(number)
    told = bind_again(world.store, citizen)
    if told != LINKED:
        return {"BDZT": "2" if told == SUSPENDED else "9", "BDSJ": None}
    since = datetime.fromisoformat(world.store.bind(number, citizen, world.now().replace(microsecond=0).isoformat()))
    return {"BDZT": "1", "BDSJ": _time(since)}


def _issue(world: World, citizen: str, service: str, target: str) -> Body:
    url, expires_at = issue_ticket(world, citizen, service, target)
    return {"DZ": url, "SXSJ": _time(expires_at)}


def _citizen(world: World, fields: Fields) -> str:
    citizen = world.store.citizen(fields.get("SFZH", "").upper())
    if citizen is None or standing(world.store, citizen) == CONFLICT:
        raise Refusal(NOT_BOUND, "查无此人")
    match standing(world.store, citizen):
        case "NEEDS_REAUTH":
            raise Refusal(NEEDS_REAUTH, "账户需重新验证")
        case "SUSPENDED":
            raise Refusal(HELD, "账户已停用")
    return citizen


def _needed(fields: Fields, key: str, *, empty: bool = False) -> str:
    value = fields.get(key, "")
    if len(value) > LONGEST or not (value or empty):
        raise Refusal(BAD_INPUT, f"{key} 缺失或过长")
    return value


def _account(account: Body) -> dict[str, Any]:
    return {
        "XZLX": SCHEMES[account["kind"]],
        "CBZT": STATES[account["state"]],
        "DWMC": account["employer"],
        "JFYS": account["months"],
        "GRZHYE": _yuan(account["fen"]),
        "ZHJFNY": account["last_paid"].replace("-", ""),
    }


def _bill(bill: Body) -> dict[str, Any]:
    return {
        "ZDBH": bill["id"],
        "JFBZ": "Y" if bill["state"] == "PAID" else "N",
        "HH": bill["account_no"],
        "JE": _yuan(bill["fen"]),
        "ZQ": bill["period"].replace("-", ""),
        "JZRQ": bill["due_on"].replace("-", ""),
    }


def _yuan(fen: int) -> str:
    return f"{Decimal(fen) / 100:.2f}"


def _time(at: datetime) -> str:
    return f"{at.astimezone(SHANGHAI):%Y%m%d%H%M%S}"
