"""A rollout in the files and in the store: where mistakes are told, and what outlives a worker."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from channels.answer import Answer, Page
from channels.deployment.differences import differences, effective
from channels.deployment.snapshot import Snapshot
from channels.failures import failure
from channels.measured.metrics import Metrics
from channels.measured.rollout_counts import Counted
from channels.measured.rollout_log import MIGRATIONS, Run, begun, judged, told_of
from schema.codes import ErrorCode
from storage import Database
from tests.channels.deployment import Deployment, errors, rendered

FILE = "leshan/channel.yaml"
BLOCK = 'rollout: {percent: 5, allow: [testers], promote_after: 24h, abort_if: "error_rate > 0.02"}'
NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)


@dataclass
class Town:
    """Leshan's files, and a store that is opened again as often as one likes."""

    deployment: Deployment
    store: Path

    def save(self, block: str, more: str = "") -> Snapshot:
        """The snapshot after an edit of the rollout, and of something else."""
        text = (self.deployment.root / FILE).read_text("utf-8")
        line = next(line for line in text.splitlines() if line.startswith("rollout:"))
        self.deployment.write(FILE, text.replace(line, block or "rollout: {percent: 100}") + more)
        if not block:
            self.deployment.edit(FILE, "rollout: {percent: 100}\n", "\n")
        return self.now()

    def now(self) -> Snapshot:
        loaded = self.deployment.load().snapshot
        assert loaded is not None
        return loaded

    async def follow(
        self, snapshot: Snapshot, at: datetime, counted: Counted | None = None
    ) -> tuple[Mapping[str, Run], tuple[Run, ...]]:
        """One look of one worker that has just started."""
        channel = snapshot.channels["leshan"]
        async with await Database.open(self.store, (MIGRATIONS,)) as database:
            await begun(database, snapshot, at)
            return await judged(database, snapshot, {("leshan", channel.revision): counted} if counted else {}, at)


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return Town(Deployment.make(tmp_path, "leshan"), tmp_path / "gateway.sqlite")


@pytest.mark.parametrize(
    ("block", "place", "en", "zh"),
    [
        ("rollout: {percent: 101}", "15:20", "`percent` must be from 0 to 100, found `101`", "须在 0 到 100 之间"),
        ("rollout: {percent: -1}", "15:20", "`percent` must be from 0 to 100, found `-1`", "实际 `-1`"),
        ("rollout: {percent: some}", "15:20", "`percent` must be a number, found `some`", "应为数字"),
        ("rollout: {percent: 5, promote_after: 24}", "15:38", "`24` is not a duration", "`24` 不是时长"),
        ("rollout: {percent: 5, promote_after: 9999999d}", "15:38", "must be from 0s to 36500d, found `9999999d`", "须在 0s 到 36500d 之间"),
        ('rollout: {percent: 5, abort_if: "error_rate > 2"}', "15:33", "`error_rate > 2` is not a rule to abort", "中止条件"),
        ('rollout: {percent: 5, abort_if: "p95 > 2"}', "15:33", "`p95 > 2` is not a rule to abort", "p95 > 时长"),
        ("rollout: {percent: 5, alow: [testers]}", "15:23", "unknown field `alow`", "`allow`"),
        ("rollout: {allow: [testers]}", "15:1", "missing field `percent`", "缺少字段"),
    ],
)  # fmt: skip
def test_a_mistake_is_one_error_at_its_place(tmp_path: Path, block: str, place: str, en: str, zh: str) -> None:
    deployment = Deployment.make(tmp_path, "leshan")
    deployment.edit(FILE, BLOCK, block)
    report = deployment.check()
    found = errors(report)
    assert [f"{item.place.line}:{item.place.column}" for item in found] == [place], found
    assert en in rendered(report, "en")
    assert zh in rendered(report, "zh")


def test_an_overlay_may_open_a_city_further(tmp_path: Path) -> None:
    """Where a city stands may differ by environment, and so may to how many it is open."""
    deployment = Deployment.make(tmp_path, "leshan")
    deployment.write("leshan/channel.sandbox.yaml", "rollout: {percent: 50}\n")
    loaded = deployment.load().snapshot
    assert loaded is not None
    rollout = loaded.channels["leshan"].config.rollout
    assert rollout is not None
    assert rollout.block == ("percent: 50, allow: testers, promote_after: 1d, abort_if: error_rate > 0.02")


def test_a_changed_rollout_is_a_change_of_routing(tmp_path: Path) -> None:
    old, new = (Deployment.make(tmp_path / side, "leshan") for side in ("old", "new"))
    new.edit(FILE, BLOCK, 'rollout: {percent: 20, abort_if: "p95 > 2s"}')
    found = differences(effective(old.root, "sandbox"), effective(new.root, "sandbox"))
    assert [(change.section, str(change)) for change in found] == [
        ("routing", "~ rollout.abort_if: error_rate > 0.02 → p95 > 2s"),
        ("routing", "- rollout.allow: [testers]"),
        ("routing", "~ rollout.percent: 5.0 → 20.0"),
        ("routing", "- rollout.promote_after: 1d"),
    ]


async def test_the_clock_goes_on_over_restarts_and_other_edits(town: Town) -> None:
    """Who restarts a gateway, or mends a mapping, does not begin the day of trial anew."""
    first, _ = await town.follow(town.now(), NOON)
    again, _ = await town.follow(town.now(), LATER)
    assert first["leshan"].begun_at == again["leshan"].begun_at == NOON
    edited, _ = await town.follow(town.save(BLOCK, "# mended\n"), LATER)
    assert (edited["leshan"].begun_at, edited["leshan"].calls) == (NOON, 0)


async def test_another_rollout_starts_the_clock_anew_and_none_ends_it(town: Town) -> None:
    await town.follow(town.now(), NOON)
    wider, _ = await town.follow(town.save("rollout: {percent: 20, promote_after: 24h}"), LATER)
    assert wider["leshan"].begun_at == LATER
    gone, _ = await town.follow(town.save(""), LATER)
    assert gone == {}


async def test_workers_add_up_and_one_of_them_aborts_once(town: Town) -> None:
    """Two workers with thirty calls each have seen sixty; neither alone has seen enough to judge."""
    snapshot = town.now()
    await town.follow(snapshot, NOON)
    _, none = await town.follow(snapshot, NOON, Counted(30, 1))
    runs, aborted = await town.follow(snapshot, LATER, Counted(30, 2))
    assert none == ()
    [run] = aborted
    assert run.why is not None
    assert run.why.en == "error rate 0.05 > 0.02 of 60 calls"
    assert runs["leshan"].aborted_at == LATER
    after, more = await town.follow(snapshot, LATER, Counted(100, 100))
    assert more == ()
    assert after["leshan"] == runs["leshan"]


async def test_at_exactly_the_bound_nothing_is_aborted(town: Town) -> None:
    snapshot = town.now()
    await town.follow(snapshot, NOON)
    runs, aborted = await town.follow(snapshot, NOON, Counted(100, 2))
    assert (aborted, runs["leshan"].aborted_at, runs["leshan"].against) == ((), None, 2)


async def test_other_files_end_an_abort_and_begin_the_clock_anew(town: Town) -> None:
    """A city that was closed must not be open to all because its old clock has run out meanwhile."""
    snapshot = town.now()
    await town.follow(snapshot, NOON)
    await town.follow(snapshot, NOON, Counted(100, 50))
    tomorrow = NOON + timedelta(hours=30)
    still, _ = await town.follow(snapshot, tomorrow)
    assert still["leshan"].aborted_at == NOON
    mended, _ = await town.follow(town.save(BLOCK, "# mended\n"), tomorrow)
    assert (mended["leshan"].begun_at, mended["leshan"].aborted_at) == (tomorrow, None)
    async with await Database.open(town.store, (MIGRATIONS,)) as database:
        told = [(row["what"], row["reason"]) for row in await told_of(database, "leshan", 10)]
    block = "percent: 5, allow: testers, promote_after: 1d, abort_if: error_rate > 0.02"
    assert told[0] == ("rollout", block)
    assert sorted(told[1:]) == [("rollout", block), ("rollout aborted", "error rate 0.5 > 0.02 of 100 calls")]


async def test_an_address_of_one_machine_ends_no_abort(town: Town) -> None:
    """The sandbox is on other ports after each restart; that makes no city better."""
    overlays = town.store.parent / "overlays"
    overlays.mkdir()
    for port in (8106, 8206):
        (overlays / "leshan.yaml").write_text(
            f'backends: {{old: {{base_url: "http://127.0.0.1:{port}/app"}}}}', "utf-8"
        )
        snapshot = town.deployment.load(overlays=overlays).snapshot
        assert snapshot is not None
        runs, _ = await town.follow(snapshot, NOON, Counted(100, 100))
        assert runs["leshan"].calls == 100
    (overlays / "leshan.yaml").write_text("rollout: {percent: 50}", "utf-8")
    snapshot = town.deployment.load(overlays=overlays).snapshot
    assert snapshot is not None
    runs, _ = await town.follow(snapshot, LATER)
    assert (runs["leshan"].aborted_at, runs["leshan"].begun_at) == (None, LATER)


async def test_what_comes_after_the_rollout_closes_nothing(town: Town) -> None:
    """Then the city is open to all, and what goes wrong is for its breaker and its operators."""
    snapshot = town.now()
    await town.follow(snapshot, NOON)
    runs, aborted = await town.follow(snapshot, NOON + timedelta(hours=24), Counted(100, 100))
    assert (aborted, runs["leshan"].aborted_at) == ((), None)


async def test_calls_of_earlier_files_do_not_count(town: Town) -> None:
    """A worker that has not reloaded yet speaks of what nobody will serve any more."""
    old = town.now()
    await town.follow(old, NOON)
    await town.follow(town.save(BLOCK, "# mended\n"), NOON)
    async with await Database.open(town.store, (MIGRATIONS,)) as database:
        stale = {("leshan", old.channels["leshan"].revision): Counted(100, 100)}
        runs, aborted = await judged(database, town.now(), stale, LATER)
        assert (aborted, runs["leshan"].calls) == ((), 0)
        runs, aborted = await judged(database, old, stale, LATER)
        assert (aborted, runs["leshan"].calls) == ((), 0)


def test_calls_are_counted_by_city_and_files(town: Town) -> None:
    """Announced maintenance and what the gateway itself refuses say nothing of the city."""
    channel = town.now().channels["leshan"]
    metrics = Metrics(lambda: NOON)
    answers: list[Answer] = [
        Page((), 0, None, None, NOON),
        failure(ErrorCode.BACKEND_UNREACHABLE),
        failure(ErrorCode.RATE_LIMITED),
        failure(ErrorCode.ACCOUNT_NOT_LINKED),
    ]
    for answer in answers:
        metrics.note(channel, channel.operations["bills.list"], answer, 0.1)
    taken = metrics.rollouts.take()
    assert taken == {("leshan", channel.revision): Counted(3, 1)}
    assert metrics.rollouts.take() == {}
    metrics.rollouts.give_back(taken)
    assert metrics.rollouts.take() == taken
