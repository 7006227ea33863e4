"""Every live rule with a city that keeps it and a city that does not: a rule that nothing can fail tests nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from conformance import Session, State, rule_book
from conformance.families import TESTS
from conformance.live import opened
from conformance.personas import EXACT, FIRST, MANY, NOBODY, RARE, SECOND
from conformance.tour import Tour, tour
from conformance.verdict import Verdict
from tests.channels.loopback import served
from tests.conformance.careless import Careless, held, people, recorded

RATE: dict[str, Any] = {"rate": {"per_second": 20, "burst": 20}}
LOAD_SECONDS = 0.2
NO_TOUR = frozenset({"B02", "B03", "B05", "C07", "D03", "E01", "E02", "E03", "F01", "F02", "F03", "F04", "G07"})


def now() -> datetime:
    return datetime.now(UTC)


async def judged(
    *rules: str, flaw: str = "", patience: int = 10_000, without: str = "", **backend: Any
) -> list[Verdict]:
    """Some rules on one city.  `without`: a kind of test citizen that its provider does not have."""
    async with served(Careless(flaw, patience)) as city:
        snapshot = held(city.url, **backend)
        channel = snapshot.channels["testville"]
        known = {kind: person for kind, person in people().items() if kind != without}
        async with opened(channel, snapshot, known, now) as live:
            made = Session("testville", Path("nowhere"), snapshot, channel, (), recorded(), now(), live=live)
            made = replace(
                made, load_seconds=LOAD_SECONDS, tour=Tour() if NO_TOUR.issuperset(rules) else await tour(live)
            )
            return [await TESTS[rule](made) for rule in rules]


# rule → the flaw that breaks it, and what is told of that
BROKEN: list[tuple[str, str, str]] = [
    ("A05", "page", "HTML page"),
    ("A06", "lost_field", "list[].note is gone"),
    ("A07", "new_code", "bills.list: state '7'"),
    ("A08", "lossy", "㛃 U+36C3 did not survive"),
    ("A09", "yuan", "expected 12.34 due 2026-12-31, got 0.12"),
    ("B01", "welcoming", "bills.list test-nobody: OK"),
    ("B02", "unsigned", "bills.list: answered to a wrong key"),
    ("B03", "falls_over", "applications.get over-long: HTTP 500"),
    ("B04", "new_error", "E77 has no row in errors"),
    ("C02", "open_house", "bills.list: both see the same record"),
    ("C02", "open_records", "the other's record was shown"),
    ("C03", "talkative", "bills.list: mobile (PHONE) returned but not mapped"),
    ("D01", "twice", "applications.submit: another result the second time"),
    ("D02", "forgetful", "applications.submit: applications.submit test-li: OK"),
    ("D03", "mute", "applications.submit: requests.outcome test-li: INVALID_INPUT"),
    ("E01", "repeating", "different ids"),
    ("E02", "shuffled", "bills.list: not dueOn desc"),
    ("E03", "by_place", "is another record"),
    ("F04", "crowded", "failed at up to 8 at once"),
    ("G03", "fast_clock", "the clocks differ by"),
    ("G07", "no_page", "HTTP 404"),
]


@pytest.mark.parametrize(("rule", "flaw", "told"), BROKEN)
async def test_a_flaw_fails_the_rule_about_it(rule: str, flaw: str, told: str) -> None:
    """And the report says what was seen."""
    (verdict,) = await judged(rule, flaw=flaw)
    assert verdict.state is State.FAILED, verdict.en
    assert told in verdict.en or any(told in line for line in verdict.evidence), verdict.en


@pytest.mark.parametrize("rule", sorted({rule for rule, _, _ in BROKEN}))
async def test_a_careful_city_passes(rule: str) -> None:
    """The same questions, rightly answered."""
    (verdict,) = await judged(rule)
    assert verdict.state is State.PASSED, verdict.en


async def test_a_city_that_does_not_answer_is_too_slow_for_every_budget() -> None:
    """A call without an answer counts as long as it may take at all."""
    found = await judged("F01", "F02", "F03", flaw="down")
    assert [verdict.state for verdict in found] == [State.FAILED] * 3
    for verdict, budget in zip(found, (5000, 1500, 500), strict=True):
        assert f"bills.list 6000 ms > {budget} ms" in verdict.en


async def test_a_quick_city_keeps_every_budget() -> None:
    """Measured once, judged three times."""
    assert [verdict.state for verdict in await judged("F01", "F02", "F03")] == [State.PASSED] * 3


@pytest.mark.parametrize(
    ("flaw", "patience", "state", "told"),
    [
        ("", 20, State.PASSED, "throttled, wait 7 s"),
        ("", 10_000, State.FAILED, "31 calls at once were not throttled"),
        ("curt", 20, State.FAILED, "throttled without saying how long to wait"),
    ],
)
async def test_a_city_that_throttles_says_how_long_to_wait(flaw: str, patience: int, state: State, told: str) -> None:
    """B05: a front-end can tell its citizen when to come back."""
    (verdict,) = await judged("B05", flaw=flaw, patience=patience, **RATE)
    assert (verdict.state, told in verdict.en) == (state, True), verdict.en


async def test_plain_http_needs_a_declared_line_of_its_own() -> None:
    """C07: whoever writes that down has thought of it."""
    (fine,) = await judged("C07", dedicated_line="loopback")
    assert fine.state is State.PASSED
    (verdict,) = await judged("C07", dedicated_line=None)
    assert (verdict.state, "plain http without a dedicated line" in verdict.en) == (State.FAILED, True)


@pytest.mark.parametrize(
    ("rule", "without"),
    [("A08", RARE), ("A09", EXACT), ("B01", NOBODY), ("C02", SECOND), ("E01", MANY)],
)
async def test_without_the_citizen_that_a_rule_asks_about_it_is_not_measured(rule: str, without: str) -> None:
    """No pass for a question that nobody put."""
    (verdict,) = await judged(rule, without=without)
    assert verdict.state is State.NOT_MEASURED, verdict.en


@pytest.mark.parametrize("rule", ["A06", "A08", "C02", "E01", "E03"])
async def test_a_city_without_records_is_not_measured_by_rules_about_records(rule: str) -> None:
    """Nothing to see is no pass."""
    (verdict,) = await judged(rule, flaw="empty")
    assert verdict.state is not State.PASSED, verdict.en


def test_every_live_rule_is_broken_here_once() -> None:
    """G02 is the operator's word; its test is with the files."""
    live = {rule.id for rule in rule_book().rules if rule.stage == "live"}
    assert live - {rule for rule, _, _ in BROKEN} == {"B05", "C07", "F01", "F02", "F03", "G02"}


def test_the_first_citizen_is_asked_for_first() -> None:
    """A city that answers nothing is found out by them."""
    assert next(iter(people())) == FIRST
