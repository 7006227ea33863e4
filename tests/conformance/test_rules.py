"""The rules as data, and those of them that need no city."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import get_args

import pytest

from channels.declared.exemptions import RuleId, check_exemptions, exemptions_of
from channels.declared.strict_model import Bilingual
from channels.deployment.snapshot import Snapshot, load
from channels.measured.drill import Drill
from channels.measured.metric_days import SOAK_DAYS, Soak, Tally
from cli.report import Wish, loaded, session_of
from conformance import Report, Session, State, Verdict, examine, rule_book
from conformance.families import TESTS
from conformance.judging import phases
from conformance.rules import meanings
from conformance.text import as_text
from conformance.verdict import failed, passed
from tests.channels.deployment import Deployment

CITIES = Path(__file__).resolve().parents[2] / "cities"
NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
TODAY = date(2026, 11, 22)


@cache
def cities() -> Snapshot:
    snapshot = load(CITIES, environment="sandbox", at=TODAY).snapshot
    assert snapshot is not None
    return snapshot


def session(slug: str = "deyang", **changes: object) -> Session:
    snapshot = cities()
    made = Session(slug, CITIES / slug, snapshot, snapshot.channels[slug], (), (), NOW)
    return replace(made, **changes)  # type: ignore[arg-type]


def test_every_rule_is_tested_and_every_test_is_a_rule() -> None:
    """A rule that nobody tests would be a badge for nothing."""
    assert len(rule_book().rules) == 41
    assert set(TESTS) == set(rule_book().by_id) == set(get_args(RuleId)) == set(meanings())
    assert {language for why in meanings().values() for language in why} == {"zh", "en"}


def report_with(**states: Verdict) -> Report:
    verdicts = {rule.id: states.get(rule.id, passed()) for rule in rule_book().rules}
    name = Bilingual(zh="某市", en="Some City")
    return Report("some", name, name, NOW, "sandbox", "abc", True, rule_book(), verdicts)


@pytest.mark.parametrize(
    ("wrong", "badge"),
    [
        ({}, "GOLD"),
        ({"B05": failed("x", "x")}, "SILVER"),
        ({"A03": failed("x", "x")}, "BRONZE"),
        ({"F05": Verdict(State.NOT_MEASURED)}, "BRONZE"),
        ({"A01": failed("x", "x")}, "NONE"),
        ({"A01": failed("x", "x"), "B05": failed("x", "x")}, "NONE"),
        ({"A01": Verdict(State.EXEMPT)}, "GOLD"),
        ({"E03": Verdict(State.NOT_APPLICABLE)}, "GOLD"),
    ],
)
def test_a_badge_needs_its_tier_and_all_below(wrong: dict[str, Verdict], badge: str) -> None:
    """Gold rules do not make up for a bronze one."""
    assert report_with(**wrong).badge == badge


def test_the_text_is_a_screen_that_says_what_to_do_next() -> None:
    """The shape that operators know."""
    report = report_with(A02=failed("缺少:bills.pay", "missing: bills.pay"), C03=failed("idCard", "idCard"))
    assert as_text(report, "zh").splitlines() == [
        "某市 · 某市   badge NONE   score 94/100   rules v1   config abc",
        "  BRONZE  ███████████████████  14/15",
        "  SILVER  ███████████████████  19/20",
        "  GOLD    ████████████████████ 6/6",
        "  距离下一枚徽章还差:",
        "   ✗ A02 每个操作有成功用例  缺少:bills.pay",
        "  另请留意:",
        "   ! C03 不返回未映射的个人信息  idCard",
    ]


async def test_without_the_city_live_rules_are_not_measured_and_nothing_is_earned() -> None:
    """Files alone prove nothing about a city."""
    [report] = await examine([(session(), None)], lambda: NOW)
    live = [rule.id for rule in rule_book().rules if rule.stage in ("live", "soak")]
    assert {report.verdicts[rule].state for rule in live} == {State.NOT_MEASURED}
    assert report.badge == "NONE"
    assert not report.live


async def test_the_files_of_one_city_pass_every_offline_rule_of_bronze_and_silver(tmp_path: Path) -> None:
    """The sandbox's example keeps what it can keep by itself."""
    wish = Wish(("deyang",), CITIES, "sandbox", False, 1, {"ROAM_STATE": str(tmp_path)})
    made = await session_of(wish, loaded(wish), "deyang")
    offline = [rule.id for rule in rule_book().rules if rule.stage == "offline"]
    found = {rule: await TESTS[rule](made) for rule in offline}
    assert {rule: verdict.en for rule, verdict in found.items() if not verdict.counts} == {}


# ── files that do not keep a rule ──


def with_agreements(**changes: object) -> Session:
    """Deyang with every agreement changed."""
    held = tuple(agreement.model_copy(update=changes) for agreement in cities().agreements)
    return session(snapshot=replace(cities(), agreements=held))


def with_channel(**changes: object) -> Session:
    return session(channel=replace(cities().channels["deyang"], **changes))  # type: ignore[arg-type]


def publicly_cached() -> Session:
    operations = dict(cities().channels["deyang"].operations)
    bills = operations["bills.list"]
    assert bills.cache is not None
    operations["bills.list"] = replace(bills, cache=bills.cache.model_copy(update={"scope": "public"}))
    return with_channel(operations=operations)


def without_contacts() -> Session:
    channel = cities().channels["deyang"]
    bare = replace(
        channel, config=channel.config.model_copy(update={"city": channel.city.model_copy(update={"contacts": ()})})
    )
    return session(channel=bare, snapshot=replace(cities(), channels={"deyang": bare}))


def with_a_dead_end() -> Session:
    first, *rest = cities().channels["deyang"].providers
    return with_channel(providers=(replace(first, operations=(), web=None), *rest))


def until(day: date) -> Session:
    valid = cities().agreements[0].valid
    return with_agreements(valid=valid.model_copy(update={"until": day}))


@pytest.mark.parametrize(
    ("rule", "made", "told"),
    [
        ("A02", session, "missing: account.launch"),
        ("A03", session, "missing: account.launch"),
        ("A04", session, "missing: applications.get"),
        ("C01", lambda: with_agreements(claims=()), "2026-002: bills.list needs pairwise_id"),
        ("C01", lambda: with_channel(available=False), "the channel's files have errors"),
        ("C04", publicly_cached, "personal data in a public cache: bills.list"),
        ("C05", lambda: session("meishan"), "appointments.book needs id_number"),
        ("C06", lambda: until(TODAY + timedelta(days=10)), "2026-002: 10 days left"),
        ("C06", lambda: until(TODAY - timedelta(days=1)), "2026-002: expired"),
        ("G01", without_contacts, "no ONCALL with a phone"),
        ("G04", lambda: session("mianyang"), "no English name"),
        ("G06", lambda: session("meishan"), "backends.api: no maintenance window"),
        ("G07", with_a_dead_end, "WATER-QUERY opens nothing"),
    ],
)
async def test_files_that_do_not_keep_a_rule_fail_it(rule: str, made: Callable[[], Session], told: str) -> None:
    """And are told where; that good files pass is another test's."""
    verdict = await TESTS[rule](made())
    assert (verdict.state, told in verdict.en) == (State.FAILED, True), verdict.en


async def test_a_mistake_in_the_files_fails_a01_at_its_line(tmp_path: Path) -> None:
    """The report says what `roam city check` says."""
    deployment = Deployment.make(tmp_path, "deyang")
    deployment.edit("deyang/channel.yaml", "as: money.fen", "as: money.fenn")
    wish = Wish(("deyang",), deployment.root, "sandbox", False, 1, {"ROAM_STATE": str(tmp_path)})
    verdict = await TESTS["A01"](await session_of(wish, loaded(wish), "deyang"))
    assert verdict.state is State.FAILED
    assert "deyang/channel.yaml:83 " in verdict.en


async def test_an_official_list_with_rows_to_verify_fails_g05(tmp_path: Path) -> None:
    """Its oddities are asked about until somebody answers."""
    wish = Wish(("mianyang",), CITIES, "sandbox", False, 1, {"ROAM_STATE": str(tmp_path)})
    verdict = await TESTS["G05"](await session_of(wish, loaded(wish), "mianyang"))
    assert (verdict.state, "catalogue.csv:" in verdict.en) == (State.FAILED, True)


# ── two weeks of metrics ──


def days(count: int, *more: Tally) -> Iterator[Tally]:
    for back in range(1, count + 1):
        yield Tally(f"{TODAY - timedelta(days=back)}T12", "bills.list", "OK", 1000)
    yield from more


def hour(back: int, outcome: str, calls: int, at: int = 12, dropped: int = 0) -> Tally:
    return Tally(f"{TODAY - timedelta(days=back)}T{at:02d}", "bills.list", outcome, calls, dropped)


@pytest.mark.parametrize(
    ("soak", "states"),
    [
        (None, ("not measured", "not measured", "not measured")),
        (Soak.of(days(SOAK_DAYS - 1), TODAY), ("not measured", "not measured", "not measured")),
        (Soak.of(days(SOAK_DAYS), TODAY), ("passed", "passed", "passed")),
        (Soak.of(days(SOAK_DAYS, hour(2, "BACKEND_TIMEOUT", 30)), TODAY), ("passed", "failed", "passed")),
        (Soak.of(days(SOAK_DAYS, hour(2, "BACKEND_UNREACHABLE", 200)), TODAY), ("failed", "failed", "passed")),
        (Soak.of(days(SOAK_DAYS, hour(2, "MAINTENANCE", 900)), TODAY), ("passed", "passed", "passed")),
        (Soak.of(days(SOAK_DAYS, hour(2, "RATE_LIMITED", 900)), TODAY), ("passed", "passed", "passed")),
        (Soak.of(days(SOAK_DAYS, hour(3, "BACKEND_CONTRACT_BROKEN", 1)), TODAY), ("passed", "passed", "failed")),
        (Soak.of(days(SOAK_DAYS, hour(3, "OK", 1, dropped=2)), TODAY), ("passed", "passed", "failed")),
        (Soak.of(days(SOAK_DAYS, hour(30, "BACKEND_TIMEOUT", 9000)), TODAY), ("passed", "passed", "passed")),
    ],
)
async def test_two_weeks_are_judged_by_the_gateways_metrics(soak: Soak | None, states: tuple[str, ...]) -> None:
    """No metrics, or a day without any, is no pass; declared maintenance costs nothing."""
    found = [(await TESTS[rule](session(soak=soak))).state.value for rule in ("F05", "F06", "F07")]
    assert tuple(found) == states


async def test_a_maintenance_window_may_be_shown_by_quiet_nights_instead() -> None:
    """A city without a window that never fails at night needs none."""
    quiet = Soak.of(days(SOAK_DAYS), TODAY)
    noisy = Soak.of(days(SOAK_DAYS, hour(2, "BACKEND_UNREACHABLE", 5, at=2)), TODAY)
    assert (await TESTS["G06"](session("meishan"))).state is State.FAILED
    assert (await TESTS["G06"](session("meishan", soak=quiet))).state is State.PASSED
    assert (await TESTS["G06"](session("meishan", soak=noisy))).state is State.FAILED


@pytest.mark.parametrize(("age", "state"), [(1, "passed"), (89, "passed"), (91, "failed"), (None, "not measured")])
async def test_a_drill_holds_for_ninety_days(age: int | None, state: str) -> None:
    """A number that answered last year answers nobody today."""
    drill = None if age is None else Drill(NOW - timedelta(days=age), "somebody")
    assert (await TESTS["G02"](session(drill=drill))).state.value == state


# ── exemptions ──


def exempting(folder: Path, *lines: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    rows = "".join(f"  - {line}\n" for line in lines)
    (folder / "exemptions.yaml").write_text(f'roam: "1"\nexemptions:\n{rows}', "utf-8")
    return folder


async def test_every_rule_is_looked_at_once_and_whoever_strains_comes_last() -> None:
    """A city that throttles after the burst of B05 would fail F04 for it."""
    order = [rule.id for phase in phases() for rule in phase]
    assert sorted(order) == sorted(rule_book().by_id)
    assert order[-2:] == ["F04", "B05"]


def test_a_rule_that_is_exempt_twice_is_told_at_the_second(tmp_path: Path) -> None:
    """Nobody could say which of the two days counts."""
    line = "{rule: B02, reason: 专线, until: 2027-01-01}"
    found, _ = check_exemptions(exempting(tmp_path / "a", line, line), TODAY)
    assert [(item.code, item.place.line, item.place.column) for item in found] == [("ROAM-206", 4, 12)]


async def test_an_exemption_counts_until_its_day_and_never_hides_what_was_found(tmp_path: Path) -> None:
    """It says why, until when, and what it is about."""
    folder = exempting(tmp_path / "a", "{rule: B02, reason: 专线, until: 2026-11-22}")
    [report] = await examine([(session(folder=folder), None)], lambda: NOW)
    assert report.verdicts["B02"].state is State.EXEMPT
    assert report.verdicts["B02"].en == "exempt until 2026-11-22: 专线 (needs --live)"
    assert report.verdicts["A05"].state is State.NOT_MEASURED
    assert exemptions_of(folder, date(2026, 11, 23)) == {}


@pytest.mark.parametrize(
    ("line", "code", "place"),
    [
        ("{rule: Z99, reason: 专线, until: 2027-01-01}", "ROAM-20", 3),
        ("{rule: B02, until: 2027-01-01}", "ROAM-20", 3),
        ("{rule: B02, reason: 专线}", "ROAM-20", 3),
        ("{rule: B02, reason: ' ', until: 2027-01-01}", "ROAM-345", 3),
        ("{rule: B02, reason: 专线, until: 2026-01-01}", "ROAM-346", 3),
    ],
)
def test_a_bad_exemption_is_told_at_its_place_and_counts_nothing(
    tmp_path: Path, line: str, code: str, place: int
) -> None:
    """Reason and end are both needed."""
    folder = exempting(tmp_path / "a", line)
    found, _ = check_exemptions(folder, TODAY)
    assert [item.place.line for item in found] == [place]
    assert found[0].code.startswith(code)
    assert exemptions_of(folder, TODAY) == {}
