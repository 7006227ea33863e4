"""Flags put up while gateways run: obeyed at the next look, append-only, and in doubt everything is suspended."""

import sqlite3
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from channels.declared.agreements import Suspension
from channels.deployment.snapshot import Snapshot, load
from roaming import Denial, Grant, authorize
from roaming.suspensions import MIGRATIONS, Suspensions, resume, standing, standing_in, suspend
from schema.codes import ErrorCode
from storage import Database, StorageError, Watched

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
TODAY = date(2026, 11, 22)
GATEWAY = Suspension(by="gateway", since=TODAY, reason="检修")


@pytest.fixture(scope="module")
def snapshot() -> Snapshot:
    found = load(Path(__file__).resolve().parents[2] / "cities", environment="sandbox", at=TODAY).snapshot
    assert found is not None
    return found


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Database]:
    async with await Database.open(tmp_path / "gateway.sqlite", (MIGRATIONS,)) as opened:
        yield opened


def decided(snapshot: Snapshot, home: str = "chengdu", at: date = TODAY) -> Grant | Denial:
    return authorize(snapshot, snapshot.channels["deyang"], "bills.list", home, at)


async def test_every_worker_obeys_at_its_next_look(store: Database, snapshot: Snapshot) -> None:
    """Two workers, one file; neither is told, both see."""
    with Suspensions.opened(store) as one, Suspensions.opened(store) as two:
        for worker in (one, two):
            worker.look(TODAY)
            assert isinstance(decided(worker.applied(snapshot)), Grant)
        await suspend(store, "2026-002", GATEWAY, at=NOW, who="me")
        for worker in (one, two):
            worker.look(TODAY)
            assert decided(worker.applied(snapshot)) == Denial(ErrorCode.AGREEMENT_SUSPENDED)
        assert await resume(store, "2026-002", GATEWAY, at=NOW, who="me")
        for worker in (one, two):
            worker.look(TODAY)
            assert worker.applied(snapshot) is snapshot


async def test_the_day_is_the_questions_own(store: Database, snapshot: Snapshot) -> None:
    """A flag for tomorrow goes up at midnight, by itself."""
    tomorrow = Suspension(by="provider", since=date(2026, 11, 23), until=date(2026, 11, 23), reason="r")
    await suspend(store, "2026-002", tomorrow, at=NOW, who="me")
    with Suspensions.opened(store) as worker:
        worker.look(TODAY)
        made = worker.applied(snapshot)
    days = [date(2026, 11, day) for day in (22, 23, 24)]
    assert [isinstance(decided(made, at=day), Grant) for day in days] == [True, False, True]


async def test_flags_of_different_sides_and_cities_do_not_touch_each_other(store: Database, snapshot: Snapshot) -> None:
    quarrel = Suspension(by="consumer", city="chengdu", since=TODAY, reason="r")
    await suspend(store, "2026-002", quarrel, at=NOW, who="a")
    await suspend(store, "2026-002", GATEWAY, at=NOW, who="b")
    assert not await resume(store, "2026-002", GATEWAY.model_copy(update={"by": "provider"}), at=NOW, who="b")
    assert not await resume(store, "2026-001", GATEWAY, at=NOW, who="b")
    assert await resume(store, "2026-002", GATEWAY, at=NOW, who="b")
    assert [(each.agreement, each.flag, each.who) for each in await standing(store)] == [("2026-002", quarrel, "a")]
    with Suspensions.opened(store) as worker:
        worker.look(TODAY)
        made = worker.applied(snapshot)
    assert decided(made, "chengdu") == Denial(ErrorCode.AGREEMENT_SUSPENDED)
    assert isinstance(decided(made, "mianyang"), Grant)


async def test_an_operator_reads_the_flags_while_somebody_writes(store: Database, tmp_path: Path) -> None:
    """A list must not wait for a lock, and a gateway that never ran has no flags."""
    await suspend(store, "2026-002", GATEWAY, at=NOW, who="a")
    async with store.transaction():
        assert [(each.agreement, each.flag, each.at, each.who) for each in standing_in(store.path)] == [
            ("2026-002", GATEWAY, NOW, "a")
        ]
    assert standing_in(tmp_path / "none.sqlite") == ()
    async with await Database.open(tmp_path / "other.sqlite") as other:
        assert standing_in(other.path) == ()


async def test_putting_a_flag_up_again_changes_it_and_keeps_what_was(store: Database) -> None:
    """The last row counts, and the rows before stay: who did what, and when."""
    await suspend(store, "2026-002", GATEWAY, at=NOW, who="a")
    await suspend(store, "2026-002", GATEWAY.model_copy(update={"reason": "另一个原因"}), at=NOW, who="b")
    assert [each.flag.reason for each in await standing(store)] == ["另一个原因"]
    assert len(await store.rows("SELECT * FROM suspensions")) == 2


@pytest.mark.parametrize("sql", ["DELETE FROM suspensions", "UPDATE suspensions SET reason = 'x'"])
async def test_rows_are_neither_changed_nor_deleted(store: Database, sql: str) -> None:
    await suspend(store, "2026-002", GATEWAY, at=NOW, who="a")
    with pytest.raises(StorageError):
        async with store.transaction() as transaction:
            await transaction.execute(sql)
    assert len(await store.rows("SELECT * FROM suspensions")) == 1


async def test_what_was_never_looked_at_opens_nothing(store: Database, snapshot: Snapshot) -> None:
    """Deny on doubt; home and public information are no matter of agreements."""
    with Suspensions.opened(store) as worker:
        made = worker.applied(snapshot)
    assert decided(made) == Denial(ErrorCode.AGREEMENT_SUSPENDED)
    assert decided(made, "deyang") == Grant()


async def test_a_store_that_cannot_be_read_suspends_everything_until_it_can_be(
    store: Database, snapshot: Snapshot
) -> None:
    with Suspensions.opened(store) as worker:
        worker.look(TODAY)
        assert isinstance(decided(worker.applied(snapshot)), Grant)
        with sqlite3.connect(store.path) as other:
            other.execute("ALTER TABLE suspensions RENAME TO elsewhere")
        worker.look(TODAY)
        refused = decided(worker.applied(snapshot))
        assert refused == Denial(ErrorCode.AGREEMENT_SUSPENDED)
        assert isinstance(refused, Denial)
        assert str(TODAY) in (refused.reason or {})["zh"]
        with sqlite3.connect(store.path) as other:
            other.execute("ALTER TABLE elsewhere RENAME TO suspensions")
        worker.look(TODAY)
        assert isinstance(decided(worker.applied(snapshot)), Grant)


async def test_a_look_at_a_file_sees_commits_of_others_and_nothing_else(store: Database) -> None:
    with Watched(store.path) as watched:
        assert (watched.changed(), watched.changed()) == (True, False)
        await suspend(store, "x", GATEWAY, at=NOW, who="a")
        assert (watched.changed(), watched.changed()) == (True, False)


def test_a_file_that_is_not_there_is_an_error_of_the_store(tmp_path: Path) -> None:
    with pytest.raises(StorageError):
        Watched(tmp_path / "none.sqlite").changed()
