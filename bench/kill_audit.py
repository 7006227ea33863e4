"""What a kill run left behind, held together: what clients were told, what the cities did, what the ledger says.

Per key the request number that its city saw is worked out as the gateway does it. Then:
  lost      told as done, and the city has nothing; or the city did it, and the client was told a refusal or nothing
  doubled   done twice at the city: two requests for one key, a place booked twice, or a done request sent again
  unlogged  done, and not recorded exactly once in the ledger
"""

import hmac
import sqlite3
from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.kill_plan import Operation
from identity.links import citizen_key
from roaming.ledger import SETTLED
from roaming.ledger_store import FILE as LEDGER
from roaming.ledger_verify import verify
from sandbox.programs import Places


@dataclass
class Audit:
    """Figures of one run; prints itself as a table."""

    operations: int
    kills: int
    seconds: float
    done: int
    refused: int
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    unlogged: list[str] = field(default_factory=list)
    unfit: list[str] = field(default_factory=list)
    ledger: str = ""
    records: int = 0
    replies: Mapping[str, int] = field(default_factory=dict)

    @property
    def clean(self) -> bool:
        """Nothing lost, doubled or unlogged, and the ledger's chain holds."""
        return not (self.lost or self.doubled or self.unlogged or self.unfit) and self.ledger == "verified"

    def __str__(self) -> str:
        rows = [
            f"operations   {self.operations}",
            f"kills        {self.kills}",
            f"seconds      {self.seconds:.0f} ({self.operations / max(self.seconds, 0.001):.1f} operations a second)",
            f"done         {self.done}",
            f"refused      {self.refused}",
            f"lost         {len(self.lost)} {self.lost[:5] or ''}",
            f"doubled      {len(self.doubled)} {self.doubled[:5] or ''}",
            f"unlogged     {len(self.unlogged)} {self.unlogged[:5] or ''}",
            f"ill refused  {len(self.unfit)} {self.unfit[:5] or ''}",
            f"ledger       {self.ledger}, {self.records} records",
            "replies      " + "; ".join(f"{name}: {count}" for name, count in sorted(self.replies.items())),
        ]
        return "\n".join(row.rstrip() for row in rows)


def audited(
    places: Places,
    issuer: str,
    plan: list[Operation],
    done: Mapping[str, dict[str, Any]],
    refused: Mapping[str, list[str]],
    kills: int,
    seconds: float,
    replies: Mapping[str, int],
) -> Audit:
    """Compare everything. All processes have ended."""
    audit = Audit(len(plan), kills, seconds, len(done), len(refused), replies=dict(replies))
    numbers = request_numbers(places, issuer, plan)
    acted = {
        True: requests(places.state / "deyang.sqlite", "pay"),
        False: requests(places.state / "chengdu.sqlite", "book"),
    }
    recorded = ledger_records(places.state / LEDGER)
    for operation in plan:
        number = numbers[operation.key]
        happened = acted[operation.pays].pop(number, 0)
        if (happened == 0) == (operation.key in done) or (operation.key not in done and operation.key not in refused):
            audit.lost.append(operation.key)
        if happened > 1:
            audit.doubled.append(operation.key)
        if operation.fit and operation.pays and operation.key in refused:
            audit.unfit.append(f"{operation.key} {refused[operation.key]}")
        logged = recorded[number, "OK"] + recorded[number + SETTLED, "OK"]
        if logged != (1 if happened else 0):
            audit.unlogged.append(operation.key)
    for left in (*acted[True], *acted[False]):
        audit.doubled.append(f"a request of nobody's: {left}")
    audit.doubled += seats_twice(places.state / "chengdu.sqlite")
    audit.doubled += ["told differently"] * replies.get("told differently", 0)
    verdict = verify(places.state / LEDGER)
    audit.ledger, audit.records = ("verified" if not verdict.wrong else f"broken: {verdict.findings}"), verdict.count
    return audit


def request_numbers(places: Places, issuer: str, plan: list[Operation]) -> dict[str, str]:
    """By key, the number that its city saw."""
    seal = (places.secrets / "gateway_seal_key").read_text("utf-8").strip().encode()
    salt = (places.secrets / "gateway_pairwise_salt").read_text("utf-8").strip().encode()
    numbers = {}
    for operation in plan:
        citizen = citizen_key(seal, issuer, operation.subject)
        text = f"request\0{citizen}\0{operation.key}".encode()
        numbers[operation.key] = hmac.digest(salt, text, "sha256").hex()[:32]
    return numbers


def requests(path: Path, operation: str) -> dict[str, int]:
    """How often each request number acted at a city: 1, and 1 more for every time it was sent again after it was done."""
    with closing(sqlite3.connect(path)) as store:
        made = store.execute("SELECT number FROM requests WHERE operation = ?", (operation,)).fetchall()
        again = store.execute("SELECT number, times FROM replays WHERE operation = ?", (operation,)).fetchall()
    found = Counter(number.rpartition(" ")[2] for (number,) in made)
    for number, times in again:
        found[number.rpartition(" ")[2]] += times
    return dict(found)


def seats_twice(path: Path) -> list[str]:
    """Places of Chengdu that two standing bookings hold."""
    query = """SELECT json_extract(body, '$.slot') AS slot FROM rows WHERE kind = 'booking'
               AND json_extract(body, '$.status') = 'BOOKED' GROUP BY slot HAVING count(*) > 1"""
    with closing(sqlite3.connect(path)) as store:
        return [f"booked twice: {slot}" for (slot,) in store.execute(query)]


def ledger_records(path: Path) -> Counter[tuple[str, str]]:
    with closing(sqlite3.connect(path)) as store:
        query = "SELECT call, outcome FROM ledger WHERE operation IN ('bills.pay', 'appointments.book')"
        return Counter((call, outcome) for call, outcome in store.execute(query))
