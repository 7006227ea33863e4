"""J23, whole: a tester in a real browser picks a persona, opens a saved operation, switches a city's fault, runs, sees
coverage and plan, asks for an explanation; and nothing of it needs the internet.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from sandbox.switch import call, show
from sandbox.up import Stack
from tests.client import Citizen
from tests.conftest import ROOT, citizens
from tests.journeys.test_federated_cities import once_known
from tests.web.browser import DESKTOP, LOOPBACK, PHONE, Visit, Visiting

TOGGLE = ".roam-fault-toggle"


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A sandbox of the tester's own: what others asked a moment ago is not in its caches."""
    with Stack.start(ROOT / "cities", tmp_path_factory.mktemp("tester")) as running:
        yield running


@pytest.fixture(scope="module")
def citizen(stack: Stack) -> Citizen:
    return citizens(stack)


@pytest.fixture
def well(stack: Stack) -> Iterator[None]:
    """Whatever a test switches, the next one finds every city well."""
    yield
    for slug in stack.cities:
        stack.fault(slug, "none")


def switch(visit: Visit, city: str, fault: str) -> None:
    """By the panel, and until the city says so."""
    visit.page.click(TOGGLE)
    visit.page.select_option(f'.roam-switches li[data-city="{city}"] select', fault)
    visit.page.wait_for_selector(f'.roam-switches li[data-city="{city}"][data-fault="{fault}"]')
    visit.page.keyboard.press("Escape")
    visit.page.wait_for_selector(".roam-switches", state="detached")


def outcomes(visit: Visit) -> dict[str, str]:
    rows = visit.answer()["data"]["me"]["bills"]["coverage"]
    return {row["city"]["slug"]: row["outcome"] for row in rows}


def run_until(visit: Visit, text: str) -> None:
    """Run, and wait until a chip tells it: an answer takes the place of the one before."""
    visit.run()
    visit.until(".roam-chip", text)


@pytest.mark.usefixtures("well")
@pytest.mark.parametrize("screen", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_tester_breaks_a_city_sees_what_that_costs_and_mends_it(
    stack: Stack, screen: dict[str, Any], visiting: Visiting
) -> None:
    with visiting("zh-CN", **screen) as visit:
        visit.open(stack.gateway_url, "deng")
        visit.choose("05-bills-across-cities")

        switch(visit, "meishan", "refuse")
        assert show(stack.control_url("meishan"))["fault"] == "refuse", "the switch is the city's own"
        assert visit.page.inner_text(f"{TOGGLE} b") == "1"
        run_until(visit, "BACKEND_UNREACHABLE")
        assert outcomes(visit) == {
            "chengdu": "OK",
            "deyang": "OK",
            "meishan": "FAILED",
            "mianyang": "OK",
            "ziyang": "OK",
        }

        visit.page.click(TOGGLE)
        visit.page.click(".roam-switches footer button")
        visit.page.wait_for_selector(f'{TOGGLE}[data-on="0"]')
        visit.page.keyboard.press("Escape")
        assert show(stack.control_url("meishan"))["fault"] == "none"

        switch(visit, "meishan", "bad_row")  # the others' rows may come from the cache
        visit.run()
        visit.page.wait_for_selector('.roam-chip[data-outcome="PARTIAL"]')
        assert outcomes(visit)["meishan"] == "PARTIAL"
        assert visit.hosts() <= LOOPBACK
        assert visit.complaints == []


@pytest.mark.usefixtures("well")
def test_the_explained_routing_is_what_is_called(
    stack: Stack, asked: Callable[[], set[tuple[str, str]]], visiting: Visiting
) -> None:
    """Explain = execution, read off the page and off the cities' own lists of calls."""
    with visiting("en-GB") as visit:
        visit.open(stack.gateway_url, "zi")
        visit.choose("19-explain")
        visit.run()
        visit.until(".result-window", "steps")
        told = visit.answer()["data"]["roamExplain"]["steps"]
        assert asked() == set(), "an explanation calls nobody"
        planned = {(step["city"]["slug"], step["operation"]) for step in told if step["called"]}

        variables = visit.page.evaluate(
            "globalThis.__MONACO.editor.getModels().find(one => one.uri.path.endsWith('variables.json')).getValue()"
        )
        explained = visit.page.evaluate("text => JSON.parse(text)", variables)
        answer = visit.page.evaluate(
            """async ({operation, variables}) => {
                const {csrf} = await (await fetch('/auth/session')).json();
                const headers = {'content-type': 'application/json', 'x-roam-csrf': csrf};
                const body = JSON.stringify({query: operation, variables});
                return (await fetch('/graphql', {method: 'POST', headers, body})).json();
            }""",
            explained,
        )
        assert answer["data"]["me"] is not None
        assert asked() == planned
        assert len(planned) > 2
        assert visit.hosts() <= LOOPBACK


MIXED = """query Mixed {
  city(id: CHENGDU) { districts { name } }
  me { bills(cities: [CHENGDU, DEYANG]) { nodes { id } coverage { city { slug } outcome code } } }
}"""


def test_coverage_and_plan_stand_side_by_side(stack: Stack, citizen: Citizen, visiting: Visiting) -> None:
    """An operation over a city's own subgraph: who was asked for what, in which order, beside what each city said."""
    once_known(citizen("deng"))
    with visiting("zh-CN") as visit:
        visit.open(stack.gateway_url, "deng")
        visit.page.click(".roam-plan-toggle")
        visit.page.evaluate(
            """query => globalThis.__MONACO.editor.getModels()
                .find(one => one.uri.path.endsWith('operation.graphql')).setValue(query)""",
            MIXED,
        )
        visit.run()
        visit.page.wait_for_selector(".roam-plan pre")
        services = visit.page.eval_on_selector_all(".roam-plan b", "all => all.map(one => one.innerText)")
        assert {"gateway", "chengdu"} <= set(services)
        assert [outcome for outcome, _ in visit.chips()] == ["OK", "OK"]
        assert visit.hosts() <= LOOPBACK
        assert visit.complaints == []


@pytest.fixture
def asked(stack: Stack) -> Callable[[], set[tuple[str, str]]]:
    """What the cities have been asked since the test began: city and operation."""
    for slug in stack.cities:
        call("DELETE", f"{stack.control_url(slug)}/calls")

    def calls() -> set[tuple[str, str]]:
        found = set()
        for slug in stack.cities:
            _, told = call("GET", f"{stack.control_url(slug)}/calls")
            found |= {(slug, one["operation"]) for one in told["calls"] if one["operation"]}
        return found

    return calls
