"""Every sandbox city spoken to for real: six protocols, six ways to prove oneself, one kind of answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from channels.answer import Page
from channels.ask import Ask
from channels.calls.connections import Connections
from channels.declared.secrets import Secrets
from channels.deployment.snapshot import Snapshot, load
from identity.pairwise import pairwise_id
from sandbox.material import generate, names
from sandbox.personas import PERSONAS
from sandbox.serve import serving
from schema.codes import ErrorCode

ROOT, EXAMPLE = Path("cities"), Path("docs/examples/leshan")
PLACES = {
    "chengdu": ("cloud", "/graphql"),
    "deyang": ("gov", "/gateway"),
    "meishan": ("api", ""),
    "ziyang": ("esb", "/services"),
    "mianyang": ("open", "/graphql"),
    "leshan": ("old", "/app"),
}


@dataclass
class Asker:
    snapshot: Snapshot
    connections: Connections
    salt: bytes
    asked: int = 0

    async def __call__(
        self, city: str, operation: str, persona: str, position: Any = None, *, key: str = "", **args: Any
    ) -> Any:
        self.asked += 1
        channel, person = self.snapshot.channels[city], PERSONAS[persona]
        claims = {
            "pairwise_id": pairwise_id(self.salt, channel.code, person.subject),
            "name": person.name,
            "id_number": person.id_number,
            "phone": person.phone,
        }
        deadline = asyncio.get_running_loop().time() + 5
        key = key or f"key-{self.asked:016}"
        ask = Ask(operation, args, claims, person.subject, person.assurance, f"r{self.asked}", deadline, key)
        return await self.connections.call(channel, ask, position)


@pytest.fixture(scope="module")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    wanted = dict.fromkeys([*names(ROOT), "LESHAN_MD5_KEY", "LESHAN_PARTNER_NO"])
    return generate(tmp_path_factory.mktemp("secrets"), wanted)


def room(folder: Path) -> tuple[Path, Path, Path]:
    """The project's cities and the example one as one root, a folder for overlays and one for state."""
    root, overlays, state = folder / "root", folder / "overlays", folder / "state"
    for made in (root, overlays, state):
        made.mkdir()
    for entry in (*ROOT.iterdir(), EXAMPLE):
        (root / entry.name).symlink_to(entry.resolve())
    return root, overlays, state


@asynccontextmanager
async def asking(city: str, folder: Path, secrets: Mapping[str, str]) -> AsyncIterator[Asker]:
    """One sandbox city on free ports, and the project's channels with a machine-local overlay that points there."""
    root, overlays, state = room(folder)
    async with AsyncExitStack() as stack:
        url = (await stack.enter_async_context(serving(city, state, secrets))).base_url
        backend, path = PLACES[city]
        text = f'roam: "1"\nbackends: {{{backend}: {{base_url: {url}{path}, dedicated_line: loopback}}}}\n'
        text += {
            "meishan": f"auth: {{oauth: {{token_url: {url}/oauth2/token}}}}\n",
            "chengdu": f"auth: {{gateway: {{audience: {url}/graphql}}}}\n",
        }.get(city, "")
        (overlays / f"{city}.yaml").write_text(text, "utf-8")
        held = Secrets(MappingProxyType(dict(secrets)))
        at = date(2026, 11, 21)
        snapshot = load(root, environment="sandbox", at=at, secrets=held, overlays=overlays).snapshot
        assert snapshot is not None
        connections = await stack.enter_async_context(Connections(snapshot, lambda: datetime.now(UTC)))
        yield Asker(snapshot, connections, secrets["GATEWAY_PAIRWISE_SALT"].encode())


@pytest.mark.parametrize("city", PLACES)
async def test_a_city_is_walked_signed_decoded_and_refused(
    city: str, tmp_path: Path, secrets: Mapping[str, str]
) -> None:
    """137 rows once each, 12.34 yuan on a known day, rare characters unharmed, and nobody told as such."""
    async with asking(city, tmp_path, secrets) as ask:
        found: list[str] = []
        position = None
        for _ in range(10):
            page = await ask(city, "bills.list", f"test-many@{city}", position)
            assert isinstance(page, Page), page
            assert page.dropped == 0
            found += [row["id"] for row in page.rows]
            position = page.next
            if position is None:
                break
        assert (len(found), len(set(found))) == (137, 137)
        (bill,) = (await ask(city, "bills.list", f"test-1234@{city}")).rows
        assert (bill["amount"]["amount"], bill["dueOn"]) == ("12.34", "2026-12-31")
        assert (await ask(city, "bills.list", f"test-hanzi@{city}")).dropped == 0
        assert (await ask(city, "bills.list", f"test-nobody@{city}")).code is ErrorCode.ACCOUNT_NOT_LINKED


@pytest.mark.parametrize("city", PLACES)
async def test_a_key_acts_once_and_is_not_lent_to_another_request(
    city: str, tmp_path: Path, secrets: Mapping[str, str]
) -> None:
    """Same key and content: the same result.  Same key, other content: refused, in six different ways, as one code."""
    async with asking(city, tmp_path, secrets) as ask:
        citizen, key = f"test-zhang@{city}", "once-0123456789abcdef"
        web = {"service": "WATER-QUERY", "web": "https://m.example.gov.cn/x"}
        first = await ask(city, "account.launch", citizen, key=key, **web)
        again = await ask(city, "account.launch", citizen, key=key, **web)
        other = await ask(city, "account.launch", citizen, key=key, **(web | {"service": "GAS-QUERY"}))
    assert isinstance(first, Page), first
    assert again.rows == first.rows
    assert other.code is ErrorCode.IDEMPOTENCY_MISMATCH
