"""An idempotency key names one request of one citizen: it happens once, and is told the same for a day."""

import asyncio
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest

from roaming import First, Journal, Mismatch, Replay, Unfinished, input_digest
from roaming.journal import KEPT, LEASE, MIGRATIONS, stamp
from storage import Database, Migrations

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
DONE = {"sealed": "x"}
SHORT = timedelta(seconds=10)


async def taken(
    journal: Journal, key: str = "key", digest: str = "d", citizen: str = "me", at: datetime = NOW
) -> object:
    """What the journal says, with nobody left waiting."""
    entry = await journal.begin(citizen, key, digest, at=at)
    journal.leave(citizen, key)
    return entry


async def test_a_result_replays_for_the_same_input_alone(database: Database) -> None:
    """The second tap of an impatient thumb gets the first one's answer."""
    journal = Journal(database)
    assert await taken(journal) == First()
    await journal.finish("me", "key", DONE)
    assert await taken(journal) == Replay(DONE)
    assert await taken(journal, digest="other") == Mismatch()
    assert await taken(journal, citizen="you") == First()


async def sent(journal: Journal, number: str = "n", at: datetime = NOW) -> bool:
    return await journal.send("me", number, city="deyang", request="sealed", at=at, lease=SHORT)


async def test_what_was_sent_stays_taken_also_after_a_restart(database: Database) -> None:
    """Nobody knows what came of it, so nobody may try again under the same key."""
    before = Journal(database)
    assert await before.begin("me", "key", "d", at=NOW, number="n") == First()
    assert await sent(before)
    for at in (NOW, NOW + SHORT, NOW + 2 * KEPT):
        assert await taken(Journal(database), at=at) == Unfinished()
    assert await taken(Journal(database), digest="other") == Mismatch()


async def test_what_was_begun_and_never_sent_is_free_once_its_worker_is_gone(database: Database) -> None:
    """A crash before sending is no reason to keep a citizen waiting for a day; a crash is known by its lease."""
    await Journal(database).begin("me", "key", "d", at=NOW, number="n")
    assert await taken(Journal(database), at=NOW) == Unfinished()
    assert await taken(Journal(database), digest="another", at=NOW + LEASE) == First()


async def test_a_worker_that_was_overtaken_can_no_longer_send(database: Database) -> None:
    """It was held up for longer than its lease, and the key is another's: what it was about to send must not leave."""
    slow, quick = Journal(database), Journal(database)
    await slow.begin("me", "key", "d", at=NOW, number="n")
    assert await quick.begin("me", "key", "d", at=NOW + LEASE, number="n") == First()
    assert not await sent(slow, at=NOW + LEASE)
    assert await sent(quick, at=NOW + LEASE)
    await slow.release("me", "key")
    assert await taken(Journal(database), at=NOW + LEASE) == Unfinished()


async def test_another_workers_request_is_waited_for(database: Database) -> None:
    """A repetition that reaches another worker gets the first one's answer, not a shrug."""
    first, second = Journal(database), Journal(database)
    await first.begin("me", "key", "d", at=NOW, number="n")
    waiting = asyncio.ensure_future(second.begin("me", "key", "d", at=NOW, patience_seconds=5))
    await asyncio.wait({waiting}, timeout=0)
    await first.finish("me", "key", DONE)
    assert await waiting == Replay(DONE)


async def test_a_journal_of_the_first_version_opens_and_replays(tmp_path: Path) -> None:
    """An upgrade loses no key: results replay, what had none stays taken."""
    old = Migrations("journal", MIGRATIONS.texts[:1])
    async with await Database.open(tmp_path / "store", (old,)) as database, database.transaction() as transaction:
        for key, result in (("done", '{"sealed": "x"}'), ("open", None)):
            await transaction.execute("INSERT INTO journal VALUES ('me', ?, 'd', ?, ?)", (key, result, stamp(NOW)))
    async with await Database.open(tmp_path / "store", (MIGRATIONS,)) as database:
        assert await taken(Journal(database), key="done") == Replay(DONE)
        assert await taken(Journal(database), key="open") == Unfinished()


async def test_a_released_key_is_free_and_a_finished_one_is_never_released(database: Database) -> None:
    """Released means that nothing was sent."""
    journal = Journal(database)
    await taken(journal)
    await journal.release("me", "key")
    assert await taken(journal, digest="other") == First()
    await journal.finish("me", "key", DONE)
    await journal.release("me", "key")
    assert await taken(journal, digest="other") == Replay(DONE)


async def test_of_many_at_once_one_goes_first_and_the_others_get_its_result(database: Database) -> None:
    """A double tap reaches the city once."""
    journal, together, firsts = Journal(database), asyncio.Barrier(8), []

    async def tap() -> object:
        await together.wait()
        entry = await journal.begin("me", "key", "d", at=NOW)
        if isinstance(entry, First):
            firsts.append(entry)
            await journal.finish("me", "key", DONE)
            journal.leave("me", "key")
        return entry

    async with asyncio.TaskGroup() as group:
        taps = [group.create_task(tap()) for _ in range(8)]
    assert len(firsts) == 1
    assert sorted(str(each.result()) for each in taps) == sorted([str(First()), *[str(Replay(DONE))] * 7])


async def test_whoever_waits_goes_first_when_the_key_is_given_back(database: Database) -> None:
    """The one before could not reach the city; the next one may."""
    journal = Journal(database)
    assert await journal.begin("me", "key", "d", at=NOW) == First()
    waiting = asyncio.ensure_future(journal.begin("me", "key", "d", at=NOW))
    await asyncio.wait({waiting}, timeout=0)
    await journal.release("me", "key")
    journal.leave("me", "key")
    assert await waiting == First()
    journal.leave("me", "key")


async def test_a_waiter_that_is_cancelled_holds_nobody_up(database: Database) -> None:
    """A client that hangs up while it waits leaves no lock behind."""
    journal = Journal(database)
    await journal.begin("me", "key", "d", at=NOW)
    waiting = asyncio.ensure_future(journal.begin("me", "key", "d", at=NOW))
    await asyncio.wait({waiting}, timeout=0)
    waiting.cancel()
    await asyncio.wait({waiting})
    await journal.finish("me", "key", DONE)
    journal.leave("me", "key")
    assert await taken(journal) == Replay(DONE)


@pytest.mark.parametrize("zone", [UTC, timezone(timedelta(hours=8))])
@pytest.mark.parametrize(("after", "entry"), [(KEPT, Replay(DONE)), (KEPT + timedelta(microseconds=1), First())])
async def test_a_key_is_kept_for_a_day_whatever_the_clocks_zone(
    database: Database, zone: timezone, after: timedelta, entry: object
) -> None:
    """Times are compared as moments, not as the texts that they happen to be."""
    journal = Journal(database)
    await taken(journal, at=NOW)
    await journal.finish("me", "key", DONE)
    assert await taken(journal, at=(NOW + after).astimezone(zone)) == entry


def test_a_digest_tells_inputs_apart_and_shows_nothing() -> None:
    """The store holds no amount, no name, no id."""
    first = input_digest(b"k" * 32, "payBill", {"billId": "b", "amount": "1.00"})
    assert first == input_digest(b"k" * 32, "payBill", {"amount": "1.00", "billId": "b"})
    assert (
        len(
            {
                first,
                *(
                    input_digest(*other)
                    for other in (
                        (b"x" * 32, "payBill", {"billId": "b", "amount": "1.00"}),
                        (b"k" * 32, "launch", {"billId": "b", "amount": "1.00"}),
                        (b"k" * 32, "payBill", {"billId": "b", "amount": str(Decimal("1.10"))}),
                    )
                ),
            }
        )
        == 4
    )
    assert "1.00" not in first
