"""Who may use a city that is being opened: a share that never changes, groups, and in the end all."""

from datetime import UTC, datetime, timedelta

import pytest

from channels.answer import Bilingual
from roaming.openings import Opening, share_of

NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
CITIZENS = [f"citizen-{n}" for n in range(10_000)]
SHARE_OF_CITIZEN_0 = 35.0761692749
WHY = Bilingual("错误率 0.05 > 0.02", "error rate 0.05 > 0.02")


def opening(percent: float, *allow: str, until: datetime | None = None, aborted: Bilingual | None = None) -> Opening:
    return Opening("mycity", "stamp", percent, frozenset(allow), until, aborted)


def test_shares_are_uniform_and_other_ones_in_every_city() -> None:
    """Five per cent are five per cent, and not the same five everywhere."""
    shares = [share_of("mycity", citizen) for citizen in CITIZENS]
    assert all(0 <= share < 100 for share in shares)
    for tenth in range(10):
        assert 900 < sum(tenth * 10 <= share < (tenth + 1) * 10 for share in shares) < 1_100
    early = {citizen for citizen in CITIZENS if share_of("mycity", citizen) < 5}
    elsewhere = {citizen for citizen in CITIZENS if share_of("other", citizen) < 5}
    assert 400 < len(early) < 600
    assert len(early & elsewhere) < 60


def test_a_share_never_changes() -> None:
    """Another number here would take a city away from people who had it: the formula is part of the interface."""
    assert share_of("mycity", "citizen-0") == pytest.approx(SHARE_OF_CITIZEN_0, abs=1e-9)


def test_nobody_loses_a_city_when_its_percentage_grows() -> None:
    five, fifty = opening(5), opening(50)
    had = [citizen for citizen in CITIZENS if five.is_for(citizen, (), NOON)]
    assert had
    assert all(fifty.is_for(citizen, (), NOON) for citizen in had)


def test_none_and_all() -> None:
    assert not any(opening(0).is_for(citizen, (), NOON) for citizen in CITIZENS)
    assert all(opening(100).is_for(citizen, (), NOON) for citizen in CITIZENS)


def test_a_group_has_the_city_at_once() -> None:
    held = opening(0, "testers", "staff")
    assert held.is_for("somebody", {"testers"}, NOON)
    assert not held.is_for("somebody", {"Testers", "others"}, NOON)
    assert not held.is_for("somebody", (), NOON)


def test_from_its_day_on_it_is_open_to_all() -> None:
    held = opening(0, until=NOON)
    assert not held.is_for("somebody", (), NOON - timedelta(microseconds=1))
    assert held.is_for("somebody", (), NOON)
    assert not opening(0).is_for("somebody", (), NOON + timedelta(days=9_999))


def test_an_aborted_one_is_open_to_its_groups_alone() -> None:
    """Also when the day has come on which it would have been open to all."""
    held = opening(100, "testers", until=NOON, aborted=WHY)
    assert not held.is_for("somebody", (), NOON + timedelta(days=1))
    assert held.is_for("somebody", {"testers"}, NOON)
    assert not held.over(NOON)
