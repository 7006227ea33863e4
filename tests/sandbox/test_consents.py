"""The named personas' consents: everything the files let cross to them, once; the test personas have none."""

import asyncio
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from identity.links import citizen_key
from roaming import Consent, Consents, verify_consents
from roaming.consents import MIGRATIONS
from sandbox import consents, links
from sandbox.child import PROJECT
from sandbox.personas import PERSONAS
from schema.codes import ConsentState
from storage import Database

KEY, ISSUER = "k" * 32, "http://127.0.0.1:8100"
NOW = datetime.now(UTC)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A copy of the cities that a test may change."""
    shutil.copytree(PROJECT / "cities", tmp_path / "cities")
    return tmp_path / "cities"


async def held(state: Path, persona: str, issuer: str = ISSUER) -> tuple[Consent, ...]:
    async with await Database.open(state / links.DATABASE, (MIGRATIONS,)) as database:
        return await Consents(database).of(citizen_key(KEY.encode(), issuer, PERSONAS[persona].subject))


def seed(root: Path, state: Path, issuer: str = ISSUER) -> None:
    """As `Stack.start` does, in its order."""
    state.mkdir(exist_ok=True)
    links.seed(state, KEY, issuer)
    consents.seed(root, state, KEY, issuer)


async def in_thread(*arguments: Any) -> None:
    await asyncio.to_thread(seed, *arguments)


async def test_a_named_persona_has_consented_to_what_may_cross(root: Path, tmp_path: Path) -> None:
    """deng: one text for each city and agreement, with exactly the claims of offer and agreement."""
    state = tmp_path / "state"
    await in_thread(root, state)
    found = {(c.provider, c.services): c.claims for c in await held(state, "deng")}
    assert found == {
        ("chengdu", ("SI-QUERY", "WATER-QUERY")): ("PAIRWISE_ID",),
        ("chengdu", ("BUS-TICKET", "EDU-CRED", "HOSP-APPT", "PANDA-CARD", "RAIL-TICKET")): (
            "PAIRWISE_ID",
            "NAME",
            "ID_NUMBER",
            "PHONE",
        ),
        ("meishan", ("SI-QUERY", "WATER-QUERY")): ("PAIRWISE_ID",),
        ("mianyang", ("GAS-QUERY", "HF-QUERY", "WATER-QUERY")): ("PAIRWISE_ID",),
        ("ziyang", ("WATER-QUERY",)): ("ID_NUMBER",),
    }
    assert all(c.consumer == "deyang" and c.active(NOW + timedelta(days=365)) for c in await held(state, "deng"))
    async with await Database.open(state / links.DATABASE, (MIGRATIONS,)) as database:
        assert (await verify_consents(database)).intact


async def test_the_test_personas_have_consented_to_nothing(root: Path, tmp_path: Path) -> None:
    """They are what shows CONSENT_REQUIRED."""
    await in_thread(root, tmp_path / "state")
    for persona in PERSONAS:
        if persona.startswith("test-"):
            assert await held(tmp_path / "state", persona) == ()


async def test_seeding_again_adds_nothing_and_gives_nothing_back(root: Path, tmp_path: Path) -> None:
    """A consent that was taken back in the sandbox stays taken back at the next start."""
    state = tmp_path / "state"
    await in_thread(root, state)
    citizen = citizen_key(KEY.encode(), ISSUER, "chen")
    async with await Database.open(state / links.DATABASE, (MIGRATIONS,)) as database:
        store = Consents(database)
        await store.revoke(citizen, (await store.of(citizen))[0].id, at=NOW)
    before = await held(state, "chen")
    (state / "consents-seeded").unlink()  # even where nobody remembers that it was done
    await in_thread(root, state)
    assert await held(state, "chen") == before
    assert [c.state(NOW) for c in before].count(ConsentState.REVOKED) == 1


async def test_an_agreement_of_another_purpose_is_seeded_anew(root: Path, tmp_path: Path) -> None:
    """The text has changed: the sandbox's citizens are asked again, as anybody would be."""
    state, file = tmp_path / "state", root / "agreements" / "2026-006-ziyang-water.yaml"
    await in_thread(root, state)
    file.write_text(file.read_text("utf-8").replace("市民在别的城市查询、办理本人事项", "跨城缴费"), "utf-8")
    await in_thread(root, state)
    towards = [c for c in await held(state, "deng") if c.provider == "ziyang"]
    assert [(c.state(NOW), (c.purposes or {})["WATER-QUERY"]) for c in towards] == [
        (ConsentState.GRANTED, "跨城缴费"),
        (ConsentState.SUPERSEDED, "市民在别的城市查询、办理本人事项"),
    ]


async def test_another_issuers_personas_are_other_citizens(root: Path, tmp_path: Path) -> None:
    """Ports that were moved make another issuer: its deng is seeded too."""
    for issuer in (ISSUER, "http://127.0.0.1:9100"):
        await in_thread(root, tmp_path / "state", issuer)
        assert len(await held(tmp_path / "state", "deng", issuer)) == 5


async def test_files_that_the_gateway_refuses_seed_nothing(root: Path, tmp_path: Path) -> None:
    """What is wrong with the files is for the gateway to say."""
    (root / "roam.yaml").write_text("roam: [", "utf-8")
    await in_thread(root, tmp_path / "state")
    assert await held(tmp_path / "state", "deng") == ()
