"""What the gateway took in is one citizen's, is sent by one worker at a time, and ends once."""

from datetime import UTC, datetime, timedelta

from roaming.deliveries import DELIVERED, HELD, LEASE, REJECTED, SENT, Deliveries
from storage import Database

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SHORT = timedelta(seconds=10)


async def taken_in(database: Database) -> Deliveries:
    held = Deliveries(database, "one")
    for _ in range(2):  # the same number again changes nothing
        await held.hold("n", "me", "deyang", request="sealed", told="row", at=NOW)
    return held


async def test_it_is_its_citizens_alone(database: Database) -> None:
    held = await taken_in(database)
    assert [each.number for each in await held.of("me")] == ["n"]
    assert await held.of("me", "chengdu") == ()
    assert (await held.of("you"), await held.at("you", "n")) == ((), None)


async def test_one_worker_sends_and_another_takes_over_after_a_crash(database: Database) -> None:
    """SENT is written first, so whoever takes over knows that it must ask."""
    one, two = await taken_in(database), Deliveries(database, "two")
    [mine] = await one.take(NOW, 5)
    assert (mine.state, await two.take(NOW, 5)) == (HELD, ())
    assert await one.send("n", at=NOW, lease=SHORT)
    assert not await two.send("n", at=NOW, lease=SHORT)
    assert await two.take(NOW + timedelta(seconds=1), 5) == ()
    [theirs] = await two.take(NOW + SHORT, 5)
    assert (theirs.state, theirs.sent_at) == (SENT, NOW)
    assert not await one.deliver("n", found="case", at=NOW)
    assert await two.deliver("n", found="case", at=NOW)


async def test_what_has_ended_is_not_taken_again_and_keeps_nothing_to_send(database: Database) -> None:
    held = await taken_in(database)
    await held.take(NOW, 5)
    assert await held.deliver("n", found="case", at=NOW)
    assert await held.take(NOW + 10 * LEASE, 5) == ()
    [ended] = await held.of("me")
    assert (ended.state, ended.found, ended.request) == (DELIVERED, "case", "")
    assert not await held.reject("n", found="why", at=NOW)


async def test_a_turn_that_failed_comes_again_and_a_refusal_is_kept(database: Database) -> None:
    held = await taken_in(database)
    await held.take(NOW, 5)
    assert await held.later("n", HELD, due=NOW + SHORT)
    assert await held.take(NOW, 5) == ()
    [again] = await held.take(NOW + SHORT, 5)
    assert again.tries == 1
    assert await held.reject("n", found="why", at=NOW)
    assert [each.state for each in await held.of("me")] == [REJECTED]


async def test_what_was_sent_since_a_moment_is_known_to_every_worker(database: Database) -> None:
    held = await taken_in(database)
    [mine] = await held.take(NOW, 5)
    other = Deliveries(database, "other")
    assert not await other.sent_since("me", mine.city, NOW - LEASE)
    await held.send("n", at=NOW, lease=SHORT)
    assert await other.sent_since("me", mine.city, NOW)
    assert not await other.sent_since("me", mine.city, NOW + SHORT)
    assert not await other.sent_since("you", mine.city, NOW)
    assert not await other.sent_since("me", "elsewhere", NOW)
