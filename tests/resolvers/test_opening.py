"""A city that is opened step by step: who may ask it what, on every worker the same, and what becomes of it."""

import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from types import MappingProxyType, SimpleNamespace
from typing import Any, cast

from channels.answer import Page
from channels.ask import Ask
from channels.declared.abort_rule import AbortRule
from channels.declared.models import Rollout
from channels.deployment.snapshot import Snapshot
from channels.failures import failure
from channels.measured.metrics import Metrics
from channels.measured.rollout_log import MIGRATIONS, Run
from identity.seal import Sealer
from identity.viewer import Viewer
from resolvers.asking.opening import unopened, unopened_of
from resolvers.asking.question import Question, question
from resolvers.context import Context, Services
from resolvers.coverage import Outcome, coverage_row
from resolvers.serving.rollouts import followed, keep_opening, openings
from resolvers.settling.delivering import deliver
from resolvers.writing.attempt import Attempt
from resolvers.writing.held import SEALED, deliveries_of
from roaming import Denial, Grant
from roaming.deliveries import HELD
from roaming.openings import Opening, share_of
from schema.codes import CityOutcome, ErrorCode
from storage import Database
from tests.resolvers.simulator import KEY, NOW, Book, City, citizen, request, services, snapshot

DAY = timedelta(hours=24)
TOWN, PUBLIC = "deyang", "local.shuttleLines"
RULE = AbortRule.parse("error_rate > 0.02")


def rolled_out(percent: float, *allow: str, abort_if: AbortRule | None = None) -> Snapshot:
    """The project's cities, one of which is being opened for a day."""
    held = snapshot()
    rollout = Rollout(percent=percent, allow=allow, promote_after=DAY, abort_if=abort_if)
    channel = held.channels[TOWN]
    channel = replace(channel, config=channel.config.model_copy(update={"rollout": rollout}))
    return replace(held, channels=MappingProxyType({**held.channels, TOWN: channel}))


@dataclass
class Clock:
    """Moves only when told."""

    at: datetime = NOW

    def __call__(self) -> datetime:
        return self.at


def begun(held: Snapshot) -> Opening:
    """The town's opening as it begins now."""
    channel = held.channels[TOWN]
    rollout = channel.config.rollout
    assert rollout is not None
    made = Opening.of(channel, Run(TOWN, channel.revision, rollout.block, NOW))
    assert made is not None
    return made


def opening(percent: float, *allow: str, **more: Any) -> Services:
    """The services of a worker that has just begun with it."""
    held = rolled_out(percent, *allow)
    made = begun(held)
    return replace(services(None, {TOWN: City()}), snapshot=held, openings={TOWN: replace(made, **more)})


def one_of_testers(home: str = "510600") -> Viewer:
    return replace(citizen(home), groups=frozenset({"testers"}))


async def asked(held: Services, viewer: Viewer, operation: str = "bills.list") -> object:
    context = request(held, viewer)
    return await question(context, context.channel(TOWN), operation, {})


async def test_a_city_that_is_not_open_yet_is_not_asked_and_says_so() -> None:
    """Also at home. The sentence is told in both languages, in coverage as NOT_OFFERED."""
    context = request(opening(0, "testers"), citizen())
    channel = context.channel(TOWN)
    refused = await question(context, channel, "bills.list", {})
    assert refused == Denial(ErrorCode.NOT_OFFERED, offered=False)
    assert isinstance(refused, Denial)
    row = coverage_row(context, Outcome(channel, refused))
    assert (row["outcome"], row["code"]) == (CityOutcome.NOT_OFFERED.value, "NOT_OFFERED")
    assert "分步开放" in row["message"]["zh"]
    assert "step by step" in row["message"]["en"]
    assert context.services.connections.asked == []  # type: ignore[attr-defined]


async def test_a_group_may_ask_it_and_public_information_is_for_all() -> None:
    held = opening(0, "testers")
    assert isinstance(await asked(held, one_of_testers()), Question)
    assert isinstance(await asked(held, citizen(), PUBLIC), Question)
    assert isinstance(await asked(held, Viewer.anonymous(), PUBLIC), Question)
    assert await asked(held, Viewer.anonymous()) == Denial(ErrorCode.UNAUTHENTICATED)


async def test_a_share_of_the_citizens_may_ask_it_whichever_worker_they_meet() -> None:
    """Their share is made of the key in the store, which every worker makes alike."""
    viewers = [citizen(subject=f"somebody-{n}") for n in range(40)]
    held, other = opening(50), opening(50)
    may = [isinstance(await asked(held, viewer), Question) for viewer in viewers]
    assert may == [isinstance(await asked(other, viewer), Question) for viewer in viewers]
    keys = [request(held, viewer).citizen or "" for viewer in viewers]
    assert may == [share_of(TOWN, key) < 50 for key in keys]
    assert 8 < sum(may) < 32


async def test_other_cities_are_not_concerned() -> None:
    context = request(opening(0), citizen())
    assert unopened_of(context, context.snapshot.channels, "bills.list") == {TOWN}
    assert unopened(context, context.channel(TOWN), PUBLIC) is None


async def test_from_its_day_on_everybody_may_ask_it() -> None:
    clock = Clock()
    held = replace(opening(0, until=NOW + DAY), clock=clock)
    assert isinstance(await asked(held, citizen()), Denial)
    clock.at = NOW + DAY
    assert isinstance(await asked(held, citizen()), Question)


async def test_files_that_nothing_is_known_of_are_open_to_their_groups_alone() -> None:
    """They may have been closed before: nobody gets more than is sure."""
    held = replace(opening(100, "testers"), openings={})
    assert isinstance(await asked(held, citizen()), Denial)
    assert isinstance(await asked(held, one_of_testers()), Question)


async def test_a_refused_crossing_is_in_the_ledger_with_its_ground_and_without_groups() -> None:
    """As every call about a citizen that would have crossed a border; at home there is no border."""
    for home, recorded in (("510600", []), ("510100", ["2026-002"])):
        held = opening(0)
        assert isinstance(await asked(held, citizen(home)), Denial)
        book = held.ledger
        assert isinstance(book, Book)
        assert [usage.agreement for usage in book.usages] == recorded
        assert [usage.code for usage in book.usages] == ["NOT_OFFERED"] * len(recorded)


async def test_without_an_agreement_that_is_what_is_told() -> None:
    """A city is not said to be opening to citizens to whom it will not open."""
    assert await asked(opening(0), citizen("512000")) == Denial(ErrorCode.NO_AGREEMENT)


async def test_what_is_sent_later_is_sent_for_the_same_groups() -> None:
    """A held case of a tester must not be refused because the gateway forgot who they were."""
    held = opening(0, "testers")
    context = request(held, one_of_testers())
    found = await question(context, context.channel(TOWN), "bills.list", {})
    assert isinstance(found, Question)
    sealer = Sealer(KEY)
    attempt = Attempt.of(context, found, "Bill", number="n", service=None)
    kept = Attempt.opened(sealer, "test", "c", attempt.sealed(sealer, "test", "c"))
    assert kept.context(held).viewer.groups == {"testers"}
    before = replace(kept, viewer={name: value for name, value in kept.viewer.items() if name != "groups"})
    assert before.context(held).viewer.groups == frozenset()


async def test_a_held_case_waits_where_its_city_was_closed_meanwhile(database: Database) -> None:
    """A city that goes down gets cases to hold and an aborted rollout at once: that must not refuse them for good."""
    gone = failure(ErrorCode.BACKEND_UNREACHABLE).message
    held = replace(services(database, {TOWN: City()}), snapshot=rolled_out(50))
    held = replace(held, openings={TOWN: replace(begun(held.snapshot), aborted=gone)})
    context = request(held, citizen())
    found = Question(
        context.channel(TOWN),
        "bills.list",
        Ask("bills.list", {}, {}, context.citizen, "REAL_PERSON", "r", context.deadline),
        Grant(),
    )
    who, deliveries = context.citizen or "", deliveries_of(held)
    sealed = Attempt.of(context, found, "Application", number="n", service=None).sealed(held.sealer, SEALED, who)
    await deliveries.hold("n", who, TOWN, request=sealed, told="", at=NOW)
    [taken] = await deliveries.take(NOW, 1)
    await deliver(held, taken)
    [still] = await deliveries.of(who)
    assert (still.state, still.tries) == (HELD, 1)
    assert cast("Any", held.connections).asked == []


def worker(held: Snapshot, metrics: Metrics | None = None, clock: Clock | None = None) -> Services:
    """One that has counted something."""
    connections = cast("Any", SimpleNamespace(metrics=metrics or Metrics(lambda: NOW)))
    return replace(services(None, {}), snapshot=held, connections=connections, clock=clock or Clock())


async def opened_at(path: Path, held: Snapshot, at: datetime, metrics: Metrics | None = None) -> Opening:
    """The opening as a worker finds it that starts now, after its first look."""
    async with await Database.open(path, (MIGRATIONS,)) as database:
        first = await openings(database, held, {}, at=at)
        return (await followed(database, replace(worker(held, metrics), openings=first), at))[TOWN]


async def test_a_restart_does_not_begin_the_day_anew(tmp_path: Path) -> None:
    held, store = rolled_out(5), tmp_path / "gateway.sqlite"
    assert (await opened_at(store, held, NOW)).until == NOW + DAY
    again = await opened_at(store, held, NOW + DAY)
    assert again.until == NOW + DAY
    assert again.over(NOW + DAY)


def calls(held: Snapshot, good: int, bad: int) -> Metrics:
    """Of one worker, since its last look."""
    metrics, channel = Metrics(lambda: NOW), held.channels[TOWN]
    operation = channel.operations["bills.list"]
    for _ in range(good):
        metrics.note(channel, operation, Page((), 0, None, None, NOW), 0.01)
    for _ in range(bad):
        metrics.note(channel, operation, failure(ErrorCode.BACKEND_UNREACHABLE), 0.01)
    return metrics


async def test_too_many_errors_close_it_on_every_worker_and_after_restarts(tmp_path: Path) -> None:
    held, store = rolled_out(100, "testers", abort_if=RULE), tmp_path / "gateway.sqlite"
    assert (await opened_at(store, held, NOW)).aborted is None
    assert (await opened_at(store, held, NOW, calls(held, 49, 1))).aborted is None  # exactly 0.02
    assert (await opened_at(store, held, NOW, calls(held, 48, 2))).aborted is not None
    other = await opened_at(store, held, NOW + 2 * DAY)
    assert other.aborted is not None
    assert other.aborted.en == "error rate 0.03 > 0.02 of 100 calls"
    assert not other.is_for("anybody", (), NOW + 2 * DAY)
    assert other.is_for("anybody", {"testers"}, NOW + 2 * DAY)


async def test_while_the_store_cannot_be_used_nothing_changes_and_no_call_is_lost(tmp_path: Path) -> None:
    held, store = rolled_out(100, abort_if=RULE), tmp_path / "gateway.sqlite"
    known = await opened_at(store, held, NOW)
    metrics = calls(held, 0, 60)
    async with await Database.open(store, (MIGRATIONS,)) as database:
        pass
    running = replace(worker(held, metrics), openings={TOWN: known})
    assert await followed(database, running, NOW) == {TOWN: known}  # the store is closed by now
    assert await openings(database, held, {TOWN: known}, at=NOW) == {TOWN: known}
    assert (await opened_at(store, held, NOW, metrics)).aborted is not None


async def test_a_city_that_was_closed_stays_closed_when_its_files_are_swapped_and_the_store_fails(
    tmp_path: Path,
) -> None:
    """An edit ends an abort, but only once that is written down: until then it may be an edit of something else."""
    held, store = rolled_out(100, "testers", abort_if=RULE), tmp_path / "gateway.sqlite"
    aborted = await opened_at(store, held, NOW, calls(held, 0, 60))
    edited = refiled(rolled_out(50, "staff", abort_if=RULE))
    async with await Database.open(store, (MIGRATIONS,)) as database:
        rename(store, "city_rollouts", "away")
        swapped = await openings(database, edited, {TOWN: aborted}, at=NOW)
        assert (swapped[TOWN].aborted, swapped[TOWN].percent) == (aborted.aborted, 50)
        rename(store, "away", "city_rollouts")
        # It can be read again, and tells of the run before: that the new one was not begun opens nothing.
        behind = replace(worker(edited), openings=swapped)
        assert (await followed(database, behind, NOW))[TOWN].aborted is not None
        context: Context = request(behind, citizen())
        assert isinstance(unopened(context, context.channel(TOWN), "bills.list"), Denial)
        assert (await openings(database, edited, swapped, at=NOW))[TOWN].aborted is None


async def test_a_city_that_was_open_to_all_stays_so_while_the_store_fails_and_its_rollout_is_the_same(
    tmp_path: Path,
) -> None:
    """A mended mapping takes the city away from nobody; another rollout begins at its first step."""
    held, store = rolled_out(5), tmp_path / "gateway.sqlite"
    known = {TOWN: await opened_at(store, held, NOW)}
    async with await Database.open(store, (MIGRATIONS,)) as closed:
        pass
    assert (await openings(closed, refiled(held), known, at=NOW + DAY))[TOWN].over(NOW + DAY)
    assert (await openings(closed, refiled(rolled_out(6)), known, at=NOW + DAY))[TOWN].until is None


def refiled(held: Snapshot) -> Snapshot:
    """The same after an edit of the town."""
    channel = replace(held.channels[TOWN], revision="edited", stamp="edited")
    return replace(held, channels=MappingProxyType({**held.channels, TOWN: channel}))


async def test_the_task_puts_what_it_learns_to_use(tmp_path: Path) -> None:
    """Requests only read: what closes a city is found out beside them."""
    held = rolled_out(100, abort_if=RULE)
    async with await Database.open(tmp_path / "gateway.sqlite", (MIGRATIONS,)) as database:
        now = replace(worker(held, calls(held, 0, 60)), openings=await openings(database, held, {}, at=NOW))

        class Learnt(Exception):
            """Ends the task."""

        def put(found: Services) -> None:
            nonlocal now
            now = found
            raise Learnt

        with suppress(Learnt):
            await keep_opening(database, lambda: now, put)
    context: Context = request(now, citizen())
    assert isinstance(unopened(context, context.channel(TOWN), "bills.list"), Denial)


async def test_what_could_not_be_begun_is_begun_when_the_store_is_well_again(tmp_path: Path) -> None:
    """A store that failed at the activation and at the first look must not leave a city at its first step for good."""
    held, store = rolled_out(5), tmp_path / "gateway.sqlite"
    now, looks = worker(held), 0

    class Learnt(Exception):
        """Ends the task."""

    def services_of_now() -> Services:
        nonlocal looks
        looks += 1
        if looks == 3:  # each look asks twice: the second look begins
            rename(store, "away", "city_rollouts")
        return now

    def put(found: Services) -> None:
        nonlocal now
        now = found
        raise Learnt

    async with await Database.open(store, (MIGRATIONS,)) as database:
        rename(store, "city_rollouts", "away")
        with suppress(Learnt):
            await keep_opening(database, services_of_now, put)
    assert now.openings[TOWN].until == NOW + DAY


def rename(store: Path, table: str, name: str) -> None:
    """As another process does that has the same file open."""
    with closing(sqlite3.connect(store)) as connection:
        connection.execute(f"ALTER TABLE {table} RENAME TO {name}")
        connection.commit()
