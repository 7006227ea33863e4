"""J12 12345 case about another city: routed there, promised by working days, told the same everywhere, delivered exactly once.

chen lives in Chengdu and reports a fallen tree in Deyang. Where Deyang is down the gateway takes the case in.
"""

import asyncio
import json
from collections.abc import Callable
from datetime import date
from typing import Any
from urllib.request import Request, urlopen

import pytest
from websockets.asyncio.client import connect

from sandbox.up import Stack
from sandbox.workdays import after_working_days
from tests.client import Citizen, Faults, FrontEnd, new_key
from tests.journeys.told import known, until

CASE = (
    "id caseNo title state submittedAt promisedOn steps { state label } source { city { slug } agreementId fromCache }"
)
SUBMIT = f"""
mutation Submit($form: JSON!, $key: IdempotencyKey!) {{
  submitApplication(input: {{city: DEYANG, serviceCode: "HOTLINE-12345", form: $form, idempotencyKey: $key}}) {{
    application {{ {CASE} }} userErrors {{ code message field }} idempotency {{ key replayed }}
  }}
}}
"""
MINE = f"query {{ me {{ applications(cities: [DEYANG], first: 50) {{ nodes {{ {CASE} }} coverage {{ outcome }} }} }} }}"
THERE = f"query {{ roam(city: DEYANG) {{ applications(first: 50) {{ nodes {{ {CASE} }} }} }} }}"
NODE = f"query N($id: ID!) {{ node(id: $id) {{ id ... on Application {{ {CASE} }} }} }}"
PROGRESS = "subscription P($id: ID!) { applicationProgress(id: $id) { id caseNo state } }"
TREE = {"title": "行道树倒伏", "content": "旌阳区路边一棵树倒在人行道上", "address": "德阳市旌阳区"}


def submit(front: FrontEnd, key: str, **form: Any) -> Any:
    return front.ask(SUBMIT, form={**TREE, **form}, key=key)


def mine(front: FrontEnd, case_id: str) -> Any:
    nodes = front.ask(MINE).data["me"]["applications"]["nodes"]
    return next((case for case in nodes if case["id"] == case_id), None)


def there(front: FrontEnd, case_id: str) -> Any:
    nodes = front.ask(THERE).data["roam"]["applications"]["nodes"]
    return next((case for case in nodes if case["id"] == case_id), None)


def by_id(front: FrontEnd, case_id: str) -> Any:
    return front.ask(NODE, id=case_id).data["node"]


def at_the_city(front: FrontEnd, case_id: str) -> Any:
    """The case once the city has it: with a number of the city's."""
    case = by_id(front, case_id)
    return case if case and not case["caseNo"].startswith("ROAM-") else None


def submissions(stack: Stack) -> int:
    with urlopen(f"{stack.control_url('deyang')}/calls", timeout=5) as answer:
        return sum(call["operation"] == "applications.submit" for call in json.load(answer)["calls"])


@pytest.fixture
def forgotten(stack: Stack) -> None:
    with urlopen(Request(f"{stack.control_url('deyang')}/calls", method="DELETE"), timeout=5):
        pass


@pytest.mark.parametrize(("form", "days"), [({}, 5), ({"complex": True}, 20)], ids=["simple", "complex"])
def test_a_case_is_routed_promised_and_the_same_everywhere(citizen: Citizen, form: dict[str, Any], days: int) -> None:
    """The promise counts working days; every view shows the same case in the same state."""
    front = citizen("chen")
    told = submit(front, new_key("j12"), **form).whole()["submitApplication"]
    case = told["application"]
    assert (told["userErrors"], case["title"], case["state"]) == ([], TREE["title"], "SUBMITTED")
    assert case["source"] == {"city": {"slug": "deyang"}, "agreementId": "2026-008", "fromCache": False}
    submitted = date.fromisoformat(case["submittedAt"][:10])
    assert case["promisedOn"] == after_working_days(submitted, days).isoformat()
    shown = (mine(front, case["id"]), there(front, case["id"]), by_id(front, case["id"]))
    assert {each["caseNo"] for each in shown} == {case["caseNo"]}
    assert {each["promisedOn"] for each in shown} == {case["promisedOn"]}


@pytest.mark.usefixtures("forgotten")
def test_a_case_for_a_city_that_is_down_is_taken_in_and_delivered_once(
    stack: Stack, citizen: Citizen, faults: Faults
) -> None:
    """Told at once as what it is; under the same id the city's own case later, in every view; one case at the city."""
    front, key = citizen("chen"), new_key("j12-down")
    faults("deyang", "refuse")
    told = submit(front, key, title="倒树在停机时").whole()["submitApplication"]
    case = told["application"]
    assert told["userErrors"] == []
    assert (case["state"], case["promisedOn"], case["source"]["fromCache"]) == ("SUBMITTED", None, True)
    assert "网关" in case["steps"][0]["label"]
    assert mine(front, case["id"])["caseNo"] == case["caseNo"]
    assert there(front, case["id"])["caseNo"] == case["caseNo"]
    assert by_id(front, case["id"])["caseNo"] == case["caseNo"]
    again = submit(front, key, title="倒树在停机时").whole()["submitApplication"]
    assert (again["application"]["id"], again["idempotency"]["replayed"]) == (case["id"], True)
    faults("deyang", "none")
    delivered = until(lambda: at_the_city(front, case["id"]))
    assert (delivered["id"], delivered["title"]) == (case["id"], "倒树在停机时")
    assert delivered["promisedOn"]
    assert mine(front, case["id"])["caseNo"] == there(front, case["id"])["caseNo"] == delivered["caseNo"]
    assert sum(c["title"] == "倒树在停机时" for c in front.ask(MINE).data["me"]["applications"]["nodes"]) == 1
    assert submissions(stack) == 1


@pytest.mark.usefixtures("forgotten")
def test_a_delivery_whose_answer_is_lost_is_asked_about_and_not_sent_again(
    stack: Stack, citizen: Citizen, faults: Faults
) -> None:
    """Exactly once also where the line breaks at the very delivery."""
    front = citizen("test-zhang@deyang")
    faults("deyang", "refuse")
    case = submit(front, new_key("j12-lost"), title="送达时断线").whole()["submitApplication"]["application"]
    faults("deyang", "lost", "applications.submit", 1)
    delivered = until(lambda: at_the_city(front, case["id"]))
    assert delivered["title"] == "送达时断线"
    assert sum(c["title"] == "送达时断线" for c in front.ask(MINE).data["me"]["applications"]["nodes"]) == 1
    assert submissions(stack) == 1


def test_an_answer_that_was_lost_is_unknown_then_the_case(citizen: Citizen, faults: Faults) -> None:
    """What the city may have got is not taken in a second time: it is asked about."""
    front, key = citizen("test-zhang@deyang"), new_key("j12-unknown")
    faults("deyang", "lost", "applications.submit", 1)
    assert submit(front, key, title="答复丢失").codes == ["OUTCOME_UNKNOWN"]
    told = known(lambda: submit(front, key, title="答复丢失")).whole()["submitApplication"]
    assert (told["application"]["title"], told["idempotency"]["replayed"]) == ("答复丢失", True)
    assert sum(c["title"] == "答复丢失" for c in front.ask(MINE).data["me"]["applications"]["nodes"]) == 1


def test_a_delivery_that_the_city_refuses_is_told_and_not_lost(citizen: Citizen, faults: Faults) -> None:
    """The city takes no case without words; the citizen sees that it was refused."""
    front = citizen("test-zhang@deyang")
    faults("deyang", "refuse")
    told = front.ask(SUBMIT, form={"title": " "}, key=new_key("j12-refused")).whole()["submitApplication"]
    case = told["application"]
    assert case["state"] == "SUBMITTED"
    faults("deyang", "none")

    def rejected() -> Any:
        found = by_id(front, case["id"])
        return found if found["state"] == "REJECTED" else None

    found = until(rejected)
    assert (found["id"], found["steps"][-1]["state"]) == (case["id"], "REJECTED")
    assert mine(front, case["id"])["state"] == "REJECTED"


def test_another_citizen_does_not_see_what_the_gateway_holds(citizen: Citizen, faults: Faults) -> None:
    """An id is not a right."""
    front = citizen("test-zhang@deyang")
    faults("deyang", "refuse")
    case = submit(front, new_key("j12-other"), title="他人不可见").whole()["submitApplication"]["application"]
    other = citizen("deng").ask(NODE, id=case["id"])
    assert other.data["node"] is None
    assert mine(citizen("deng"), case["id"]) is None


async def told_to(stack: Stack, front: FrontEnd, case_id: str, enough: Callable[[list[Any]], bool]) -> list[Any]:
    """What the subscription says of the case until it is enough."""
    url = stack.gateway_url.replace("http://", "ws://") + "/graphql"
    rows: list[Any] = []
    async with connect(url, subprotocols=["graphql-transport-ws"], proxy=None) as socket:  # type: ignore[list-item]
        await socket.send(
            json.dumps({"type": "connection_init", "payload": {"authorization": f"Bearer {front.token}"}})
        )
        assert json.loads(await socket.recv())["type"] == "connection_ack"
        variables = {"query": PROGRESS, "variables": {"id": case_id}}
        await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": variables}))
        async with asyncio.timeout(60):
            while not enough(rows):
                message = json.loads(await socket.recv())
                if message["type"] == "next":
                    rows.append(message["payload"]["data"]["applicationProgress"])
    return rows


def test_progress_arrives_by_subscription_from_the_gateway_to_the_city(
    stack: Stack, citizen: Citizen, faults: Faults
) -> None:
    """Whoever subscribes to what was taken in sees it become the city's case, under the same id."""
    front = citizen("test-zhang@deyang")
    faults("deyang", "refuse")
    case = submit(front, new_key("j12-sub"), title="订阅进度").whole()["submitApplication"]["application"]

    def enough(rows: list[Any]) -> bool:
        if len(rows) == 1:
            faults("deyang", "none")
        return bool(rows) and not rows[-1]["caseNo"].startswith("ROAM-")

    rows = asyncio.run(told_to(stack, front, case["id"], enough))
    assert rows[0]["caseNo"] == case["caseNo"]
    assert {row["id"] for row in rows} == {case["id"]}
