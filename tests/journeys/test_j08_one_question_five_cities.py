"""J8 One question, five cities: asked side by side; what one field or one city may not give costs nothing else."""

import asyncio
from dataclasses import dataclass, field, replace
from typing import Any, cast

from channels.answer import Answer, Page
from channels.ask import Ask
from channels.deployment.snapshot import Channel
from edge.body import GraphQLRequest
from edge.execution import execute
from edge.joined import parsed
from resolvers.serving.graphs import build_graphs
from sandbox.switch import call
from sandbox.up import Stack
from tests.client import Citizen, Faults
from tests.resolvers.simulator import NOW, request, services, snapshot, store
from tests.resolvers.simulator import citizen as somebody

CITIES = ("chengdu", "deyang", "meishan", "mianyang", "ziyang")
BILLS = """
query Five($cities: [CityId!]) {
  me {
    displayName
    bills(cities: $cities, filter: { kinds: [WATER, ELECTRICITY] }, first: 50) {
      nodes { payee amount { amount } source { city { slug } agreementId } }
      coverage { city { slug } outcome code message count }
    }
  }
}
"""


def named(cities: tuple[str, ...] = CITIES) -> list[str]:
    return [slug.upper() for slug in cities]


def test_five_cities_answer_one_question(citizen: Citizen) -> None:
    """Five protocols, one list, and a row of coverage for each city."""
    answer = citizen("deng").ask(BILLS, cities=named())
    answer.whole()
    assert answer.outcomes() == dict.fromkeys(CITIES, ("OK", None))
    told = answer.data["me"]["bills"]
    counted = {row["city"]["slug"]: row["count"] for row in told["coverage"]}
    from_cities = [node["source"]["city"]["slug"] for node in told["nodes"]]
    assert {slug: from_cities.count(slug) for slug in CITIES} == counted


@dataclass
class Barrier:
    """Cities behind the interface of `Connections`: none answers before all have been asked."""

    waits: asyncio.Barrier
    asked: list[str] = field(default_factory=list)

    async def call(self, channel: Channel, ask: Ask, position: object = None) -> Answer:
        self.asked.append(channel.slug)
        await self.waits.wait()
        return Page((), 0, None, None, NOW)


async def test_all_five_are_asked_before_any_has_answered() -> None:
    """So the field takes as long as the slowest city, not the sum: a gateway that asks in turn would never come back."""
    barrier = Barrier(asyncio.Barrier(len(CITIES)))
    text = f"{{ me {{ bills(cities: [{', '.join(named())}]) {{ coverage {{ outcome }} }} }} }}"
    async with store() as database, asyncio.timeout(30):
        held = replace(
            services(database, {}), connections=cast("Any", barrier), graph=build_graphs(snapshot(), {}).graph
        )
        answer = await execute(parsed(text), GraphQLRequest(text), request(held, somebody()), "r-1")
    assert sorted(barrier.asked) == sorted(CITIES)
    assert answer.formatted()["data"]["me"]["bills"]["coverage"] == [{"outcome": "OK"}] * len(CITIES)


def test_a_city_that_hangs_keeps_none_of_the_others_from_being_asked(
    citizen: Citizen, stack: Stack, faults: Faults
) -> None:
    """Five cities take a call and never answer. One after the other they would use up the deadline before the last.

    Faults are met at another level than the rest: what one has read is the other's cache miss.
    """
    for slug in CITIES:
        faults(slug, "hang", "bills.list")
        call("DELETE", f"{stack.control_url(slug)}/calls")
    answer = citizen("deng", "loa2").ask(BILLS, cities=named())
    assert answer.outcomes() == dict.fromkeys(CITIES, ("FAILED", "BACKEND_TIMEOUT"))
    assert answer.data["me"]["displayName"]
    for slug in CITIES:
        _, told = call("GET", f"{stack.control_url(slug)}/calls")
        assert "bills.list" in [one["operation"] for one in told["calls"]], slug


def test_one_city_that_fails_costs_its_own_rows(citizen: Citizen, faults: Faults) -> None:
    faults("mianyang", "5xx", "bills.list")
    answer = citizen("deng", "loa2").ask(BILLS, cities=named())
    found = answer.outcomes()
    assert found.pop("mianyang")[0] == "FAILED"
    assert set(found.values()) == {("OK", None)}


def test_a_city_without_an_agreement_is_denied_alone(citizen: Citizen) -> None:
    """Ziyang shares insurance with Chengdu and Meishan, and not with Deyang: nobody is asked there, nobody else minds."""
    query = """query S($cities: [CityId!]) { me { socialInsurance(cities: $cities) {
        nodes { source { city { slug } } } coverage { city { slug } outcome code message } } } }"""
    answer = citizen("deng").ask(query, cities=["MEISHAN", "ZIYANG", "CHENGDU"])
    found = answer.outcomes("socialInsurance")
    assert found["ziyang"] == ("DENIED", "NO_AGREEMENT")
    assert found["meishan"] == found["chengdu"] == ("OK", None)
    assert answer.errors == []
    (message,) = [
        row["message"] for row in answer.data["me"]["socialInsurance"]["coverage"] if row["outcome"] == "DENIED"
    ]
    assert message


def test_a_field_above_the_login_is_null_with_the_level_it_needs(citizen: Citizen) -> None:
    """The rest of the same citizen, and everything public, is answered."""
    query = """{ me { displayName accounts { city { slug } } bills(cities: [DEYANG]) { nodes { id } } }
                 notices(cities: [CHENGDU]) { coverage { outcome } } }"""
    answer = citizen("deng", "loa1").ask(query)
    (error,) = answer.errors
    assert error["path"] == ["me", "bills"]
    assert (error["extensions"]["code"], error["extensions"]["required"]) == ("ASSURANCE_TOO_LOW", "REAL_NAME")
    assert answer.data["me"]["bills"] is None
    assert answer.data["me"]["displayName"]
    assert answer.data["me"]["accounts"]
    assert answer.data["notices"]["coverage"] == [{"outcome": "OK"}]
