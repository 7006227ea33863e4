"""Offer ∩ agreement ∩ consent, over real files: what the citizen consented to is what may be sent, and nothing else."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from channels.deployment.snapshot import Snapshot, load
from roaming import Consent, Denial, Grant, Terms, authorize
from roaming.consented import consented
from schema.codes import ConsentState, ErrorCode

ROOT = Path(__file__).resolve().parents[2] / "cities"
AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOSPITAL = "异地市民使用成都开放的挂号、票务、学历与文旅服务"
ACCOUNTS = "市民在别的城市查询、办理本人事项"
SENT = ("PAIRWISE_ID", "NAME", "ID_NUMBER", "PHONE")


@pytest.fixture(scope="module")
def snapshot() -> Snapshot:
    found = load(ROOT, environment="sandbox", at=date(2026, 11, 22)).snapshot
    assert found is not None
    return found


def given(
    *services: str, claims: tuple[str, ...] = SENT, provider: str = "chengdu", purpose: str = HOSPITAL
) -> Consent:
    purposes = dict.fromkeys(services, purpose)
    month = timedelta(days=30)
    return Consent("c1", provider, "deyang", services, claims, AT - month, AT + month, "v1", purposes)


def decided(
    snapshot: Snapshot, operation: str, *consents: Consent, city: str = "chengdu", service: str | None = None
) -> Grant | Denial:
    """What a citizen of Deyang with these consents, the newest first, is told about an operation of a city."""
    channel = snapshot.channels[city]
    grant = authorize(snapshot, channel, operation, "deyang", AT.date(), service=service)
    assert isinstance(grant, Grant)
    needs = [need.upper() for need in channel.operations[operation].needs]
    return consented(snapshot, channel, grant, consents=consents, consumer="deyang", needs=needs, at=AT)


def test_a_consent_to_all_that_is_sent_opens_the_operation(snapshot: Snapshot) -> None:
    """And the grant says on which agreement and which consent it rests."""
    grant = decided(snapshot, "appointments.book", given("HOSP-APPT"))
    assert isinstance(grant, Grant)
    assert (grant.agreement_id, grant.consent_id) == ("2026-001", "c1")


def test_without_consent_the_denial_says_exactly_what_would_be_sent(snapshot: Snapshot) -> None:
    denial = decided(snapshot, "appointments.book")
    assert isinstance(denial, Denial)
    assert denial.code is ErrorCode.CONSENT_REQUIRED
    terms = denial.consent
    assert isinstance(terms, Terms)
    assert (terms.services, terms.claims, terms.agreement_ids) == (("HOSP-APPT",), SENT, ("2026-001",))
    assert (terms.purpose, terms.contact) == (HOSPITAL, "数据安全专员 dpo@cd.example.gov.cn")
    listed = decided(snapshot, "appointments.list")
    assert isinstance(listed, Denial)
    assert listed.consent
    assert listed.consent.claims == ("PAIRWISE_ID",)  # listing sends less than booking


NO_MORE = {
    "taken back": replace(given("HOSP-APPT"), ended=ConsentState.REVOKED, ended_at=AT),
    "superseded": replace(given("HOSP-APPT"), ended=ConsentState.SUPERSEDED, ended_at=AT),
    "expired this moment": replace(given("HOSP-APPT"), expires_at=AT),
    "of fewer claims": given("HOSP-APPT", claims=("PAIRWISE_ID", "NAME")),
    "of another service": given("PANDA-CARD"),
    "towards another city": given("HOSP-APPT", provider="meishan"),
    "from another home city": replace(given("HOSP-APPT"), consumer="mianyang"),
    "for another purpose": given("HOSP-APPT", purpose="营销"),
    "without a recorded purpose": replace(given("HOSP-APPT"), purposes=None, version=None),
}


@pytest.mark.parametrize("name", NO_MORE)
def test_a_consent_counts_only_where_everything_fits(snapshot: Snapshot, name: str) -> None:
    """Recipient, purpose, kinds of data and time: whatever does not fit makes it none."""
    denial = decided(snapshot, "appointments.book", NO_MORE[name])
    assert isinstance(denial, Denial)
    assert denial.code is ErrorCode.CONSENT_REQUIRED


def test_the_latest_word_counts_not_an_older_and_wider_one(snapshot: Snapshot) -> None:
    """Who narrows a consent, or takes the latest back, is not held to what they said before."""
    older = given("HOSP-APPT", "PANDA-CARD")
    narrower = given("HOSP-APPT", claims=("PAIRWISE_ID",))
    assert isinstance(decided(snapshot, "appointments.book", narrower, older), Denial)
    assert isinstance(decided(snapshot, "appointments.list", narrower, older), Grant)
    revoked = replace(given("HOSP-APPT"), ended=ConsentState.REVOKED, ended_at=AT)
    assert isinstance(decided(snapshot, "appointments.book", revoked, older), Denial)


def test_an_agreement_that_wants_more_than_before_asks_the_citizen_again(snapshot: Snapshot) -> None:
    """What was added to the agreement was not consented to; what was there still is."""
    before = given("HOSP-APPT", claims=("PAIRWISE_ID",))
    assert isinstance(decided(snapshot, "appointments.list", before), Grant)
    denial = decided(snapshot, "appointments.book", before)
    assert isinstance(denial, Denial)
    assert denial.consent
    assert denial.consent.claims == SENT


def test_rows_of_services_not_consented_to_are_not_asked_for(snapshot: Snapshot) -> None:
    """Mianyang's water and gas are one list; a consent to water gives water."""
    water = given("WATER-QUERY", claims=("PAIRWISE_ID",), provider="mianyang", purpose=ACCOUNTS)
    grant = decided(snapshot, "bills.list", water, city="mianyang")
    assert isinstance(grant, Grant)
    assert grant.kinds == frozenset({"WATER"})
    both = given("WATER-QUERY", "GAS-QUERY", claims=("PAIRWISE_ID",), provider="mianyang", purpose=ACCOUNTS)
    grant = decided(snapshot, "bills.list", both, city="mianyang")
    assert isinstance(grant, Grant)
    assert grant.kinds == frozenset({"WATER", "GAS"})


def test_linking_rests_on_any_service_and_launching_on_its_own(snapshot: Snapshot) -> None:
    """An account is linked for a service consented to; a page opens under the consent for that very service."""
    panda = given("PANDA-CARD")
    assert isinstance(decided(snapshot, "account.link", panda), Grant)
    assert isinstance(decided(snapshot, "account.launch", panda, service="PANDA-CARD"), Grant)
    denial = decided(snapshot, "account.launch", panda, service="RAIL-TICKET")
    assert isinstance(denial, Denial)
    assert denial.consent
    assert denial.consent.services == ("RAIL-TICKET",)
