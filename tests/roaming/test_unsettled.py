"""What was sent and never answered belongs to one worker at a time, and is settled once: by asking, or by a person."""

from datetime import UTC, datetime, timedelta

import pytest

from roaming import First, Journal, Replay, Unfinished
from roaming.unsettled import BY_HAND, DONE, LEASE, NOT_DONE, Open, Unsettled
from storage import Database

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SHORT = timedelta(seconds=10)
LATER = NOW + SHORT
RESULT = {"sealed": "x"}


async def lost(database: Database, number: str = "n", *, crashed: bool = False) -> None:
    """A request that was sent: its answer never came, or its worker died."""
    journal = Journal(database)
    await journal.begin("me", number, "d", at=NOW, mutation="payBill", number=number)
    await journal.send("me", number, city="deyang", request="sealed", at=NOW, lease=SHORT)
    if not crashed:
        await journal.lose("me", number, due=LATER)
    journal.leave("me", number, number)


async def state(database: Database, key: str = "n", at: datetime = LATER) -> object:
    journal = Journal(database)
    entry = await journal.begin("me", key, "d", at=at)
    journal.leave("me", key)
    return entry


@pytest.mark.parametrize("crashed", [True, False])
async def test_an_entry_is_taken_by_one_worker_when_it_is_due(database: Database, crashed: bool) -> None:
    """After a crash when the dead worker's lease ends, else when it is due; never by two."""
    await lost(database, crashed=crashed)
    one, two = Unsettled(database, "one"), Unsettled(database, "two")
    assert await one.take(LATER - timedelta(seconds=1)) == ()
    [entry] = await one.take(LATER)
    assert (entry.number, entry.city, entry.mutation, entry.request) == ("n", "deyang", "payBill", "sealed")
    assert await two.take(LATER) == ()
    assert [each.number for each in await two.take(LATER + LEASE)] == ["n"]


async def test_what_was_done_replays(database: Database) -> None:
    await lost(database)
    worker = Unsettled(database, "one")
    [entry] = await worker.take(LATER)
    assert await worker.done(entry, RESULT)
    assert await state(database) == Replay(RESULT)


async def test_what_surely_did_not_happen_frees_the_key(database: Database) -> None:
    await lost(database)
    worker = Unsettled(database, "one")
    [entry] = await worker.take(LATER)
    assert await state(database) == Unfinished()
    assert await worker.not_done(entry)
    assert await state(database) == First()


async def test_what_is_not_known_yet_is_asked_about_later(database: Database) -> None:
    """The number of askings is kept, for they become rarer."""
    await lost(database)
    worker = Unsettled(database, "one")
    [entry] = await worker.take(LATER)
    assert await worker.later(entry, LATER + SHORT)
    assert await worker.take(LATER) == ()
    [again] = await worker.take(LATER + SHORT)
    assert (entry.tries, again.tries) == (0, 1)


async def test_a_worker_that_was_overtaken_settles_nothing(database: Database) -> None:
    """Two that both think it theirs could tell two ends."""
    await lost(database)
    one, two = Unsettled(database, "one"), Unsettled(database, "two")
    [first], [second] = await one.take(LATER), await two.take(LATER + LEASE)
    assert not await one.not_done(first)
    assert await two.done(second, RESULT)
    assert not await one.done(first, {"sealed": "other"})
    assert await state(database) == Replay(RESULT)


async def test_what_cannot_be_asked_about_waits_for_a_person_and_is_tried_once_after_a_start(
    database: Database,
) -> None:
    """Its city may have learned to answer meanwhile."""
    await lost(database)
    worker = Unsettled(database, "one")
    [entry] = await worker.take(LATER)
    await worker.later(entry, None)
    assert await worker.take(LATER + 100 * LEASE) == ()
    assert [each.due for each in await worker.listed()] == [""]
    await worker.resume(LATER)
    assert len(await worker.take(LATER)) == 1


@pytest.mark.parametrize(("decision", "then"), [(DONE, Replay({BY_HAND: True})), (NOT_DONE, First())])
async def test_a_person_settles_with_a_reason_that_is_kept(database: Database, decision: str, then: object) -> None:
    await lost(database)
    operator = Unsettled(database, "operator")
    settled: Open | None = await operator.by_hand(
        "n", decision=decision, reason="called", settler="ops", result={BY_HAND: True}, at=NOW
    )
    assert settled is not None
    [kept] = await operator.settlements()
    assert (kept.number, kept.decision, kept.reason, kept.settler) == ("n", decision, "called", "ops")
    again = await operator.by_hand("n", decision=DONE, reason="x", settler="y", result={}, at=NOW)
    assert again is None
    assert await state(database) == then
