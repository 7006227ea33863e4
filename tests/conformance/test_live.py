"""The kit against the real sandbox cities: what they earn, and what a careless or a broken one does not.

The session is the real one but for F04, which is held for half a second and says so.
"""

import asyncio
import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from channels.measured.badges import Badges
from cli.report import CannotExamine, Wish, issuer_of, loaded, refuse_real_citizens, reports
from cli.token import sign_in
from conformance import Report, State
from conformance.families import TESTS
from conformance.live import opened
from conformance.page import as_page
from conformance.personas import people
from conformance.session import Session
from conformance.text import as_text
from sandbox.serve import read_secrets, serving
from sandbox.table import CITIES
from sandbox.up import Stack

ROOT = Path(__file__).resolve().parents[2]
FIVE = ("chengdu", "deyang", "mianyang", "meishan", "ziyang")
LOAD_SECONDS = 0.5
QUICK = ", rate: {per_second: 100, burst: 100}"


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Cities of this module's own: a session pays bills and opens cases."""
    with Stack.start(ROOT / "cities", tmp_path_factory.mktemp("kit")) as running:
        yield running


def wish_for(stack: Stack, *cities: str, environment: str = "sandbox", **more: str) -> Wish:
    told = {
        **{key: value for key, value in os.environ.items() if not key.startswith("ROAM_")},
        "ROAM_ISSUER": stack.issuer_url,
        "ROAM_SECRETS_DIR": str(stack.places.secrets),
        "ROAM_OVERLAYS": str(stack.places.overlays),
        "ROAM_STATE": str(stack.places.state),
        **more,
    }
    return Wish(cities, ROOT / "cities", environment, True, LOAD_SECONDS, told)


@pytest.fixture(scope="module")
def made(own: Stack) -> Mapping[str, Report]:
    """All five reports in one run; the slowest city may be asked more often than it declares, to save time."""
    quick = own.places.home / "quick"
    shutil.copytree(own.places.overlays, quick)
    slow = quick / "ziyang.yaml"
    slow.write_text(slow.read_text("utf-8").replace(", dedicated_line", f"{QUICK}, dedicated_line"), "utf-8")
    return {one.slug: one for one in asyncio.run(reports(wish_for(own, *FIVE, ROAM_OVERLAYS=str(quick))))}


def states(report: Report) -> dict[str, str]:
    return {rule: f"{verdict.state}: {verdict.en}" for rule, verdict in report.verdicts.items()}


@pytest.mark.parametrize("slug", FIVE)
def test_every_sandbox_city_earns_bronze(made: Mapping[str, Report], slug: str) -> None:
    """The five cities are the example that others are measured by."""
    report = made[slug]
    assert {rule.id: states(report)[rule.id] for rule in report.blocking("BRONZE")} == {}
    assert report.badge == "BRONZE"


def test_one_city_passes_every_silver_rule_that_is_not_about_two_weeks(made: Mapping[str, Report]) -> None:
    """What is left is time: no two weeks of metrics, no silver."""
    report = made["deyang"]
    assert {rule.id for rule in report.blocking("SILVER")} == {"F05", "F07"}
    assert [report.verdicts[rule].state for rule in ("F05", "F06", "F07")] == [State.NOT_MEASURED] * 3


def test_every_rule_has_a_verdict_and_a_shortened_load_says_so(made: Mapping[str, Report]) -> None:
    """Forty-one rules, none forgotten; a test that was cut short is told from one that was not."""
    for report in made.values():
        assert len(report.verdicts) == 41
        assert report.live
    assert "shortened from 20 s" in made["deyang"].verdicts["F04"].en


def test_the_report_becomes_the_badge_in_the_graph_until_files_change(made: Mapping[str, Report], own: Stack) -> None:
    """`City.badge` says what was earned, for the files that earned it, and for thirty days."""
    wish = wish_for(own)
    snapshot = loaded(wish)
    channel = snapshot.channels["meishan"]
    assert Badges(wish.state, now).of(channel) == "BRONZE"
    assert Badges(wish.state, now).of(replace(channel, revision="0123456789")) == "NONE"
    assert Badges(wish.state, now).of(replace(channel, available=False)) == "NONE"
    assert Badges(wish.state, lambda: datetime(2100, 1, 1, tzinfo=UTC)).of(channel) == "NONE"
    assert Badges(wish.state / "nowhere", now).of(channel) == "NONE"


async def test_the_graph_serves_the_badge(made: Mapping[str, Report], own: Stack) -> None:
    """Anybody may read it."""
    from tests.client import FrontEnd

    answer = FrontEnd(own.gateway_url).ask("{ cities { slug badge } }").whole()
    assert {city["badge"] for city in answer["cities"]} == {"BRONZE"}


def test_the_text_names_what_is_in_the_way(made: Mapping[str, Report]) -> None:
    """An operator reads one screen."""
    text = as_text(made["deyang"], "zh")
    assert text.startswith("德阳市 · 德阳市民通   badge BRONZE")
    assert "F05 14 天可用率 ≥ 99.5%  未测" in text
    assert "A01" not in text


def test_the_page_is_whole_and_in_both_languages(made: Mapping[str, Report]) -> None:
    """It is mailed around: nothing in it may come from elsewhere."""
    page = as_page(list(made.values()))
    assert "src=" not in page
    assert "<link" not in page
    assert 'href="http' not in page
    for text in ("距离下一枚徽章", "What stands between the city and its next badge", "德阳市", "Deyang"):
        assert text in page


@pytest.mark.parametrize("slug", FIVE)
async def test_a_city_that_checks_no_signature_fails_b02(own: Stack, tmp_path: Path, slug: str) -> None:
    """The worst mistake that a city can make is invisible as long as everybody is honest."""
    secrets = read_secrets(CITIES[slug], {"ROAM_SECRETS_DIR": str(own.places.secrets)})
    async with serving(slug, tmp_path, secrets, unsigned=True) as site:
        overlays = tmp_path / "overlays"
        overlays.mkdir()
        usual = (ROOT / "cities" / slug / "channel.sandbox.yaml").read_text("utf-8")
        (overlays / f"{slug}.yaml").write_text(
            usual.replace(f"http://127.0.0.1:{CITIES[slug].port}", site.base_url), "utf-8"
        )
        wish = wish_for(own, slug, ROAM_OVERLAYS=str(overlays))
        session = await session_of(wish, slug)
        verdict = await in_session(wish, session, "B02")
    assert verdict.startswith("failed")
    assert "answered to a wrong key" in verdict


def test_a_live_session_is_refused_where_citizens_may_be_real(own: Stack) -> None:
    """Production has people in it."""
    with pytest.raises(CannotExamine, match=r"environments\.prod\.test_personas"):
        refuse_real_citizens(loaded(wish_for(own, environment="prod")))


@pytest.mark.parametrize(
    ("fault", "rule", "told"),
    [("duplicate_row", "E01", "different ids"), ("5xx", "F01", ">"), ("bad_row", "A07", "payFlag")],
)
async def test_a_broken_city_fails_the_rule_about_it(own: Stack, fault: str, rule: str, told: str) -> None:
    """A rule that nothing can fail tests nothing."""
    wish = wish_for(own, "deyang")
    session = await session_of(wish, "deyang")
    own.fault("deyang", fault, "bills.list")
    try:
        verdict = await in_session(wish, session, rule, "bills.list")
    finally:
        own.fault("deyang", "none")
    assert verdict.startswith("failed"), verdict
    assert told in verdict or "state" in verdict


async def test_a_city_that_does_not_answer_is_not_waited_for_at_every_question(own: Stack) -> None:
    """It fails what says that it answers; the rest was not measured, and nothing is earned."""
    wish = wish_for(own, "meishan", ROAM_STATE=str(own.places.home / "elsewhere"))
    own.fault("meishan", "refuse")
    try:
        (report,) = await reports(wish)
    finally:
        own.fault("meishan", "none")
    assert report.badge == "NONE"
    assert report.verdicts["A05"].state is State.FAILED
    assert report.verdicts["B02"].state is State.NOT_MEASURED


async def session_of(wish: Wish, slug: str) -> Session:
    from cli.report import session_of as made_by

    return await made_by(wish, loaded(wish), slug)


async def in_session(wish: Wish, session: Session, rule: str, read: str = "") -> str:
    """One rule in a session of its own, after one read."""
    salt = session.snapshot.secrets.reveal("GATEWAY_PAIRWISE_SALT").encode()
    issuer, kinds = issuer_of(wish, session.snapshot), ("test-zhang", "test-many")
    citizens = await people(session.channel, issuer, salt, sign_in, kinds)
    async with opened(session.channel, session.snapshot, citizens, now) as live:
        from conformance.tour import Tour

        if read:
            await live.ask(read, citizens["test-many"])
        verdict = await TESTS[rule](replace(session, live=live, tour=Tour()))
    return f"{verdict.state}: {verdict.en}"
