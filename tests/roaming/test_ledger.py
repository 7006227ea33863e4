"""The usage ledger: what it keeps, in which order, and that nothing in it can be changed."""

import asyncio
import hashlib
import json
import multiprocessing
import resource
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from roaming import LedgerUnavailable, Outcome, SqliteLedger, subject_of
from roaming.ledger import attempt, plain, settled
from roaming.ledger_chain import GENESIS
from roaming.ledger_store import FILE
from roaming.ledger_verify import verify
from tests.roaming.ledgers import NOW, kept, usage

EVERY = {"visited": None, "before": None, "most": 100}


@pytest.fixture
async def ledger(tmp_path: Path) -> AsyncIterator[SqliteLedger]:
    async with SqliteLedger.opened(tmp_path / FILE) as opened:
        yield opened


def rows(path: Path) -> list[dict[str, Any]]:
    with closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute("SELECT * FROM ledger ORDER BY sequence")]


async def test_what_was_appended_is_on_the_disk_when_append_returns(ledger: SqliteLedger) -> None:
    """A mutation's answer leaves after this: a power cut must not take the record."""
    await ledger.append(usage())
    [row] = rows(ledger.path)
    assert (row["sequence"], row["call"], row["outcome"], row["previous"]) == (1, "call-1", "OK", GENESIS)
    assert row["at"] == 1_795_316_646_678_901


async def test_the_same_call_is_recorded_once(ledger: SqliteLedger) -> None:
    """A reconciler may find out twice what became of a payment."""
    await ledger.append(usage())
    await ledger.append(usage(outcome=Outcome.FAILED))
    await ledger.append(usage(2))
    assert [(row["sequence"], row["call"], row["outcome"]) for row in rows(ledger.path)] == [
        (1, "call-1", "OK"),
        (2, "call-2", "OK"),
    ]
    assert verify(ledger.path).whole


async def test_attempts_and_what_is_settled_later_are_records_of_their_own(ledger: SqliteLedger) -> None:
    """A payment refused twice and then made crossed the border three times."""
    for call in (attempt("n1"), attempt("n1"), "n1", settled("n1")):
        await ledger.append(usage(call=call))
    assert len(rows(ledger.path)) == 4
    assert await ledger.outcome_of("n1") is Outcome.OK


async def test_notes_are_written_in_order_with_the_next_commit_and_at_close(tmp_path: Path) -> None:
    """Reads do not wait for the disk, and lose nothing when the process ends in order."""
    async with SqliteLedger.opened(tmp_path / FILE) as ledger:
        ledger.note(usage(1))
        ledger.note(usage(2))
        await ledger.append(usage(3))
        assert [row["call"] for row in rows(ledger.path)] == ["call-1", "call-2", "call-3"]
        for number in range(4, 60):
            ledger.note(usage(number))
    assert [row["sequence"] for row in rows(tmp_path / FILE)] == list(range(1, 60))


async def test_notes_become_durable_without_anybody_waiting(ledger: SqliteLedger) -> None:
    """Within the flush interval, whatever else happens or does not."""
    ledger.note(usage())
    async with asyncio.timeout(10):
        while not rows(ledger.path):  # noqa: ASYNC110 - the disk tells no event
            await asyncio.sleep(0.01)


async def test_many_callers_share_commits(ledger: SqliteLedger) -> None:
    """Each of them waits for durability; the chain is one."""
    async with asyncio.TaskGroup() as group:
        for number in range(500):
            group.create_task(ledger.append(usage(number)))
    verdict = verify(ledger.path)
    assert (verdict.count, verdict.whole) == (500, True)


def write_some(path: str, name: str) -> None:
    async def story() -> None:
        async with SqliteLedger.opened(Path(path)) as ledger:
            for number in range(60):
                await ledger.append(usage(number, call=f"{name}-{number}"))

    asyncio.run(story())


def test_several_processes_make_one_chain(tmp_path: Path) -> None:
    """Workers share one ledger: each reads the head in the transaction that adds to it."""
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=write_some, args=(str(tmp_path / FILE), name)) for name in ("a", "b")]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    verdict = verify(tmp_path / FILE)
    assert (verdict.count, verdict.findings) == (120, [])


@pytest.mark.parametrize("statement", ["UPDATE ledger SET outcome = 'OK'", "DELETE FROM ledger WHERE sequence = 1"])
async def test_nothing_is_changed_or_removed(ledger: SqliteLedger, statement: str) -> None:
    """Append-only is a rule of the file, not only of our code."""
    await ledger.append(usage())
    with (
        closing(sqlite3.connect(ledger.path)) as connection,
        pytest.raises(sqlite3.IntegrityError, match="append-only"),
    ):
        connection.execute(statement)


async def test_an_outsider_can_check_the_chain_with_json_and_sha256_alone(tmp_path: Path) -> None:
    """The encoding is written down in `ledger_chain` and docs/ledger.md: this is that text, followed by hand."""
    path = await kept(tmp_path, *(usage(n, app="小程序", code="CONFLICT", actor=subject_of("mother")) for n in (1, 2)))
    previous = "0" * 64
    for row in rows(path):
        order = "sequence at call home visited operation purpose agreement consent outcome code latency_ms subject actor app"
        fields = ["cityroam-ledger/1", *(row[name] for name in order.split()), previous]
        encoded = json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode()
        previous = hashlib.sha256(encoded).hexdigest()
        assert row["hash"] == previous


async def test_a_citizen_reads_their_own_records_the_newest_first(ledger: SqliteLedger) -> None:
    """Also those noted a moment ago; never another's."""
    for number in range(1, 6):
        ledger.note(usage(number, visited="510100" if number % 2 else "511400"))
    ledger.note(usage(6, subject=subject_of("mei")))
    found = await ledger.records_of(subject_of("deng"), **EVERY)
    assert [record.usage.call for record in found] == ["call-5", "call-4", "call-3", "call-2", "call-1"]
    assert found[0].usage == usage(5)
    page = await ledger.records_of(subject_of("deng"), visited=["510100"], before=5, most=1)
    assert [record.usage.call for record in page] == ["call-3"]
    assert await ledger.records_of(subject_of("deng"), visited=[], before=None, most=5) == ()


async def test_a_locked_ledger_refuses_and_writes_what_waited_once_it_is_free(ledger: SqliteLedger) -> None:
    """Nothing is lost: the record that could not be written stays first in line."""
    with closing(sqlite3.connect(ledger.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(LedgerUnavailable):
            await ledger.append(usage(1))
        ledger.note(usage(2))
        with pytest.raises(LedgerUnavailable):
            await ledger.ready(write=False)
        other.execute("ROLLBACK")
    await ledger.ready(write=True)
    await ledger.append(usage(3))
    assert [row["call"] for row in rows(ledger.path)] == ["call-1", "call-2", "call-3"]
    assert verify(ledger.path).whole


async def test_a_mutation_is_told_beforehand_that_the_ledger_is_locked(ledger: SqliteLedger) -> None:
    """Before its city is called, though nothing was written since the lock was taken."""
    with closing(sqlite3.connect(ledger.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(LedgerUnavailable):
            await ledger.ready(write=True)


def fill_up(path: str, told: Any) -> None:
    """A process that may not write files any larger than they are."""

    async def story() -> None:
        async with SqliteLedger.opened(Path(path)) as ledger:
            await ledger.append(usage(0))
            size = sum(file.stat().st_size for file in Path(path).parent.iterdir() if file.name.endswith("-wal"))
            resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
            try:
                await ledger.append(usage(1))
            except LedgerUnavailable:
                told.put("refused")
            try:
                await ledger.ready(write=False)
            except LedgerUnavailable:
                told.put("still refused")
            resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
            await ledger.ready(write=False)
            told.put("open again")

    asyncio.run(story())


def test_a_full_disk_refuses_and_loses_nothing(tmp_path: Path) -> None:
    """The limit on a process's files stands in for a disk without room: SQLite meets the same failing write."""
    context = multiprocessing.get_context("spawn")
    told = context.Queue()
    worker = context.Process(target=fill_up, args=(str(tmp_path / FILE), told))
    worker.start()
    assert [told.get(timeout=30) for _ in range(3)] == ["refused", "still refused", "open again"]
    worker.join(30)
    verdict = verify(tmp_path / FILE)
    assert (verdict.count, verdict.findings) == (2, [])


def append_until_killed(path: str, told: Any) -> None:
    async def story() -> None:
        async with SqliteLedger.opened(Path(path)) as ledger:
            for number in range(100_000):
                await ledger.append(usage(number))
                told.send(number)

    asyncio.run(story())


def test_a_process_killed_while_it_writes_loses_no_record_that_was_confirmed(tmp_path: Path) -> None:
    """SIGKILL in the middle of commits, three times: the chain goes on where the disk has it."""
    context = multiprocessing.get_context("spawn")
    for turn in (1, 2, 3):
        mine, theirs = context.Pipe(duplex=False)
        worker = context.Process(target=append_until_killed, args=(str(tmp_path / FILE), theirs))
        worker.start()
        theirs.close()
        confirmed = [mine.recv() for _ in range(40 * turn)]
        worker.kill()
        worker.join(30)
        verdict = verify(tmp_path / FILE)
        assert verdict.findings == []
        assert verdict.count >= max(confirmed) + 1


async def test_a_ledger_that_is_not_one_is_refused(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"this is no database, but it is long enough to look like one" * 40)
    with pytest.raises(Exception, match="not a database"):
        async with SqliteLedger.opened(tmp_path / FILE):
            pass


def test_a_text_from_outside_is_cut_and_made_writable() -> None:
    """A client id comes from a token: it must neither grow the ledger nor stop it."""
    assert plain("x" * 1_000) == "x" * 200
    assert plain("a\ud800b") == "a?b"
    assert plain("") is plain(None) is None


def test_moments_keep_their_microseconds() -> None:
    assert usage().at - NOW == timedelta(seconds=1)
