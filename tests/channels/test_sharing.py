"""Processes over one store know each other's figures; a store that cannot be used costs the others', and is told."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from channels.measured.metrics_store import FILE, opened_store
from channels.measured.sharing import BEAT_SECONDS, Sharing
from channels.measured.summaries import ALL, FRESH_SECONDS
from channels.measured.summary import Calls, Circuit, Known, NoSummary, Summary
from channels.measured.times import Times
from schema.codes import Availability
from storage import Database

NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


@dataclass
class Clock:
    """All processes of a test go by the same."""

    at: datetime = NOON

    def __call__(self) -> datetime:
        return self.at

    def wait(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@dataclass
class Process:
    """One that serves deyang: what it has counted, and its part in the sharing over connections of its own."""

    calls: int = 0
    sharing: Sharing = field(init=False)
    database: Database = field(init=False)
    asked: asyncio.Event = field(default_factory=asyncio.Event)

    async def own(self) -> Summary:
        self.asked.set()
        calls = Calls({"OK": self.calls}, Times.of([0.1] * self.calls))
        circuits = {"api": Circuit("CLOSED", NOON)}
        return Summary({"deyang": Known(Availability.UP, circuits, {"bills.list": calls})})

    async def known(self) -> tuple[int, int, bool]:
        """(processes, calls of all, alone) as this process would show it."""
        figures = await self.sharing.figures()
        return figures.processes, figures.calls("deyang")["bills.list"].total, figures.alone


@asynccontextmanager
async def serving(state: Path, clock: Clock, calls: int) -> AsyncIterator[Process]:
    process = Process(calls)
    async with await opened_store(state) as process.database:
        with Sharing.opened(process.database, process.own, clock) as process.sharing:
            yield process


@pytest.fixture
async def two(tmp_path: Path) -> AsyncIterator[tuple[Process, Process, Clock]]:
    """Two processes that have told each other of 3 and 4 calls."""
    clock = Clock()
    async with serving(tmp_path, clock, 3) as one, serving(tmp_path, clock, 4) as other:
        await one.sharing.tell()
        await other.sharing.tell()
        yield one, other, clock


def rows(process: Process) -> Iterator[tuple[str, float, str]]:
    with closing(sqlite3.connect(process.database.path)) as looking:
        yield from looking.execute(ALL).fetchall()


Two = tuple[Process, Process, Clock]


async def test_each_process_shows_the_figures_of_all(two: Two) -> None:
    """Whoever answers the reload of a page, it says the same."""
    one, other, _ = two
    assert await one.known() == await other.known() == (2, 7, False)
    other.calls = 40
    await other.sharing.tell()
    assert await one.known() == (2, 43, False)
    one.calls = 5
    assert await one.known() == (2, 45, False), "its own it knows at once"


async def test_nothing_is_written_while_nothing_changes_but_that_one_is_there(two: Two) -> None:
    """An idle deployment leaves the disk alone, and is not forgotten."""
    one, other, clock = two
    before = list(rows(one))
    clock.wait(BEAT_SECONDS / 2)
    await one.sharing.tell()
    assert list(rows(one)) == before
    for _ in range(5):
        clock.wait(BEAT_SECONDS)
        await one.sharing.tell()
        await other.sharing.tell()
    assert await one.known() == (2, 7, False)
    assert {seconds for _, seconds, _ in rows(one)} == {clock.at.timestamp()}


async def test_a_process_that_stopped_vanishes_and_one_that_was_only_stuck_comes_back(two: Two) -> None:
    one, other, clock = two
    clock.wait(FRESH_SECONDS)
    assert await one.known() == (1, 3, False), "it is not read any more, before anybody swept"
    await one.sharing.tell()
    assert len(list(rows(one))) == 1, "and whoever writes sweeps"
    await other.sharing.tell()
    assert await one.known() == (2, 7, False), "with all its figures, although they have not changed"
    clock.wait(-3600)
    assert await one.known() == (1, 3, False), "a row from the future says nothing of now"


async def test_a_process_that_ends_is_gone_at_once(two: Two) -> None:
    """A restart does not show as a process too many."""
    one, other, _ = two
    other.asked.clear()
    running = asyncio.create_task(other.sharing.run())
    await other.asked.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert await one.known() == (1, 3, False)


async def test_processes_write_at_the_same_time(tmp_path: Path) -> None:
    """Twenty rounds, both in the same moment: nobody's figures are lost, and nobody is turned away."""
    clock, rounds = Clock(), 20

    async def counting(process: Process, barrier: asyncio.Barrier) -> None:
        for _ in range(rounds):
            await barrier.wait()
            process.calls += 1
            await process.sharing.tell()

    async with serving(tmp_path, clock, 0) as first, serving(tmp_path, clock, 0) as second:
        barrier = asyncio.Barrier(2)
        await asyncio.gather(counting(first, barrier), counting(second, barrier))
        assert await first.known() == await second.known() == (2, 2 * rounds, False)


async def test_a_locked_store_costs_the_figures_of_the_others_and_comes_back(two: Two) -> None:
    """The process waits for its turn beside the requests; what it counted itself is known all the while."""
    one, _, _ = two
    with closing(sqlite3.connect(one.database.path, isolation_level=None)) as locking:
        locking.execute("BEGIN IMMEDIATE")
        one.calls = 9
        telling = asyncio.create_task(one.sharing.tell())
        assert await one.known() == (2, 13, False), "whoever looks does not wait for the lock"
        await telling
        assert await one.known() == (1, 9, True)
        locking.execute("ROLLBACK")
    await one.sharing.tell()
    assert await one.known() == (2, 13, False)


async def test_what_cannot_be_read_is_not_guessed_at(two: Two) -> None:
    """A row of another version, or a table that is gone: the figures are one's own, and it is said."""
    one, other, clock = two
    with closing(sqlite3.connect(one.database.path)) as meddling, meddling:
        meddling.execute("INSERT INTO process_summaries VALUES ('newer', ?, '{}')", (clock.at.timestamp(),))
    assert await one.known() == (1, 3, True)
    with closing(sqlite3.connect(one.database.path)) as meddling, meddling:
        meddling.execute("DROP TABLE process_summaries")
    assert await one.known() == (1, 3, True)
    other.calls = 5
    await other.sharing.tell()
    await other.sharing.leave()
    assert await other.known() == (1, 5, True)
    with pytest.raises(NoSummary):
        Summary.read('{"cities": {"deyang": {"availability": "FINE"}}}')


async def test_a_store_that_cannot_be_opened_costs_no_more(tmp_path: Path) -> None:
    (tmp_path / FILE).mkdir()
    process = Process(2)
    with Sharing.opened(None, process.own, Clock()) as process.sharing:
        await process.sharing.run()
        assert await process.known() == (1, 2, True)
