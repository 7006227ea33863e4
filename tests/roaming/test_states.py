"""The seven states of an agreement: what people decide, and what dates and flags make of it, day by day."""

from datetime import date, timedelta
from typing import Any

import pytest

from channels.declared.agreements import Agreement
from roaming import state_of
from roaming.agreements import explained, nearest
from schema.codes import AgreementState, ShareDenial

FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)
DAY = timedelta(days=1)
NOW = date(2026, 6, 15)


def agreement(**fields: Any) -> Agreement:
    parties = [{"city": city, "signed_by": "x", "signed_on": "2025-12-01"} for city in ("deyang", "chengdu", "meishan")]
    given = {
        "roam": "1",
        "id": "A-1",
        "title": "t",
        "provider": "deyang",
        "consumers": ["chengdu", "meishan"],
        "services": ["WATER-QUERY"],
        "purpose": "p",
        "legal_basis": "b",
        "claims": ["PAIRWISE_ID"],
        "valid": {"from": FIRST, "until": LAST},
        "parties": parties,
    }
    return Agreement.model_validate(given | fields)


def flag(by: str = "gateway", since: date = NOW, **fields: Any) -> dict[str, Any]:
    return {"by": by, "since": since, "reason": "r"} | fields


@pytest.mark.parametrize(
    ("day", "state"),
    [
        (FIRST - DAY, AgreementState.PENDING),
        (FIRST, AgreementState.ACTIVE),
        (LAST, AgreementState.ACTIVE),
        (LAST + DAY, AgreementState.EXPIRED),
    ],
)
def test_dates_decide_day_by_day(day: date, state: AgreementState) -> None:
    """Both days included; the same value before and after midnight, so that nothing has to be loaded again."""
    assert state_of(agreement(), day) is state


@pytest.mark.parametrize("decided", ["DRAFT", "PENDING", "ARCHIVED", "REJECTED"])
def test_what_people_decide_outlasts_dates_and_flags(decided: str) -> None:
    one = agreement(state=decided, suspended=flag())
    assert {state_of(one, day).value for day in (FIRST - DAY, NOW, LAST + DAY)} == {decided}
    assert not one.in_force(NOW)


def test_every_state_can_be_reached() -> None:
    """The graph's seven, no more and no fewer."""
    reached = {state_of(agreement(state=s), NOW) for s in ("DRAFT", "PENDING", "ACTIVE", "ARCHIVED", "REJECTED")}
    reached |= {state_of(agreement(suspended=flag()), NOW), state_of(agreement(), LAST + DAY)}
    assert reached == set(AgreementState)


@pytest.mark.parametrize("by", ["provider", "gateway"])
def test_a_flag_is_up_from_its_day_to_its_last_day(by: str) -> None:
    one = agreement(suspended=[flag(by, NOW, until=NOW + DAY)])
    days = (NOW - DAY, NOW, NOW + DAY, NOW + 2 * DAY)
    assert [state_of(one, day, "chengdu").value for day in days] == ["ACTIVE", "SUSPENDED", "SUSPENDED", "ACTIVE"]


def test_a_consumers_flag_stops_that_consumer_alone() -> None:
    one = agreement(suspended=[flag("consumer", city="chengdu")])
    states = [state_of(one, NOW, consumer).value for consumer in ("chengdu", "meishan", None)]
    assert states == ["SUSPENDED", "ACTIVE", "ACTIVE"]
    both = agreement(suspended=[flag("consumer", city="chengdu"), flag("consumer", city="meishan")])
    assert state_of(both, NOW) is AgreementState.SUSPENDED


@pytest.mark.parametrize("gone", [0, 1, 2])
def test_the_three_flags_are_independent(gone: int) -> None:
    """Two are enough, one is enough; none is in force again."""
    flags = [flag("provider"), flag("consumer", city="chengdu"), flag("gateway")]
    left = flags[:gone] + flags[gone + 1 :]
    assert state_of(agreement(suspended=left), NOW, "chengdu") is AgreementState.SUSPENDED
    assert state_of(agreement(suspended=[flags[gone]]), NOW, "chengdu") is AgreementState.SUSPENDED
    assert state_of(agreement(suspended=[]), NOW, "chengdu") is AgreementState.ACTIVE


def test_the_short_form_is_one_flag_of_the_gateways() -> None:
    one = agreement(suspended={"since": NOW, "reason": "r"})
    assert [each.by for each in one.suspensions] == ["gateway"]


def test_the_sentence_names_reason_and_date_in_both_languages() -> None:
    reason, text, since = explained(agreement(suspended=flag("provider", reason="检修。")), NOW, "chengdu")
    assert (reason, since) == (ShareDenial.AGREEMENT_SUSPENDED, NOW)
    assert text == {
        "zh": f"漫游协议 A-1 自 {NOW} 起由提供方城市暂停:检修。",
        "en": f"The roaming agreement A-1 is suspended by the provider city since {NOW}: 检修.",
    }
    reason, text, since = explained(agreement(), LAST + DAY, "chengdu")
    assert (reason, since, str(LAST) in text["zh"], str(LAST) in text["en"]) == (
        ShareDenial.AGREEMENT_EXPIRED,
        LAST,
        True,
        True,
    )
    reason, text, _ = explained(agreement(), FIRST - DAY, "chengdu")
    assert (reason, str(FIRST) in text["en"]) == (ShareDenial.NO_AGREEMENT, True)


def test_of_several_agreements_the_one_nearest_to_a_yes_is_told() -> None:
    """Suspended passes, expired may be renewed, a draft may never come."""
    draft, expired = agreement(id="D", state="DRAFT"), agreement(id="E", valid={"from": FIRST, "until": FIRST})
    suspended = agreement(id="S", suspended=flag())
    for named in ([draft, expired, suspended], [suspended, draft, expired]):
        found = nearest(named, NOW, "chengdu")
        assert found is not None
        assert found.id == "S"
    found = nearest([draft, expired], NOW, "chengdu")
    assert found is not None
    assert found.id == "E"
    assert nearest([], NOW, "chengdu") is None
