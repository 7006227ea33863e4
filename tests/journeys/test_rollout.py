"""A city is opened step by step: testers have it at once, everybody sees it, and too many errors close it again."""

import asyncio
import re
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import ECKey

from sandbox.up import Stack
from tests.client import FrontEnd
from tests.console.visitor import Visitor
from tests.journeys.browser import Browser
from tests.journeys.test_explain import steps
from tests.journeys.test_j19_sixth_city import roam, save
from tests.journeys.test_sign_in_rules import CityProvider, city_provider, proof

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 30
LESHAN_CODE = "511100"
BILLS = "{ me { bills(cities: [LESHAN]) { nodes { id } coverage { city { slug } outcome code message } } } }"
PUBLIC = """{
  cities { slug }
  notices(cities: [LESHAN]) { nodes { id } coverage { outcome } }
  city(id: LESHAN) { services(first: 5) { nodes { code } } }
}"""
LINK = """mutation { linkAccount(input: {city: LESHAN, idempotencyKey: "000000000000000%s"}) {
  account { state } userErrors { code message } } }"""
CLOSED = ("NOT_OFFERED", "NOT_OFFERED")
OPEN = ("OK", None)
ISSUERS = """
identity:
  issuers:
    - issuer: http://127.0.0.1:8100
    - {{issuer: "{url}", cities: ["{code}"], acr: {{silver: REAL_PERSON}}, groups: teams}}
"""


@pytest.fixture(scope="module")
def provider() -> Iterator[CityProvider]:
    """Leshan's own identity provider: its citizens are in no group of the gateway's, unless their `teams` say so."""
    with city_provider() as serving:
        yield serving


@pytest.fixture
def stack(tmp_path: Path, provider: CityProvider) -> Iterator[Stack]:
    """A sandbox with Leshan, which is open to testers alone."""
    root = tmp_path / "cities"
    shutil.copytree(ROOT / "cities", root)
    shutil.copytree(ROOT / "docs" / "examples" / "leshan", root / "leshan")
    text, found = re.subn(r'\n +issuer: "http://127\.0\.0\.1:8100"', "", (root / "roam.yaml").read_text("utf-8"))
    assert found == 1, "the environment names the one provider that it trusts"
    (root / "roam.yaml").write_text(text + ISSUERS.format(url=provider.url, code=LESHAN_CODE), "utf-8")
    file = root / "leshan" / "channel.yaml"
    file.write_text(
        with_rollout(file.read_text("utf-8"), "{percent: 0, allow: [testers], promote_after: 24h}"), "utf-8"
    )
    with Stack.start(root, tmp_path / "home") as running:
        yield running


def with_rollout(text: str, block: str) -> str:
    """The channel file with another rollout."""
    changed, found = re.subn(r"(?m)^rollout: .*$", f"rollout: {block}", text)
    assert found == 1
    return changed


def edit(stack: Stack, block: str) -> None:
    file = stack.places.root / "leshan" / "channel.yaml"
    save(file, with_rollout(file.read_text("utf-8"), block))


def outcome(front: FrontEnd) -> tuple[str, str | None]:
    row = front.ask(BILLS).data["me"]["bills"]["coverage"][0]
    return row["outcome"], row["code"]


def until(true: Callable[[], bool]) -> None:
    """Ask again and again, as an operator would."""
    deadline = time.monotonic() + SECONDS
    while not true():
        assert time.monotonic() < deadline


def local(stack: Stack, provider: CityProvider, **claims: Any) -> FrontEnd:
    """A citizen of Leshan whom its own provider signs in."""
    return FrontEnd(stack.gateway_url, provider.token(LESHAN_CODE, **claims), {"accept-language": "en"})


def test_testers_have_it_the_others_are_told_and_everybody_sees_it(stack: Stack, provider: CityProvider) -> None:
    """Whoever has a group of `allow`, by whichever door they come; what is public is for all."""
    tester = FrontEnd(stack.gateway_url, stack.token("test-many@leshan"))
    other = local(stack, provider)
    assert outcome(tester) == OPEN
    answer = other.ask(BILLS).whole()["me"]["bills"]
    assert answer["nodes"] == []
    [row] = answer["coverage"]
    assert (row["outcome"], row["code"]) == CLOSED
    assert "step by step" in row["message"]

    for front in (FrontEnd(stack.gateway_url), other, tester):
        public = front.ask(PUBLIC).whole()
        assert "leshan" in [city["slug"] for city in public["cities"]]
        assert public["notices"]["coverage"] == [{"outcome": "OK"}]
        assert public["notices"]["nodes"]
        assert public["city"]["services"]["nodes"]

    link = other.ask(LINK % 1).data["linkAccount"]
    assert (link["account"], [error["code"] for error in link["userErrors"]]) == (None, ["NOT_OFFERED"])
    assert "NOT_OFFERED" not in str(tester.ask(LINK % 2).data["linkAccount"]["userErrors"])

    [told] = steps(other, BILLS)
    assert (told["called"], told["code"]) == (False, "NOT_OFFERED")
    [told] = steps(tester, BILLS)
    assert (told["called"], told["code"]) == (True, None)


def test_groups_come_in_at_every_door(stack: Stack, provider: CityProvider) -> None:
    """A browser's session and a bound token carry them as a plain token does, from the claim that the provider's entry names."""
    browser = Browser(stack.gateway_url)
    browser.sign_in("test-many@leshan")
    told = browser.ask(BILLS, x_roam_csrf=browser.session()["csrf"])["data"]["me"]["bills"]["coverage"]
    assert [row["outcome"] for row in told] == ["OK"]
    # Leshan's provider has no UserInfo, so what follows the opening fails: that it is passed is what counts here.
    assert outcome(local(stack, provider, teams=["testers"])) != CLOSED
    assert outcome(local(stack, provider, groups=["testers"])) == CLOSED
    assert outcome(local(stack, provider, teams="testers")) == CLOSED
    assert outcome(local(stack, provider, teams=[{"value": "testers"}])) == CLOSED
    key = ECKey.generate_key("P-256")
    token = provider.token(LESHAN_CODE, teams=["testers"], cnf={"jkt": key.thumbprint()})
    bound = {"authorization": f"DPoP {token}", "dpop": proof(stack, key, token)}
    assert outcome(FrontEnd(stack.gateway_url, None, bound)) != CLOSED


async def city_page(stack: Stack) -> str:
    """What the console shows an operator of Leshan."""
    async with Visitor(stack.gateway_url, "en") as visitor:
        await visitor.sign_in("operator")
        _, page = await visitor.get("/console/cities/leshan")
        return page


def test_too_many_errors_close_it_until_other_files_are_served(stack: Stack, provider: CityProvider) -> None:
    """On the console and in the history with what was measured; also after a restart of every process."""
    tester, other = FrontEnd(stack.gateway_url, stack.token("test-many@leshan")), local(stack, provider)
    edit(stack, '{percent: 100, allow: [testers], abort_if: "error_rate > 0.02"}')
    until(lambda: outcome(other) != CLOSED)
    stack.fault("leshan", "5xx")
    until(lambda: tester.ask(BILLS) is not None and outcome(other) == CLOSED)
    stack.fault("leshan", "none")
    told = roam(stack, "city", "history", "leshan").stdout
    assert re.search(r"rollout aborted: error rate [01][.\d]* > 0\.02 of \d+ calls", told), told

    stack.stop()
    with Stack.start(stack.places.root, stack.places.home) as again:
        tester, other = FrontEnd(again.gateway_url, again.token("test-many@leshan")), local(again, provider)
        assert outcome(other) == CLOSED
        assert outcome(tester) == OPEN
        page = asyncio.run(city_page(again))
        assert re.search(r"aborted: error rate [01][.\d]* &gt; 0\.02 of \d+ calls", page), page
        edit(again, "{percent: 100, promote_after: 24h}")
        until(lambda: outcome(other) != CLOSED)
        assert "100 %, until " in asyncio.run(city_page(again))
