"""Every operation that a channel declares, asked through that channel of the city's real server.

This is what keeps the sandbox and `cities/` one story: a path, a field or a code that only one of them knows fails here.
"""

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from channels.answer import Failure, Page
from channels.ask import Ask
from channels.calls.connections import Connections
from channels.declared.secrets import Secrets
from channels.deployment.snapshot import Channel, load
from sandbox.personas import CITY_CODES, PERSONAS
from sandbox.serve import Site
from tests.sandbox.callers import SECRETS, Clock, pairwise

Serve = Callable[[str], Awaitable[Site]]
ROOT = Path(__file__).parents[2]
BACKENDS = {
    "deyang": ("gov", "/gateway"),
    "meishan": ("api", ""),
    "ziyang": ("esb", "/services"),
    "leshan": ("old", "/app"),
}
BILL = {"billId": "DY202610-1", "amount": "38.60", "returnUrl": "https://g.example/back"}
LAUNCH = {"service": "X", "web": "https://m.example/x"}
# city, operation, persona, arguments, how many rows come back
OPERATIONS: tuple[tuple[str, str, str, dict[str, Any], int], ...] = (
    ("deyang", "bills.list", "test-zhang@deyang", {"kinds": ["WATER"]}, 1),
    ("deyang", "bills.list", "test-many@deyang", {"kinds": None}, 50),
    ("deyang", "bills.pay", "test-zhang@deyang", BILL, 1),
    ("deyang", "transit.ride_code", "mian", {}, 1),
    ("deyang", "applications.submit", "chen", {"serviceCode": "HOTLINE-12345", "form": {"content": "倒伏的树"}}, 1),
    ("deyang", "applications.list", "chen", {"state": None}, 2),
    ("deyang", "applications.get", "chen", {"ids": ["DY20261118-11", "unknown"]}, 1),
    ("deyang", "local.creditScore", "deng", {}, 1),
    ("deyang", "local.shuttleLines", "deng", {}, 3),
    ("deyang", "account.link", "mei", {}, 1),
    ("deyang", "account.launch", "deng", LAUNCH, 1),
    ("meishan", "bills.list", "test-many@meishan", {}, 50),
    ("meishan", "social.accounts", "mei", {}, 3),
    ("meishan", "venues.list", "deng", {"kind": None, "keyword": "东坡"}, 1),
    ("meishan", "slots.list", "deng", {"venueId": "dongpo", "department": None, "date": "2026-11-25"}, 6),
    ("meishan", "appointments.book", "deng", {"slotId": "dongpo-20261125-09", "patientName": None, "note": None}, 1),
    ("meishan", "appointments.list", "mei", {}, 1),
    ("meishan", "account.link", "mian", {}, 1),
    ("meishan", "account.launch", "mei", LAUNCH, 1),
    ("ziyang", "bills.list", "test-many@ziyang", {}, 137),
    ("ziyang", "social.accounts", "zi", {}, 1),
    ("ziyang", "social.accounts", "test-hanzi@ziyang", {}, 2),
    ("ziyang", "local.policies", "zi", {"keyword": "柠檬"}, 1),
    ("ziyang", "account.link", "mian", {}, 1),
    ("ziyang", "account.launch", "zi", LAUNCH, 1),
    ("leshan", "bills.list", "test-many@leshan", {}, 20),
    ("leshan", "notices.list", "mei", {"kinds": None}, 20),
    ("leshan", "account.link", "chen", {}, 1),
    ("leshan", "account.launch", "mei", LAUNCH, 1),
)


@dataclass(frozen=True)
class Line:
    """One city asked through its channel."""

    connections: Connections
    channel: Channel

    async def ask(
        self, operation: str, persona_key: str, args: dict[str, Any], *, position: Any = None
    ) -> Page | Failure:
        persona, slug = PERSONAS[persona_key], self.channel.slug
        claims = {
            "pairwise_id": pairwise(CITY_CODES[slug], persona.subject),
            "name": persona.name,
            "id_number": persona.id_number,
            "phone": persona.phone,
        }
        deadline = asyncio.get_running_loop().time() + 8
        question = Ask(operation, args, claims, persona.key, "REAL_PERSON", "r-1", deadline, f"key-{operation}")
        return await self.connections.call(self.channel, question, position)


@asynccontextmanager
async def line(site: Site, folder: Path, clock: Clock) -> AsyncIterator[Line]:
    """The repository's cities with one of them pointed at a served site."""
    slug = site.world.city
    backend, prefix = BACKENDS[slug]
    root, overlays = folder / "cities", folder / "overlays"
    shutil.copytree(ROOT / "cities", root)
    if slug == "leshan":
        shutil.copytree(ROOT / "docs/examples/leshan", root / slug)
    overlays.mkdir()
    text = f'roam: "1"\nbackends:\n  {backend}: {{base_url: "{site.base_url}{prefix}"}}\n'
    token = f'auth:\n  oauth: {{token_url: "{site.base_url}/oauth2/token"}}\n' if slug == "meishan" else ""
    (overlays / f"{slug}.yaml").write_text(text + token, encoding="utf-8")
    secrets = Secrets.from_environment({f"ROAM_SECRET_{name}": value for name, value in SECRETS.items()})
    loaded = load(root, environment="sandbox", at=date(2026, 11, 21), secrets=secrets, overlays=overlays)
    assert loaded.snapshot is not None
    async with Connections(loaded.snapshot, clock) as connections:
        yield Line(connections, loaded.snapshot.channels[slug])


@pytest.mark.parametrize("slug", list(BACKENDS))
async def test_every_declared_operation_is_answered(slug: str, serve: Serve, tmp_path: Path, clock: Clock) -> None:
    async with line(await serve(slug), tmp_path, clock) as city:
        asked = [row for row in OPERATIONS if row[0] == slug]
        for _, operation, persona, args, count in asked:
            answer = await city.ask(operation, persona, args)
            assert isinstance(answer, Page), (operation, answer)
            assert (len(answer.rows), answer.dropped) == (count, 0), (operation, answer)
        config = city.channel.config
        declared = {*config.operations, *(f"local.{name}" for name in config.local)}
        assert declared - {operation for _, operation, *_ in asked} <= {"appointments.cancel", "requests.outcome"}


@pytest.mark.parametrize("slug", list(BACKENDS))
async def test_nobody_is_told_to_link(slug: str, serve: Serve, tmp_path: Path, clock: Clock) -> None:
    async with line(await serve(slug), tmp_path, clock) as city:
        answer = await city.ask("bills.list", f"test-nobody@{slug}", {"kinds": None})
        assert isinstance(answer, Failure)
        assert answer.code == "ACCOUNT_NOT_LINKED"


@pytest.mark.parametrize("slug", list(BACKENDS))
async def test_faults_of_the_data_reach_the_mapping(
    slug: str, serve: Serve, tmp_path: Path, clock: Clock, session: aiohttp.ClientSession
) -> None:
    """Another persona each time, so that no answer comes from a cache."""
    site = await serve(slug)
    seen: dict[str, object] = {}
    async with line(site, tmp_path, clock) as city:
        for fault, persona in (("bad_row", "test-li"), ("wrong_type", "test-hanzi"), ("duplicate_row", "test-1234")):
            async with session.put(
                site.control_url + "/fault", json={"fault": fault, "operation": "bills.list"}
            ) as put:
                assert put.status == 200
            answer = await city.ask("bills.list", f"{persona}@{slug}", {"kinds": None})
            seen[fault] = answer.code if isinstance(answer, Failure) else (len(answer.rows), answer.dropped)
    assert seen["bad_row"] == (1, 1)
    assert seen["wrong_type"] == "BACKEND_CONTRACT_BROKEN"
    assert seen["duplicate_row"] in {(1, 0), (2, 0)}
