"""A small city on loopback that keeps every live rule, or breaks one on purpose: each flaw is a mistake a real city makes.

Its protocol is plain: an API key, JSON, `{code, msg, data}`. Everything it knows it makes up from who is asked for.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from channels.declared.fixtures import FixtureFile
from channels.declared.providers import Provider
from channels.declared.strict_model import Bilingual
from channels.deployment.snapshot import Snapshot
from conformance.personas import EXACT, KINDS, MANY, NOBODY, RARE, SECOND, Person
from tests.channels.loopback import Asked, City, http, snapshot

KEY = "the-right-key"
RARE_NAME = "㛃𠅤䶮"
STATES = {"10": "SUBMITTED", "40": "COMPLETED"}
CASE: dict[str, Any] = {
    "id": "no",
    "caseNo": "no",
    "title": "title",
    "state": {"from": "zt", "enum": STATES},
    "submittedAt": {"from": "at", "as": "datetime", "format": "yyyy-MM-dd HH:mm:ss"},
    "updatedAt": {"from": "at", "as": "datetime", "format": "yyyy-MM-dd HH:mm:ss"},
    "steps": {
        "each": "steps",
        "map": {
            "state": {"from": "zt", "enum": STATES},
            "label": "name",
            "at": {"from": "at", "as": "datetime", "format": "yyyy-MM-dd HH:mm:ss"},
        },
    },
}
WHO = "${citizen.pairwise_id}"
OPERATIONS: dict[str, Any] = {
    "bills.list": {
        "backend": "api",
        "needs": ["pairwise_id"],
        "request": {
            "method": "GET",
            "path": "/bills",
            "query": {"who": WHO, "kind": "${args.kinds}", "page": "${page.number}", "size": "${page.size}"},
        },
        "page": {"style": "number", "first": 1, "size": 50, "total": "total", "sorted_by": "dueOn desc"},
        "response": {
            "items": "list",
            "map": {
                "id": "no",
                "kind": {"value": "WATER"},
                "state": {"from": "flag", "enum": {"0": "UNPAID", "1": "PAID"}},
                "payee": "payee",
                "amount": {"from": "fee", "as": "money.fen"},
                "dueOn": {"from": "due", "as": "date", "format": "yyyyMMdd"},
            },
        },
    },
    "applications.submit": {
        "backend": "api",
        "needs": ["pairwise_id"],
        "request": {
            "method": "POST",
            "path": "/submit",
            "json": {"who": WHO, "form": "${args.form}", "number": "${request.idempotency_key}"},
        },
        "response": {"map": CASE},
        "outcome": {
            "operation": "requests.outcome",
            "match": {"operation": "case", "number": "${request.idempotency_key}"},
        },
    },
    "applications.list": {
        "backend": "api",
        "needs": ["pairwise_id"],
        "request": {"method": "GET", "path": "/cases", "query": {"who": WHO}},
        "response": {"items": "list", "map": CASE},
    },
    "applications.get": {
        "backend": "api",
        "needs": ["pairwise_id"],
        "request": {"method": "POST", "path": "/batch", "json": {"who": WHO, "numbers": "${batch.keys}"}},
        "batch": {"by": "args.ids", "max": 50, "key": "id"},
        "response": {"items": "list", "map": CASE},
    },
    "requests.outcome": {
        "backend": "api",
        "needs": ["pairwise_id"],
        "request": {"method": "POST", "path": "/outcome", "json": {"who": WHO, "number": "${args.number}"}},
        "response": {"map": {"state": {"from": "state", "enum": {"1": "DONE", "0": "ABSENT"}}, "answer": "answer"}},
    },
}
BACKEND: dict[str, Any] = {
    "auth": "key",
    "envelope": {"ok": "code == '0'", "data": "data", "code": "code", "message": "msg"},
    "timeout": {"connect": "2s", "total": "5s"},
    "bulkhead": {"max_concurrent": 8, "queue": 8},
    "dedicated_line": "loopback",
    "errors": [
        {"code": "unknown", "to": "ACCOUNT_NOT_LINKED"},
        {"code": "key", "to": "BACKEND_REJECTED"},
        {"code": "bad", "to": "INVALID_INPUT"},
        {"code": "other", "to": "IDEMPOTENCY_MISMATCH"},
        {"http": 429, "to": "RATE_LIMITED"},
    ],
}
FIXTURE = {
    "operation": "bills.list",
    "cases": [
        {
            "name": "one",
            "response": {
                "status": 200,
                "json": {
                    "code": "0",
                    "msg": "",
                    "data": {
                        "total": 1,
                        "list": [{"no": "1", "flag": "0", "payee": "水司", "fee": 1, "due": "20261231", "note": "x"}],
                    },
                },
            },
            "expect": {"items": 1},
        }
    ],
}


@dataclass
class Careless:
    """`flaw`: what this city does wrong; empty: nothing.  `patience`: calls before it says that it is too much."""

    flaw: str = ""
    patience: int = 10_000
    records: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By request number: who, form, and the case that came of it."""
    calls: int = 0

    async def __call__(self, city: City, asked: Asked, writer: asyncio.StreamWriter) -> bytes:
        """The bytes of the answer."""
        self.calls += 1
        if self.flaw == "down" or (self.flaw == "crowded" and city.connections > 4):
            return http("", status=503)
        if self.calls > self.patience:
            told = {} if self.flaw == "curt" else {"retry_after": "7"}
            return http("", status=429, **told)
        parts = urlsplit(asked.target)
        if parts.path.startswith("/page"):
            return http("", status=404 if self.flaw == "no_page" else 200)
        if self.flaw == "page" and parts.path == "/bills":
            return http("<html>维护</html>", content_type="text/html")
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        said = {**query, **(asked.json if asked.body else {})}
        if self.flaw == "falls_over" and _strange(said):
            return http("", status=500)
        return http({"code": "0", "msg": "", **self._said(parts.path, said, asked)}, date=self._date())

    def _date(self) -> str:
        ahead = timedelta(seconds=60 if self.flaw == "fast_clock" else 0)
        return format_datetime(datetime.now(UTC) + ahead, usegmt=True)

    def _said(self, path: str, said: dict[str, Any], asked: Asked) -> dict[str, Any]:
        if asked.headers.get("x-key") != KEY and self.flaw != "unsigned":
            return {"code": "key"}
        who = str(said.get("who", "")).removeprefix("p-")
        if who == NOBODY and path != "/outcome" and self.flaw != "welcoming":
            return {"code": "unknown"}
        if who == SECOND and path == "/bills" and self.flaw == "new_error":
            return {"code": "E77", "msg": "?"}
        match path:
            case "/bills":
                return self._bills(who, said)
            case "/submit":
                return self._submit(who, said)
            case "/cases":
                return {"data": {"list": self._cases(who)}}
            case "/batch":
                return {"data": {"list": self._batch(who, said["numbers"])}}
            case _:
                return self._outcome(said["number"])

    def _bills(self, who: str, said: dict[str, Any]) -> dict[str, Any]:
        number, size = int(said["page"]), int(said["size"])
        if number < 1 or size < 1:
            return {"code": "bad"}
        rows = [] if self.flaw == "empty" or who == NOBODY else [self._bill(who, at) for at in range(_count(who))]
        if self.flaw == "shuffled":
            rows.reverse()
        start = (number - 1) * size
        if self.flaw == "repeating" and start:
            start -= 1  # the last row of a page comes again on the next
        return {"data": {"total": len(rows), "list": rows[start : start + size]}}

    def _bill(self, who: str, at: int) -> dict[str, Any]:
        owner = "all" if self.flaw == "open_house" else who
        fee = 1234 if who == EXACT else 3860
        row: dict[str, Any] = {
            "no": f"{owner}-{at}",
            "flag": "7" if self.flaw == "new_code" else "0",
            "payee": f"{RARE_NAME}水司" if who == RARE and self.flaw != "lossy" else "?水司",
            "fee": fee // 100 if self.flaw == "yuan" else fee,
            "due": f"{date(2026, 12, 31) - timedelta(days=at):%Y%m%d}",
        }
        if self.flaw != "lost_field":
            row["note"] = ""
        if self.flaw == "talkative":
            row["mobile"] = "13900000000"
        return row

    def _submit(self, who: str, said: dict[str, Any]) -> dict[str, Any]:
        known = self.records.get(said["number"])
        if known is not None and self.flaw != "twice":
            if known["form"] != said["form"] and self.flaw != "forgetful":
                return {"code": "other"}
            return {"data": known["case"]}
        case = _case(f"{who}-new-{len(self.records)}", "新的 new")
        key = f"{said['number']}-{len(self.records)}" if self.flaw == "twice" else said["number"]
        self.records[key] = {"who": who, "form": said["form"], "case": case}
        return {"data": case}

    def _cases(self, who: str) -> list[dict[str, Any]]:
        old = [] if self.flaw == "empty" else [_case(f"{who}-case-{at}", f"第 {at} 件") for at in range(5)]
        return old + [record["case"] for record in self.records.values() if record["who"] == who]

    def _batch(self, who: str, numbers: list[str]) -> list[dict[str, Any]]:
        if self.flaw == "open_records":
            return [_case(number, "?") for number in numbers]
        found = {case["no"]: case for case in self._cases(who)}
        if self.flaw == "by_place":
            return [{**case, "no": number} for number, case in zip(numbers, found.values(), strict=False)]
        return [found[number] for number in dict.fromkeys(numbers) if number in found]

    def _outcome(self, number: str) -> dict[str, Any]:
        if self.flaw == "mute":
            return {"code": "bad"}
        record = self.records.get(number)
        return {"data": {"state": "1" if record else "0", "answer": record and record["case"]}}


def held(url: str, **backend: Any) -> Snapshot:
    """The city's channel, as a snapshot of its own; `backend` changes how it is declared."""
    made = snapshot(
        url,
        backend={**BACKEND, **backend},
        operations=OPERATIONS,
        secrets={"TEST_KEY": KEY},
        auth={"key": {"type": "api_key", "header": "X-Key", "value": "secret:TEST_KEY"}},
    )
    page = Provider(
        "X-1", Bilingual(zh="网页"), "BILLS", "QUERY", "某局", "CITY", "LIVE", False, "REAL_NAME", (), f"{url}/page"
    )
    channel = replace(made.channels["testville"], providers=(page,))
    return replace(made, channels={"testville": channel})


def people() -> dict[str, Person]:
    """Test citizens of every kind."""
    return {kind: _person(kind) for kind in KINDS}


def _person(kind: str) -> Person:
    return Person(kind, {"pairwise_id": f"p-{kind}", "name": RARE_NAME if kind == RARE else f"虚拟{kind}"})


def recorded() -> tuple[FixtureFile, ...]:
    return (FixtureFile.model_validate(FIXTURE),)


def _count(who: str) -> int:
    return 137 if who == MANY else 1


def _case(number: str, title: str) -> dict[str, Any]:
    return {"no": number, "title": title, "zt": "10", "at": "2026-11-20 10:00:00", "steps": []}


def _strange(said: dict[str, Any]) -> bool:
    text = json.dumps(said, ensure_ascii=False)
    return len(text) > 2000 or "😀" in text or "OR '1'" in text or '"-1"' in text
