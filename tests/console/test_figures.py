"""The figures of the console are the deployment's: whichever process answers, the page says the same.

Two gateways' worth of state over one store: real counts, health and breakers, and no server behind any of them.
"""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from html import unescape
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from channels.answer import Answer, Page
from channels.calls.breaker import Breaker, Change, State
from channels.calls.health import Health
from channels.failures import failure
from channels.measured.metrics import Metrics
from channels.measured.metrics_store import keeping
from channels.measured.sharing import Sharing
from channels.subgraphs.sdl_store import SdlStore
from edge.console import pages
from edge.console.frame import Visitor
from edge.console.words import Words
from resolvers import Services
from resolvers.operators.overseeing import Overseeing
from resolvers.operators.oversight import Oversight
from resolvers.operators.own_summary import own_summary
from resolvers.serving.federating import Federating
from schema.codes import Availability, ErrorCode
from starting import DATABASE, Settings, open_store
from storage import Database
from tests.resolvers.simulator import NOW, ROOT, services, snapshot

DEYANG = snapshot().channels["deyang"]
BACKEND = DEYANG.operations["bills.list"].backend
GOOD, BAD = Page((), 0, None, None, NOW), failure(ErrorCode.BACKEND_UNREACHABLE)


@dataclass
class Clock:
    """What all processes of a test go by, in wall time and in seconds of the loop."""

    at: datetime = NOW

    def __call__(self) -> datetime:
        return self.at

    def seconds(self) -> float:
        return (self.at - NOW).total_seconds()

    def wait(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@dataclass
class Worker:
    """One process: what it counts of deyang, and the console as it would answer there."""

    clock: Clock
    metrics: Metrics = field(init=False)
    health: Health = field(init=False)
    held: Breaker = field(init=False)
    services: Services = field(init=False)
    kept: Database | None = None
    sharing: Sharing = field(init=False)
    federating: Federating = field(init=False)
    overseeing: Overseeing = field(init=False)

    def __post_init__(self) -> None:
        rule = DEYANG.config.backends[BACKEND].breaker
        assert rule is not None
        self.metrics, self.health = Metrics(self.clock), Health(self.clock.seconds)
        self.held = Breaker(rule, self.clock.seconds, self.changed)
        self.health.watch("deyang", (self.held,))
        connections = cast("Any", SimpleNamespace(metrics=self.metrics, health=self.health, breaker=self.breaker))
        self.services = replace(services(None, {}), connections=connections, clock=self.clock)

    def changed(self, change: Change) -> None:
        self.metrics.note_breaker("deyang", BACKEND, change.state)

    def breaker(self, channel: object, backend: str) -> State | None:
        return self.held.state if (channel, backend) == (DEYANG, BACKEND) else None

    async def calls(self, answer: Answer, count: int, seconds: float) -> None:
        """So many calls that ended so, in so many seconds each."""
        for _ in range(count):
            generation = await self.held.enter(asyncio.get_running_loop().time() + 30)
            self.held.leave(generation, answer is GOOD)
            self.health.note("deyang", answer)
            self.metrics.note(DEYANG, DEYANG.operations["bills.list"], answer, seconds)

    async def page(self, path: str, lang: str) -> str:
        """A page's text, as this process answers."""
        seen = await self.overseeing.seen(self.clock())
        return shown(seen, path, lang)


def shown(seen: Oversight, path: str, lang: str) -> str:
    visitor, city = Visitor(Words(lang)), seen.city(path)
    made = pages.city_page(visitor, seen, city) if city else pages.overview(visitor, seen)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", made.decode())).split())


@asynccontextmanager
async def working(store: Database, clock: Clock) -> AsyncIterator[Worker]:
    worker = Worker(clock)
    async with AsyncExitStack() as stack:
        worker.federating = Federating(
            snapshot(), worker.services.connections, SdlStore(store.path.parent / "sdl"), lambda _: None, clock
        )
        worker.kept = await stack.enter_async_context(keeping(worker.metrics, store.path.parent, clock))

        def own() -> Any:
            return own_summary(worker.services)

        worker.sharing = stack.enter_context(Sharing.opened(worker.kept, own, clock))
        worker.overseeing = Overseeing(
            lambda: worker.services, store, lambda: (), ROOT, worker.sharing, worker.federating
        )
        yield worker


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Database]:
    async with await open_store(Settings(state=tmp_path)) as database:
        assert database.path.name == DATABASE
        yield database


@pytest.fixture
async def two(store: Database) -> AsyncIterator[tuple[Worker, Worker]]:
    """One that deyang has failed, and one that it answers; each has told the other."""
    clock = Clock()
    async with working(store, clock) as failed, working(store, clock) as well:
        await failed.calls(GOOD, 20, 0.4)
        await failed.calls(BAD, 10, 2.0)
        await well.calls(GOOD, 70, 0.1)
        assert (failed.held.state, well.held.state) == (State.OPEN, State.CLOSED)
        await failed.sharing.tell()
        await well.sharing.tell()
        yield failed, well


Two = tuple[Worker, Worker]


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("path", ["", "deyang"])
async def test_whichever_process_answers_the_page_is_the_same(two: Two, path: str, lang: str) -> None:
    """An official who reloads a page must not see another city each time."""
    failed, well = two
    assert await failed.page(path, lang) == await well.page(path, lang)


async def test_counts_add_up_and_times_are_of_all_calls(two: Two) -> None:
    """100 calls of which 10 failed: half of them within 0.1 s, the last tenth 2 s. No process saw that alone."""
    _, well = two
    city = (await well.overseeing.seen(NOW)).city("deyang")
    assert city is not None
    [bills] = city.measured
    assert (bills.calls, bills.failed, city.answered) == (100, 0.1, 0.9)
    assert city.p50_ms == pytest.approx(100, rel=0.02)
    assert city.p95_ms == pytest.approx(2000, rel=0.02)
    assert (city.p50_ms, city.p95_ms) == (bills.p50_ms, bills.p95_ms)
    assert "Since start, of 2 processes; times are of the last 500 calls" in await well.page("deyang", "en")
    assert "自启动以来,2 个进程合计;时延取每个进程中每个操作最近 500 次调用,误差不超过 2%" in await well.page(
        "deyang", "zh"
    )


async def test_a_breaker_is_told_by_processes_until_it_is_the_same_in_all(two: Two) -> None:
    """And since when. It is half open when its time is over, although nobody has called yet."""
    failed, well = two
    city, since = await well.page("deyang", "en"), "since 2026-11-22 20:00:00"
    assert f"Breaker open in 1 of 2 processes {since}" in city
    assert "Breaker open in 1 of 2 processes" in await well.page("", "en")
    assert "熔断 2 个进程中 1 个已熔断 自 2026-11-22 20:00:00 起" in await well.page("deyang", "zh")
    well.clock.wait(0.5)
    await well.calls(BAD, 10, 0.1)
    assert f"Breaker open {since}" in await well.page("deyang", "en"), "in all: the first of them is told"
    well.clock.wait(0.5)  # in the sandbox a breaker stays open for a second
    await failed.sharing.tell()
    assert f"Breaker open in 1, half open in 1 of 2 processes {since}" in await well.page("deyang", "en")
    well.clock.wait(0.5)
    await well.sharing.tell()
    assert "Breaker half open since 2026-11-22 20:00:01" in await failed.page("deyang", "en")
    for worker in two:
        await worker.calls(GOOD, 1, 0.1)
        await worker.sharing.tell()
    assert "Breaker" not in (await well.page("", "en")).replace("breakers", "")
    assert "closed" in await well.page("deyang", "en")


async def test_availability_is_a_matter_of_each_process_and_only_the_page_brings_it_together(two: Two) -> None:
    """Each asks a city by what it has seen itself; a city that some are answered by is neither up nor down."""
    failed, well = two
    assert (failed.health.of("deyang"), well.health.of("deyang")) == (Availability.DOWN, Availability.UP)
    seen = await well.overseeing.seen(NOW)
    city = seen.city("deyang")
    assert city is not None
    assert city.availability is Availability.DEGRADED
    assert "degraded 90% down in 1 of 2 processes" in shown(seen, "deyang", "en")
    assert "2 个进程中 1 个中断" in shown(seen, "", "zh")
    assert well.health.of("deyang") is Availability.UP
    assert "unknown" in shown(seen, "meishan", "en"), "of a city that nobody asked nothing is known"


async def test_a_process_that_has_stopped_leaves_the_page(two: Two) -> None:
    failed, well = two
    failed.clock.wait(15)
    await well.sharing.tell()
    page = await well.page("", "en")
    assert "of 1 process." in page
    assert "Answered 100%" in page
    assert "cannot be had" not in page, "it is not missing: it has ended"


@pytest.mark.parametrize(("lang", "told"), [("zh", "暂时取不到其他进程的数字"), ("en", "cannot be had now")])
async def test_without_the_others_the_page_says_so_and_shows_its_own(two: Two, lang: str, told: str) -> None:
    """The rest of the page is of another store, and as always."""
    failed, well = two
    assert well.kept is not None
    async with well.kept.transaction() as transaction:
        await transaction.execute("DROP TABLE process_summaries")
    for path in ("", "deyang"):
        page = await well.page(path, lang)
        assert told in page
        assert "100%" in page
    assert told in await failed.page("", lang)
