"""J15 Withdraw consent: it takes effect in a second on every worker, cached data is gone, and the next call says so.

Two gateways over one store stand for the workers. The promise is kept with room to spare: the next call at any of them knows.
"""

import asyncio
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from sandbox import child, programs
from sandbox.child import Child
from sandbox.ports import Ports
from sandbox.switch import answers, call
from sandbox.up import Stack
from tests.client import Answer, FrontEnd, new_key
from tests.consent import consent, consent_to, grant, revoke, wanted

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 10.0  # far less than the 30 s between two looks at a case
READY_SECONDS = 30.0
BILLS = """
{ me { bills(cities: [CHENGDU]) { nodes { id source { fromCache agreementId } } coverage { outcome code message(lang: EN) } } } }
"""
RIDE = "{ roam(city: DEYANG) { rideCode { payload } } }"
WATER = ("CHENGDU", ["WATER-QUERY"], ["PAIRWISE_ID"])


@pytest.fixture(scope="module")
def workers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Stack, str]]:
    """A sandbox of two cities, and the address of a second gateway over the same store."""
    home = tmp_path_factory.mktemp("workers")
    with Stack.start(ROOT / "cities", home / "sandbox") as stack:
        ports = replace(Ports.free(()), issuer=stack.ports.issuer, cities=stack.ports.cities)
        second = programs.gateway(stack.places, ports, {})
        running = Child(second, stack.places.logs / "second.log")
        try:
            deadline = time.monotonic() + READY_SECONDS
            while not answers(second.health):
                assert time.monotonic() < deadline, running.last_lines()
            yield stack, f"http://127.0.0.1:{ports.gateway}"
        finally:
            child.stop([running])


@pytest.fixture
def fronts(workers: tuple[Stack, str]) -> Callable[[str], tuple[FrontEnd, FrontEnd]]:
    """A citizen at both gateways."""
    stack, second = workers

    def at_both(persona: str) -> tuple[FrontEnd, FrontEnd]:
        token = stack.token(persona)
        return FrontEnd(stack.gateway_url, token), FrontEnd(second, token)

    return at_both


def covered(answer: Answer) -> tuple[str, str | None]:
    (row,) = answer.data["me"]["bills"]["coverage"]
    return row["outcome"], row["code"]


def consent_of(front: FrontEnd, provider: str, service: str) -> str:
    """The id of the standing consent that names the service."""
    query = "{ me { consents { id provider { slug } services { code } } } }"
    consents = front.ask(query).whole()["me"]["consents"]
    return next(
        str(c["id"])
        for c in consents
        if c["provider"]["slug"] == provider.lower() and {"code": service} in c["services"]
    )


def asked(stack: Stack, slug: str, operation: str) -> int:
    _, told = call("GET", f"{stack.control_url(slug)}/calls")
    return sum(1 for each in told["calls"] if each["operation"] == operation)


def test_a_withdrawal_takes_effect_in_a_second_on_every_worker(
    workers: tuple[Stack, str], fronts: Callable[[str], tuple[FrontEnd, FrontEnd]]
) -> None:
    """Taken back at one gateway, refused at the other, although its cache still held the rows."""
    stack, _ = workers
    here, there = fronts("deng")
    granted = consent_of(here, "CHENGDU", "WATER-QUERY")
    for front in (here, there, there):
        assert covered(front.ask(BILLS)) == ("OK", None)
    assert there.ask(BILLS).data["me"]["bills"]["nodes"][0]["source"]["fromCache"] is True
    assert revoke(here, granted)["state"] == "REVOKED"
    for front in (there, here):
        assert covered(front.ask(BILLS)) == ("DENIED", "CONSENT_REQUIRED")
    before = asked(stack, "chengdu", "bills.list")
    assert there.ask(BILLS).data["me"]["bills"]["nodes"] == []
    assert asked(stack, "chengdu", "bills.list") == before
    consent(here, *WATER)
    again = there.ask(BILLS).data["me"]["bills"]["nodes"]
    assert again
    assert all(node["source"]["fromCache"] is False for node in again)  # what was cached before is gone


def test_cached_data_of_that_city_is_gone_on_both_and_of_others_is_not(
    fronts: Callable[[str], tuple[FrontEnd, FrontEnd]],
) -> None:
    """A withdrawal towards one city says nothing about another."""
    here, there = fronts("chen")
    query = "{ me { bills(cities: [MEISHAN, MIANYANG]) { nodes { source { city { slug } fromCache } } } } }"

    def cached(front: FrontEnd) -> dict[str, bool]:
        nodes = front.ask(query).whole()["me"]["bills"]["nodes"]
        return {node["source"]["city"]["slug"]: node["source"]["fromCache"] for node in nodes}

    for front in (here, there):
        cached(front)
        assert cached(front) == {"meishan": True, "mianyang": True}
    revoke(here, consent_of(here, "MEISHAN", "WATER-QUERY"))
    consent(here, "MEISHAN", ["WATER-QUERY", "SI-QUERY"], ["PAIRWISE_ID"])
    for front in (here, there):
        assert cached(front) == {"meishan": False, "mianyang": True}


def test_the_next_call_says_so_and_what_to_consent_to(fronts: Callable[[str], tuple[FrontEnd, FrontEnd]]) -> None:
    """A field of one city is null with CONSENT_REQUIRED; granting what the error names opens it again."""
    here, there = fronts("mian")
    assert there.ask(RIDE).whole()["roam"]["rideCode"]["payload"]
    revoke(here, consent_of(here, "DEYANG", "TRANSIT-CODE"))
    refused = there.ask(RIDE)
    assert refused.data["roam"]["rideCode"] is None
    told = wanted(refused)
    assert (told["provider"], told["services"], told["claims"]) == ("DEYANG", ["TRANSIT-CODE"], ["PAIRWISE_ID"])
    assert (told["agreementId"], told["purpose"]) == ("2026-002", "外地市民在德阳乘车、缴费")
    consent_to(there, told)
    assert here.ask(RIDE).whole()["roam"]["rideCode"]["payload"]


def test_an_object_kept_by_its_id_is_refused_too(fronts: Callable[[str], tuple[FrontEnd, FrontEnd]]) -> None:
    """`node` is no back door."""
    here, there = fronts("zi")
    bill = here.ask(BILLS).data["me"]["bills"]["nodes"][0]["id"]
    find = "query N($id: ID!) { node(id: $id) { id } }"
    assert there.ask(find, id=bill).whole()["node"] == {"id": bill}
    revoke(here, consent_of(here, "CHENGDU", "WATER-QUERY"))
    refused = there.ask(find, id=bill)
    assert refused.data["node"] is None
    assert wanted(refused)["services"] == ["WATER-QUERY"]


def test_a_withdrawn_consent_is_kept_and_taking_it_back_again_changes_nothing(
    fronts: Callable[[str], tuple[FrontEnd, FrontEnd]],
) -> None:
    """What was, was: both moments stay on record."""
    here, there = fronts("test-zhang@meishan")
    granted = consent(here, *WATER)
    first = revoke(here, granted)
    assert revoke(there, granted) == first
    listed = "query C($active: Boolean!) { me { consents(activeOnly: $active) { id state revokedAt } } }"
    assert there.ask(listed, active=True).whole()["me"]["consents"] == []
    assert there.ask(listed, active=False).whole()["me"]["consents"] == [
        {"id": granted, "state": "REVOKED", "revokedAt": first["revokedAt"]}
    ]


def test_a_withdrawal_by_its_key_happens_once(fronts: Callable[[str], tuple[FrontEnd, FrontEnd]]) -> None:
    """Repeating the grant's key after the withdrawal replays the grant's answer, and opens nothing."""
    here, there = fronts("test-li@meishan")
    key = new_key("once")
    granted = grant(here, *WATER, key=key)["consent"]["id"]
    revoke(there, granted)
    again = grant(there, *WATER, key=key)
    assert (again["idempotency"], again["consent"]["id"]) == ({"replayed": True}, granted)
    assert covered(here.ask(BILLS)) == ("DENIED", "CONSENT_REQUIRED")


SUBMIT = """
mutation Submit($form: JSON!, $key: IdempotencyKey!) {
  submitApplication(input: {city: DEYANG, serviceCode: "HOTLINE-12345", form: $form, idempotencyKey: $key}) {
    application { id } userErrors { code message }
  }
}
"""
PROGRESS = "subscription P($id: ID!) { applicationProgress(id: $id) { id state } }"


async def test_a_running_subscription_ends_and_says_why(
    workers: tuple[Stack, str], fronts: Callable[[str], tuple[FrontEnd, FrontEnd]]
) -> None:
    """Deyang is asked every 30 seconds how the case stands; the withdrawal at the other worker is told at once."""
    _, second = workers
    here, _ = await asyncio.to_thread(fronts, "chen")
    form = {"title": "树倒了", "content": "路边一棵树倒了", "address": "德阳市旌阳区"}
    told = await asyncio.to_thread(here.ask, SUBMIT, form=form, key=new_key("case"))
    case = told.whole()["submitApplication"]["application"]["id"]
    url = f"{second.replace('http', 'ws', 1)}/graphql"
    async with connect(url, subprotocols=[Subprotocol("graphql-transport-ws")]) as socket:
        await socket.send(json.dumps({"type": "connection_init", "payload": {"Authorization": f"Bearer {here.token}"}}))
        await next_of(socket, "connection_ack")
        payload = {"query": PROGRESS, "variables": {"id": case}}
        await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": payload}))
        first = await next_of(socket, "next")
        assert first["payload"]["data"]["applicationProgress"]["id"] == case
        granted = await asyncio.to_thread(consent_of, here, "DEYANG", "HOTLINE-12345")
        await asyncio.to_thread(revoke, here, granted)
        async with asyncio.timeout(PATIENCE_SECONDS):
            ended = json.loads(await socket.recv())
    errors = ended["payload"] if ended["type"] == "error" else ended["payload"]["errors"]
    assert [error["extensions"]["code"] for error in errors] == ["CONSENT_REQUIRED"]
    assert errors[0]["extensions"]["consent"]["services"] == ["HOTLINE-12345"]


async def next_of(socket: Any, kind: str) -> Any:
    async with asyncio.timeout(10):
        message = json.loads(await socket.recv())
    assert message["type"] == kind, message
    return message
