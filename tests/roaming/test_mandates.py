"""Mandates in the store: who may become whose agent, for how long, and what a guess costs."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from roaming.mandates import (
    CODE_LIFE,
    MAX_STANDING,
    MIGRATIONS,
    WAIT,
    Mandate,
    Mandates,
    NotAccepted,
    Scope,
    code_hash,
    code_of,
    new_id,
)
from schema.codes import MandateRelation, MandateState
from storage import Database

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
KEY = b"k" * 32
SCOPE = Scope(("bills.list",), ("deyang",))


@pytest.fixture
async def mandates(tmp_path: Path) -> AsyncIterator[Mandates]:
    async with await Database.open(tmp_path / "gateway.sqlite", (MIGRATIONS,)) as database:
        yield Mandates(database)


async def offered(mandates: Mandates, principal: str, days: int = 30, at: datetime = NOW) -> tuple[Mandate, str]:
    local = new_id()
    code = code_of(KEY, local)
    relation = MandateRelation.PARENT
    offer = await mandates.offer(
        local, principal, relation, SCOPE, code_hash=code_hash(KEY, code), sealed="s", days=days, at=at
    )
    assert offer is not None
    return offer, code


async def accept(mandates: Mandates, code: str, agent: str, at: datetime = NOW) -> Mandate | NotAccepted:
    return await mandates.accept(code_hash(KEY, code), agent, sealed=lambda local: f"a {local}", at=at)


async def test_an_offer_becomes_a_mandate_and_ends(mandates: Mandates) -> None:
    offer, code = await offered(mandates, "mian")
    assert offer.state(NOW) is MandateState.OFFERED
    mandate = await accept(mandates, code, "deng")
    assert isinstance(mandate, Mandate)
    assert (mandate.agent, mandate.agent_sealed, mandate.scope) == ("deng", f"a {offer.id}", SCOPE)
    assert mandate.state(NOW) is MandateState.ACTIVE
    assert mandate.state(NOW + timedelta(days=30)) is MandateState.EXPIRED
    assert [each.id for each in await mandates.of("deng")] == [each.id for each in await mandates.of("mian")]
    assert await mandates.end(offer.id, "mei", at=NOW) is None
    ended = await mandates.end(offer.id, "deng", at=NOW)
    assert ended is not None
    assert ended.state(NOW) is MandateState.ENDED
    again = await mandates.end(offer.id, "mian", at=NOW + timedelta(days=1))
    assert again == ended


async def test_the_code_itself_is_nowhere_in_the_store(mandates: Mandates, tmp_path: Path) -> None:
    _, code = await offered(mandates, "mian")
    files = b"".join(path.read_bytes() for path in tmp_path.iterdir())  # noqa: ASYNC240 - a test may wait
    assert code.encode() not in files
    assert code.replace("-", "").encode() not in files


async def test_a_code_ends_with_its_day_with_its_offer_and_with_its_use(mandates: Mandates) -> None:
    _, late = await offered(mandates, "mian")
    assert await accept(mandates, late, "deng", NOW + CODE_LIFE) is NotAccepted.EXPIRED
    withdrawn, code = await offered(mandates, "mian")
    await mandates.end(withdrawn.id, "mian", at=NOW)
    assert await accept(mandates, code, "deng") is NotAccepted.UNKNOWN
    _, used = await offered(mandates, "mian")
    assert isinstance(await accept(mandates, used, "deng"), Mandate)
    assert await accept(mandates, used, "mei") is NotAccepted.UNKNOWN


async def test_nobody_is_their_own_agent_and_no_chain_leads_back(mandates: Mandates) -> None:
    """a ← b ← c: c may not have a act for … it would be a acting for c, who acts for b, who acts for a."""
    _, own = await offered(mandates, "a")
    assert await accept(mandates, own, "a") is NotAccepted.OWN
    assert isinstance(await accept(mandates, own, "b"), Mandate)
    _, next_ = await offered(mandates, "b")
    assert isinstance(await accept(mandates, next_, "c"), Mandate)
    for principal in ("b", "c"):
        offer, code = await offered(mandates, principal)
        assert await accept(mandates, code, "a") is NotAccepted.LOOP
        assert isinstance(await accept(mandates, code, "d"), Mandate)
        await mandates.end(offer.id, "d", at=NOW)


async def test_an_ended_mandate_closes_no_loop(mandates: Mandates) -> None:
    first, code = await offered(mandates, "a")
    await accept(mandates, code, "b")
    await mandates.end(first.id, "a", at=NOW)
    _, back = await offered(mandates, "b")
    assert isinstance(await accept(mandates, back, "a"), Mandate)


async def test_five_wrong_codes_cost_a_wait_and_then_all_is_forgotten(mandates: Mandates) -> None:
    _, code = await offered(mandates, "mian")
    for number in range(5):
        assert await accept(mandates, f"WRONG-{number}", "deng") is NotAccepted.UNKNOWN
    assert await accept(mandates, code, "deng") is NotAccepted.TOO_MANY_TRIES
    assert await accept(mandates, "WRONG", "deng", NOW + WAIT / 2) is NotAccepted.TOO_MANY_TRIES
    assert await accept(mandates, "WRONG", "deng", NOW + WAIT) is NotAccepted.UNKNOWN
    assert isinstance(await accept(mandates, code, "deng", NOW + WAIT), Mandate)


async def test_a_principal_has_so_many_at_once_and_no_more(mandates: Mandates) -> None:
    for _ in range(MAX_STANDING):
        await offered(mandates, "mian")
    local = new_id()
    args = (local, "mian", MandateRelation.CHILD, SCOPE)
    assert await mandates.offer(*args, code_hash="h", sealed="s", days=1, at=NOW) is None
    assert await mandates.offer(*args, code_hash="h", sealed="s", days=1, at=NOW + CODE_LIFE) is not None


def test_case_blanks_and_hyphens_of_a_code_do_not_count() -> None:
    code = code_of(KEY, "1")
    assert len(code) == 14
    assert code_hash(KEY, code) == code_hash(KEY, f" {code.lower().replace('-', ' ')} ")
    assert code_of(KEY, "1") == code
    assert code_of(KEY, "2") != code
