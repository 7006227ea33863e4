"""Offer ∩ agreement, decided over real files: who may ask which city for what, and why not."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from channels.deployment.snapshot import Snapshot
from roaming import Denial, Grant, authorize, shares, standing
from roaming.shares import share
from schema.codes import ErrorCode, ShareDenial
from tests.channels.deployment import AT, Deployment

TRANSIT = "agreements/2026-002-deyang-transit.yaml"


@pytest.fixture
def deployment(tmp_path: Path) -> Deployment:
    return Deployment.make(tmp_path, "deyang", "chengdu", "mianyang", "meishan")


def loaded(deployment: Deployment, at: date = AT) -> Snapshot:
    found = deployment.load(at=at).snapshot
    assert found is not None
    return found


def bills_for(snapshot: Snapshot, home: str | None, at: date = AT) -> Grant | Denial:
    """May Deyang answer `bills.list` for a citizen of `home`?"""
    return authorize(snapshot, snapshot.channels["deyang"], "bills.list", home, at)


def text_of(deployment: Deployment) -> str:
    return (deployment.root / TRANSIT).read_text("utf-8")


def with_lines(deployment: Deployment, lines: str) -> Snapshot:
    deployment.write(TRANSIT, f"{text_of(deployment)}\n{lines}\n")
    return loaded(deployment)


def test_at_home_everything_is_open_and_nothing_narrowed(deployment: Deployment) -> None:
    assert bills_for(loaded(deployment), "deyang") == Grant()


def test_abroad_the_agreement_opens_the_kinds_of_the_shared_services(deployment: Deployment) -> None:
    """Water is shared, gas is not: its rows are not even asked for."""
    granted = bills_for(loaded(deployment), "mianyang")
    assert granted == Grant("2026-002", frozenset({"WATER"}), (("WATER", "2026-002"),))
    assert granted.covers("WATER")
    assert not granted.covers("GAS")
    assert not granted.covers(None)


def test_public_information_needs_no_agreement_and_no_citizen(deployment: Deployment) -> None:
    snapshot = loaded(deployment)
    assert authorize(snapshot, snapshot.channels["chengdu"], "notices.list", None, AT) == Grant()


def test_what_a_city_has_not_is_not_offered_and_not_denied(deployment: Deployment) -> None:
    snapshot = loaded(deployment)
    assert authorize(snapshot, snapshot.channels["deyang"], "fund.accounts", "deyang", AT) == Denial(
        ErrorCode.NOT_OFFERED, offered=False
    )


@pytest.mark.parametrize("home", [None, "meishan"])
def test_without_an_agreement_nothing_crosses(deployment: Deployment, home: str | None) -> None:
    """Deny by default: nobody, and a city that no agreement names."""
    assert bills_for(loaded(deployment), home) == Denial(ErrorCode.NO_AGREEMENT)


def test_a_suspended_agreement_stops_from_its_day_on_without_a_reload(deployment: Deployment) -> None:
    snapshot = with_lines(deployment, 'suspended: {since: 2026-11-22, reason: "test"}')
    assert isinstance(bills_for(snapshot, "mianyang", date(2026, 11, 21)), Grant)
    assert bills_for(snapshot, "mianyang") == Denial(ErrorCode.AGREEMENT_SUSPENDED)


def test_an_agreement_ends_after_its_last_day(deployment: Deployment) -> None:
    snapshot = loaded(deployment)
    last = next(a for a in snapshot.agreements if a.id == "2026-002").valid.until
    assert isinstance(bills_for(snapshot, "mianyang", last), Grant)
    assert bills_for(snapshot, "mianyang", last.replace(year=last.year + 1)) == Denial(ErrorCode.AGREEMENT_EXPIRED)


def test_before_its_first_day_an_agreement_opens_nothing(deployment: Deployment) -> None:
    snapshot = loaded(deployment)
    first = next(a for a in snapshot.agreements if a.id == "2026-002").valid.start
    assert bills_for(snapshot, "mianyang", first.replace(year=first.year - 1)) == Denial(ErrorCode.NO_AGREEMENT)


def test_an_agreement_that_covers_too_few_claims_opens_nothing(deployment: Deployment) -> None:
    """`needs ⊆ agreement.claims`: the checker refuses such files, and what decides does not rely on that."""
    snapshot = loaded(deployment)
    narrow = tuple(agreement.model_copy(update={"claims": ("PHONE",)}) for agreement in snapshot.agreements)
    assert bills_for(replace(snapshot, agreements=narrow), "mianyang") == Denial(ErrorCode.NO_AGREEMENT)


@pytest.mark.parametrize("claims", [("PHONE",), ()])
def test_an_offer_that_does_not_open_the_claims_opens_nothing(deployment: Deployment, claims: tuple[str, ...]) -> None:
    """Effective is offer ∩ agreement: what a city did not offer to be sent is not sent, whatever the agreement lists."""
    snapshot = loaded(deployment)
    deyang = snapshot.channels["deyang"]
    roam = deyang.config.roaming
    narrow = roam.model_copy(update={"offers": tuple(o.model_copy(update={"claims": claims}) for o in roam.offers)})
    channel = replace(deyang, config=deyang.config.model_copy(update={"roaming": narrow}))
    decided = [authorize(snapshot, each, "bills.list", "mianyang", AT) for each in (deyang, channel)]
    assert isinstance(decided[0], Grant)
    assert decided[1] == Denial(ErrorCode.NO_AGREEMENT)


def test_of_two_agreements_the_one_that_covers_the_claims_decides(deployment: Deployment) -> None:
    """A narrower agreement beside a wide one takes nothing away."""
    snapshot = loaded(deployment)
    wide = next(agreement for agreement in snapshot.agreements if agreement.id == "2026-002")
    narrow = wide.model_copy(update={"id": "2026-000", "claims": ("PHONE",)})
    granted = bills_for(replace(snapshot, agreements=(narrow, wide)), "mianyang")
    assert isinstance(granted, Grant)
    assert granted.agreement_id == "2026-002"


@pytest.mark.parametrize(
    ("status", "code"), [("PAUSED", ErrorCode.CHANNEL_PAUSED), ("RETIRED", ErrorCode.CHANNEL_RETIRED)]
)
def test_a_closed_channel_answers_nobody_also_at_home(deployment: Deployment, status: str, code: ErrorCode) -> None:
    deployment.edit("deyang/channel.yaml", "status: LIVE\n  launched", f"status: {status}\n  launched")
    snapshot = loaded(deployment)
    assert bills_for(snapshot, "deyang") == Denial(code)
    decided = share(snapshot, snapshot.channels["deyang"], "mianyang", "WATER-QUERY", AT)
    assert (decided.allowed, decided.reason) == (False, ShareDenial.CHANNEL_PAUSED)


def test_a_channel_with_broken_files_answers_nobody(deployment: Deployment) -> None:
    deployment.write("deyang/channel.yaml", "{ this is: [not yaml")
    snapshot = loaded(deployment)
    assert bills_for(snapshot, "deyang") == Denial(ErrorCode.CHANNEL_PAUSED)
    assert standing(snapshot, snapshot.channels["deyang"], "mianyang", AT) == "VISITOR"


def test_a_launch_is_decided_for_its_own_service_alone(deployment: Deployment) -> None:
    """That water is shared does not open the notary's page."""
    snapshot = loaded(deployment)
    deyang = snapshot.channels["deyang"]
    assert authorize(snapshot, deyang, "account.launch", "mianyang", AT, service="NOTARY") == Denial(
        ErrorCode.NO_AGREEMENT
    )
    assert isinstance(authorize(snapshot, deyang, "account.launch", "mianyang", AT, service="WATER-PAY"), Grant)


def test_at_home_every_listed_service_is_open_without_an_agreement(deployment: Deployment) -> None:
    """An offer is to other cities; its own citizens need none."""
    snapshot = loaded(deployment)
    deyang = snapshot.channels["deyang"]
    decided = share(snapshot, deyang, "deyang", "DE-CREDIT", AT)
    assert (decided.allowed, decided.reason, decided.agreement) == (True, None, None)
    assert {s.service for s in shares(snapshot, deyang, "deyang", AT)} == {p.code for p in deyang.providers}


def test_a_city_tells_another_only_what_it_offers_it(deployment: Deployment) -> None:
    """Deyang offers its notary to Chengdu and Meishan, not to Mianyang."""
    snapshot = loaded(deployment)
    deyang = snapshot.channels["deyang"]
    told = {home: {s.service for s in shares(snapshot, deyang, home, AT)} for home in ("chengdu", "mianyang")}
    assert told["chengdu"] - told["mianyang"] == {"NOTARY"}


@pytest.mark.parametrize(("home", "how"), [("deyang", "LOCAL"), ("mianyang", "ROAMING"), (None, "VISITOR")])
def test_how_a_citizen_stands_in_a_city(deployment: Deployment, home: str | None, how: str) -> None:
    snapshot = loaded(deployment)
    assert standing(snapshot, snapshot.channels["deyang"], home, AT) == how
