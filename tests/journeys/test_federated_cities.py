"""Fields of a city's own subgraph, asked together with everything else, on the real stack."""

import http.client
import json
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from graphql import OperationDefinitionNode, OperationType, parse, print_ast

from sandbox import child, programs, switch
from sandbox.child import Child
from sandbox.ports import Ports
from sandbox.up import Stack
from tests.client import Answer, Citizen, FrontEnd, new_key
from tests.journeys.test_saved_operations import FOLDER, SAVED, looked_up

PAGE = Path(__file__).resolve().parents[2] / "docs" / "supergraph.md"
SECONDS = 20.0
Switch = Callable[..., object]
DISTRICTS = "{ city(id: CHENGDU) { districts { name } } }"


def known(front: FrontEnd) -> bool:
    """Has the city's SDL arrived?"""
    return "Cannot query field" not in str(front.ask(DISTRICTS).errors)


def once_known(front: FrontEnd) -> FrontEnd:
    """The front-end, when the gateway has composed with Chengdu: it asks for the SDL after it has begun to serve."""
    deadline = time.monotonic() + SECONDS
    while not known(front):
        assert time.monotonic() < deadline, "Chengdu's fields did not join the graph"
    return front


@pytest.fixture
def deng(citizen: Citizen) -> FrontEnd:
    return once_known(citizen("deng"))


def planned(front: FrontEnd, query: str, **variables: Any) -> Answer:
    body = {"query": query, "variables": variables, "extensions": {"queryPlan": True}}
    return front.send(json.dumps(body).encode())


def example() -> tuple[str, str]:
    """The mixed query of the page, and its plan."""
    section = PAGE.read_text("utf-8").partition("## Cities that run a subgraph")[2]
    query, plan = re.findall(r"^```(?:gql|text)\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)[:2]
    return query, plan


def test_one_query_joins_canonical_fields_a_contribution_and_a_citys_subgraph(deng: FrontEnd) -> None:
    """The page's query, answered by the gateway, Deyang and Chengdu, by the plan that the page prints."""
    query, plan = example()
    answer = planned(deng, query)
    data = answer.whole()
    assert data["me"]["bills"]["coverage"] != []
    assert data["local"]["deyang"]["creditScore"]["score"] > 0
    assert len(data["city"]["districts"]) == 22
    assert data["city"]["districts"][0] == {"code": "510104", "name": "锦江区", "serviceCount": 31}
    assert answer.extensions["queryPlan"] == plan.rstrip("\n")


def test_a_plan_is_shown_only_when_asked_for(deng: FrontEnd) -> None:
    """A front-end's answer carries nothing for testers."""
    assert "queryPlan" not in deng.ask(DISTRICTS).extensions
    direct = planned(deng, "{ cities { slug } }")
    assert direct.whole()["cities"] != []
    assert direct.extensions["queryPlan"].count("Fetch(") == 1


def test_anonymous_people_read_the_citys_public_fields(citizen: Citizen) -> None:
    """Nobody's own data goes this way, so nobody needs a token."""
    answer = once_known(citizen(None)).ask("{ me { id } city(id: CHENGDU) { districts { code } } }")
    assert answer.whole()["me"] is None
    assert len(answer.data["city"]["districts"]) == 22


def test_a_city_that_the_subgraph_does_not_know_has_none(deng: FrontEnd) -> None:
    """The field is on every city; who asks for all gets one request and an empty list for the others."""
    rows = deng.ask("{ cities { slug districts { code } } }").whole()["cities"]
    assert {row["slug"]: len(row["districts"]) for row in rows if row["districts"]} == {"chengdu": 22}


def test_variables_aliases_fragments_and_conditions_mean_what_they_mean_elsewhere(deng: FrontEnd) -> None:
    """Whether a field is planned or executed directly must not show in the answer's shape."""
    query = """
    query Q($with: Boolean!, $cities: [CityId!], $first: Int = 1) {
      here: city(id: CHENGDU) { ...Named areas: districts @include(if: $with) { __typename ... on ChengduDistrict { label: name } } }
      services(first: $first) { nodes { ...Guided } }
      cities(ids: $cities) { ...Named }
    }
    fragment Named on City { label: name(lang: EN) }
    fragment Guided on Service { code guides { title } }
    """
    query = query.replace("cities(ids: $cities)", "cities").replace("$cities: [CityId!], ", "")
    full = deng.ask(query, **{"with": True}).whole()
    assert list(full) == ["here", "services", "cities"]
    assert full["here"]["label"] == "Chengdu"
    assert full["here"]["areas"][0] == {"__typename": "ChengduDistrict", "label": "锦江区"}
    assert len(full["services"]["nodes"]) == 1
    assert deng.ask(query, **{"with": False}).whole()["here"] == {"label": "Chengdu"}
    wrong = deng.ask(query, **{"with": "perhaps"})
    assert wrong.codes == ["INVALID_INPUT"]
    assert wrong.data is None


PAY = """
mutation Pay($id: ID!, $amount: Decimal!, $key: IdempotencyKey!) {
  payBill(input: {billId: $id, amount: $amount, returnUrl: "https://m.example.gov.cn/done", idempotencyKey: $key}) {
    cashierUrl userErrors { code } idempotency { replayed } %s
  }
}
"""
UNPAID = "{ me { bills(cities: [DEYANG], filter: {states: [UNPAID]}, first: 1) { nodes { id amount { amount } } } } }"


def test_a_mutation_is_done_once_and_its_payload_may_hold_a_citys_fields(citizen: Citizen) -> None:
    """The write goes first and alone; reading the city's own field after it repeats nothing."""
    front = once_known(citizen("test-many@deyang"))
    (bill,) = front.ask(UNPAID).whole()["me"]["bills"]["nodes"]
    asked = {"id": bill["id"], "amount": bill["amount"]["amount"], "key": new_key("federated")}
    query = PAY % "bill { source { city { slug districts { code } } } }"
    paid = front.ask(query, **asked).whole()["payBill"]
    assert paid["userErrors"] == []
    assert paid["idempotency"] == {"replayed": False}
    assert paid["bill"]["source"]["city"] == {"slug": "deyang", "districts": []}
    assert front.ask(query, **asked).whole()["payBill"]["idempotency"] == {"replayed": True}


def test_a_subscription_with_a_citys_field_is_refused_in_words(deng: FrontEnd) -> None:
    """Each event would ask the city again; a query does that when somebody looks."""
    query = "subscription { channelAvailability(cities: [CHENGDU]) { slug districts { code } } }"
    front = replace(deng, headers={"accept": "text/event-stream, application/json"})
    events = str(raw(front, {"query": query}))
    assert "QUERY_REJECTED" in events
    assert "cannot hold fields of a city's own subgraph" in events


def test_another_operation_of_the_document_does_not_make_this_one_federated(deng: FrontEnd) -> None:
    """Clients send whole files and name one operation."""
    query = "query Other { city(id: CHENGDU) { districts { code } } } query Mine { city(id: CHENGDU) { slug } }"
    body = {"query": query, "operationName": "Mine", "extensions": {"queryPlan": True}}
    answer = deng.send(json.dumps(body).encode())
    assert answer.whole() == {"city": {"slug": "chengdu"}}
    assert "chengdu" not in answer.extensions["queryPlan"]


def raw(front: FrontEnd, body: Mapping[str, Any]) -> str:
    """The text of an answer that is no JSON."""
    at = urlsplit(front.url)
    connection = http.client.HTTPConnection(at.hostname or "", at.port, timeout=30)
    headers = {"content-type": "application/json", **front.headers, "authorization": f"Bearer {front.token}"}
    try:
        connection.request("POST", "/graphql", json.dumps(body).encode(), headers)
        return connection.getresponse().read().decode()
    finally:
        connection.close()


FAILING = """
{
  me { bills(cities: [MEISHAN, DEYANG], first: 3) { nodes { id } coverage { city { slug } outcome code retryAfter } } }
  city(id: CHENGDU) { slug districts { code } }
}
"""


def test_a_failing_city_costs_its_part_and_keeps_code_city_and_retry_after(deng: FrontEnd, faults: Switch) -> None:
    """The same words as in a query without a plan: an app's error handling must not know about plans."""
    faults("meishan", "refuse")
    joined, direct = deng.ask(FAILING), deng.ask(FAILING.replace(" districts { code }", ""))
    assert len(joined.data["city"]["districts"]) == 22
    assert joined.data["me"] == direct.data["me"]
    assert [error["extensions"] for error in joined.errors] == [error["extensions"] for error in direct.errors]
    assert [error.get("path") for error in joined.errors] == [error.get("path") for error in direct.errors]
    assert {(e["code"], e["city"]) for e in (error["extensions"] for error in joined.errors)} == {
        ("BACKEND_UNREACHABLE", "meishan")
    }


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("refuse", "BACKEND_UNREACHABLE"),
        ("hang", "BACKEND_TIMEOUT"),
        ("5xx", "BACKEND_UNREACHABLE"),
        ("html", "BACKEND_CONTRACT_BROKEN"),
        ("truncated", "BACKEND_UNREACHABLE"),
    ],
)
def test_a_failing_subgraph_costs_its_fields(deng: FrontEnd, faults: Switch, fault: str, code: str) -> None:
    """Null, one coded error with the city's name, and everything else as if nothing were wrong."""
    faults("chengdu", fault)
    answer = deng.ask("{ city(id: CHENGDU) { slug districts { code } } local { deyang { creditScore { score } } } }")
    assert answer.data["city"] == {"slug": "chengdu", "districts": None}
    assert answer.data["local"]["deyang"]["creditScore"]["score"] > 0
    (error,) = answer.errors
    assert (error["extensions"]["code"], error["extensions"]["city"]) == (code, "chengdu")
    assert error["path"][0] == "city"


FORCED = "forced: city(id: CHENGDU) { districts { code } }"
VOLATILE = {"asOf", "expiresAt", "fromCache", "payload", "time"}  # a ride code is a new one each time


def forced(text: str) -> str:
    """The text, every query of which also asks for a city's field: so it goes through the planner."""
    printed = []
    for node in parse(text).definitions:
        query = isinstance(node, OperationDefinitionNode) and node.operation is OperationType.QUERY
        printed.append(print_ast(node).removesuffix("}") + FORCED + "}" if query else print_ast(node))
    return "\n".join(printed)


def steady(value: Any) -> Any:
    """Without what may differ between two moments."""
    if isinstance(value, dict):
        return {key: steady(each) for key, each in value.items() if key not in VOLATILE}
    return [steady(each) for each in value] if isinstance(value, list) else value


@pytest.mark.parametrize("name", SAVED)
def test_a_saved_query_gives_the_same_through_the_planner_as_directly(citizen: Citizen, name: str) -> None:
    """Two ways lead to one answer: data, order of fields, errors."""
    text = (FOLDER / f"{name}.graphql").read_text("utf-8")
    described = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
    front = once_known(citizen(described.get("persona")))
    found = looked_up(front, described, 3)
    for node in parse(text).definitions:
        if isinstance(node, OperationDefinitionNode) and node.operation is OperationType.QUERY:
            named = node.name.value if node.name else None
            wanted = {v.variable.name.value for v in node.variable_definitions or ()}
            variables = {key: value for key, value in found.items() if key in wanted}
            direct, joined = front.ask(text, named, **variables), front.ask(forced(text), named, **variables)
            assert len(joined.data.pop("forced")["districts"]) == 22
            assert json.dumps(steady(joined.data)) == json.dumps(steady(direct.data))
            assert [(e.get("path"), e["extensions"]) for e in joined.errors] == [
                (e.get("path"), e["extensions"]) for e in direct.errors
            ]


@contextmanager
def another_gateway(stack: Stack, state: Path) -> Iterator[FrontEnd]:
    """A gateway of its own over the stack's cities, with its own state; started while a city may be down."""
    ports = replace(stack.ports, gateway=Ports.free(()).gateway)
    places = replace(stack.places, state=state)
    program = programs.gateway(places, ports, {})
    running = Child(program, state / "gateway.log")
    try:
        deadline = time.monotonic() + SECONDS
        while not switch.answers(program.health):
            assert time.monotonic() < deadline, running.last_lines()
        yield FrontEnd(f"http://127.0.0.1:{ports.gateway}")
    finally:
        child.stop([running])
        running.release()


def test_a_city_that_is_down_at_the_start_joins_when_it_comes_up(stack: Stack, faults: Switch, tmp_path: Path) -> None:
    """The gateway serves without it; nobody restarts anything."""
    faults("chengdu", "refuse")
    with another_gateway(stack, tmp_path) as front:
        assert front.ask("{ city(id: DEYANG) { slug } }").whole() == {"city": {"slug": "deyang"}}
        assert not known(front)
        faults("chengdu", "none")
        assert len(once_known(front).ask(DISTRICTS).whole()["city"]["districts"]) == 22
    assert (tmp_path / "sdl" / "chengdu.graphql").is_file()


def test_the_last_good_sdl_makes_the_fields_known_while_the_city_is_down(
    stack: Stack, faults: Switch, tmp_path: Path
) -> None:
    """A client's query stays valid: the field is null with an error, and the rest answers."""
    with another_gateway(stack, tmp_path) as front:
        once_known(front)
    faults("chengdu", "refuse")
    with another_gateway(stack, tmp_path) as front:
        answer = front.ask("{ city(id: CHENGDU) { slug districts { code } } }")
        assert answer.data == {"city": {"slug": "chengdu", "districts": None}}
        assert answer.codes == ["BACKEND_UNREACHABLE"]
    log = (tmp_path / "gateway.log").read_text("utf-8")
    assert log.count("subgraph_silent") == 1


def test_a_spoilt_file_costs_the_file(stack: Stack, faults: Switch, tmp_path: Path) -> None:
    """A file cut in half, or of another age, must not keep the gateway from starting."""
    (tmp_path / "sdl").mkdir()
    (tmp_path / "sdl" / "chengdu.graphql").write_text("type City @key(fiel")
    faults("chengdu", "refuse")
    with another_gateway(stack, tmp_path) as front:
        assert front.ask("{ city(id: CHENGDU) { slug } }").whole() == {"city": {"slug": "chengdu"}}
        assert not known(front)
    assert "subgraph_left_out" in (tmp_path / "gateway.log").read_text("utf-8")
