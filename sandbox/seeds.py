"""What the personas owe and are insured for, the same at every start.

Rules: dates are fixed, amounts and balances follow from the record's id; ids of two citizens never meet; test-many has
137 of everything, test-1234 exactly one bill of 12.34 yuan due on 2026-12-31, test-nobody nothing, test-hanzi a payee
and an employer whose name needs GB 18030 or Unicode. Every city writes these records in its own words.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from sandbox.personas import CROWD, RARE_NAME, Persona
from sandbox.store import Row
from sandbox.world import World

MANY = 137
CROWD_BILLS = 50
BILLS_PER_MONTH = 3  # test-many has several bills on one due date, so that order by id is seen
_SUFFIX = {"WATER": "", "GAS": "G", "ELECTRICITY": "E"}
_SCHEMES = ("PENSION", "MEDICAL", "UNEMPLOYMENT", "WORK_INJURY", "MATERNITY")


@dataclass(frozen=True, slots=True)
class Utility:
    """How one city bills: the prefix of its ids, its area code, its payees by kind (WATER, GAS, ELECTRICITY)."""

    prefix: str
    area: str
    payees: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Bill:
    """A bill: `period` `2026-10`, `due_on` `2026-11-30`, `paid_at` ISO with offset or None, `fen` whole fen."""

    id: str
    kind: str
    state: str
    account_no: str
    payee: str
    fen: int
    period: str
    due_on: str
    paid_at: str | None = None


@dataclass(frozen=True, slots=True)
class Insurance:
    """A social insurance account: `last_paid` `2026-10`, `fen` the balance in whole fen."""

    kind: str
    state: str
    employer: str
    months: int
    fen: int
    last_paid: str


def draw(key: str, low: int, high: int) -> int:
    """A number from low to high (both included) that follows from the key alone."""
    return low + int.from_bytes(hashlib.sha256(key.encode()).digest()[:6]) % (high - low + 1)


def seed_bills(world: World, utility: Utility, persona: Persona) -> None:
    """Put a linked persona's bills into the store (kind `bill`, ranked by due date)."""
    for bill in bills(utility, persona, world.city):
        world.store.seed(Row("bill", bill.id, persona.key, bill.due_on, asdict(bill)))


def seed_insurance(world: World, place: str, persona: Persona) -> None:
    """Put a linked persona's insurance accounts into the store (kind `insurance`, in seeded order)."""
    for number, account in enumerate(insurance(place, persona)):
        row_id = f"{persona.key}-{number:03d}"
        world.store.seed(Row("insurance", row_id, persona.key, "", asdict(account)))


def bills(utility: Utility, persona: Persona, city: str) -> tuple[Bill, ...]:
    """The bills of a persona in a city, newest due date first."""
    match persona.kind:
        case "test-zhang":
            return (_bill(utility, persona, "WATER", "2026-10", fen=3860, due_on="2026-11-30"),)
        case "test-1234":
            return (_bill(utility, persona, "WATER", "2026-11", fen=1234, due_on="2026-12-31"),)
        case "test-many":
            return tuple(_one_of_many(utility, persona, number) for number in range(MANY))
        case crowd if crowd.startswith(CROWD):
            return tuple(_one_of_crowd(utility, persona, n) for n in range(CROWD_BILLS)) if city == "deyang" else ()
        case "mian":
            kind = {"deyang": "WATER", "mianyang": "GAS"}.get(city)
            return _pair(utility, persona, kind) if kind else ()
        case "mei" if city == "meishan":
            late = _bill(utility, persona, "WATER", "2026-08", state="OVERDUE", due_on="2026-09-30")
            return (*_home(utility, persona), late)
    return _home(utility, persona) if persona.kind in {"chen", "deng", "zi"} else _pair(utility, persona, "WATER")


def insurance(place: str, persona: Persona) -> tuple[Insurance, ...]:
    """The insurance accounts of a persona; `place` is the city's short Chinese name (`资阳`)."""
    employer = f"{place}某机械有限公司"
    match persona.kind:
        case "test-nobody" | "mian":
            return ()
        case "test-zhang":
            return (Insurance("PENSION", "ACTIVE", employer, 48, 932155, "2026-10"),)
        case "test-hanzi":
            return tuple(_account(persona, kind, f"{place}{RARE_NAME}机械有限公司") for kind in _SCHEMES[:2])
        case "test-many":
            kinds = [_SCHEMES[number % len(_SCHEMES)] for number in range(MANY)]
            return tuple(_account(persona, kind, f"{place}第{n + 1}分厂") for n, kind in enumerate(kinds))
        case "zi":
            return (_account(persona, "PENSION", employer),)
    return tuple(_account(persona, kind, employer) for kind in _SCHEMES[:3])


def _home(utility: Utility, persona: Persona) -> tuple[Bill, ...]:
    others = [kind for kind in utility.payees if kind != "WATER"]
    at_home = [_bill(utility, persona, kind, "2026-11", due_on=f"2026-12-{15 + n}") for n, kind in enumerate(others)]
    return (*_pair(utility, persona, "WATER"), *at_home)


def _pair(utility: Utility, persona: Persona, kind: str) -> tuple[Bill, ...]:
    due_on = f"2026-12-{draw(f'{utility.prefix}{persona.key}', 10, 28)}"
    return (
        _bill(utility, persona, kind, "2026-11", due_on=due_on),
        _bill(utility, persona, kind, "2026-09", state="PAID", due_on="2026-10-31"),
    )


def _one_of_many(utility: Utility, persona: Persona, number: int) -> Bill:
    months_back = number // BILLS_PER_MONTH
    year, month = divmod(2026 * 12 + 9 - months_back, 12)
    period = f"{year}-{month + 1:02d}"
    state = "UNPAID" if number < BILLS_PER_MONTH else "PAID"
    bill = _bill(utility, persona, "WATER", period, state=state, due_on=f"{period}-28")
    fields = {**asdict(bill), "id": f"{bill.id}-{number:03d}"}
    return Bill(**fields)


def _one_of_crowd(utility: Utility, persona: Persona, number: int) -> Bill:
    bill = _bill(utility, persona, "WATER", "2026-11", due_on=f"2026-12-{1 + number % 28:02d}")
    return Bill(**{**asdict(bill), "id": f"{bill.id}-{number:03d}"})


def _bill(
    utility: Utility, persona: Persona, kind: str, period: str, *, due_on: str, state: str = "UNPAID", fen: int = 0
) -> Bill:
    bill_id = f"{utility.prefix}{period.replace('-', '')}-{persona.ordinal}{_SUFFIX[kind]}"
    payee = utility.payees[kind]
    return Bill(
        bill_id,
        kind,
        state,
        f"{utility.area}12{persona.ordinal:02d}45" if persona.ordinal > 1 else f"{utility.area}120045",
        f"{payee}{RARE_NAME}营业厅" if persona.kind == "test-hanzi" else payee,
        fen or draw(bill_id, 1500, 29900),
        period,
        due_on,
        f"{period}-28T08:15:00+08:00" if state == "PAID" else None,
    )


def _account(persona: Persona, kind: str, employer: str) -> Insurance:
    key = f"{persona.key}{kind}{employer}"
    return Insurance(kind, "ACTIVE", employer, draw(key, 12, 240), draw(key, 10_000, 9_000_000), "2026-10")
