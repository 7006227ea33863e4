"""A question to a city: who may put it, with which claims, about which rows."""

import asyncio

from resolvers.asking.citizenship import real_name
from resolvers.asking.question import Question, ask_city, put, question
from resolvers.asking.single import find_row
from roaming import Denial
from schema.codes import ErrorCode
from tests.resolvers.simulator import City, Provider, citizen, is_failure, request, services, store


async def test_the_claims_are_read_once_for_a_whole_fan_out() -> None:
    """Five cities that each need a name must not mean five calls to the identity provider."""
    provider = Provider()
    provider.open.clear()
    context = request(services(None, {}, provider), citizen())
    async with asyncio.TaskGroup() as group:
        asking = [group.create_task(real_name(context)) for _ in range(5)]
        group.create_task(asyncio.to_thread(lambda: None)).add_done_callback(lambda _: provider.open.set())
    assert provider.asked == 1
    assert len({str(each.result()) for each in asking}) == 1


async def test_a_provider_that_does_not_answer_costs_no_more_than_the_deadline() -> None:
    """The one deadline of the request holds for the identity provider too."""
    provider = Provider()
    provider.open.clear()
    context = request(services(None, {}, provider), citizen())
    context.deadline = asyncio.get_running_loop().time() + 0.02
    assert is_failure(await real_name(context), ErrorCode.BACKEND_TIMEOUT)


async def test_a_city_is_sent_exactly_what_the_operation_needs() -> None:
    """deyang's bills go by pairwise id; name and number stay here."""
    context = request(services(None, {"deyang": City()}), citizen())
    asked = await question(context, context.channel("deyang"), "bills.list", {})
    assert isinstance(asked, Question)
    assert list(asked.ask.claims) == ["pairwise_id"]


async def test_two_cities_know_a_citizen_by_two_names() -> None:
    """What one city holds cannot be matched with what another holds."""
    context = request(services(None, {}), citizen("510100"))
    names = set()
    for slug in ("chengdu", "deyang", "mianyang"):
        asked = await question(context, context.channel(slug), "bills.list", {})
        assert isinstance(asked, Question)
        names.add(asked.ask.claims["pairwise_id"])
    assert len(names) == 3


async def test_nobody_signed_in_is_told_to_sign_in() -> None:
    """The want of an agreement is not what stands in the way."""
    context = request(services(None, {}))
    denied = await question(context, context.channel("deyang"), "bills.list", {})
    assert denied == Denial(ErrorCode.UNAUTHENTICATED)


async def test_public_information_carries_no_trace_of_the_asker() -> None:
    """Outage notices are asked for by the gateway, not by a citizen."""
    context = request(services(None, {"chengdu": City()}), citizen())
    asked = await question(context, context.channel("chengdu"), "notices.list", {})
    assert isinstance(asked, Question)
    assert (asked.ask.claims, asked.ask.subject) == ({}, None)


async def test_abroad_an_object_of_a_kind_that_is_not_shared_is_not_found() -> None:
    """An id kept from better days opens no more than the list does."""
    bills = City([{"id": "w", "kind": "WATER"}, {"id": "g", "kind": "GAS"}])
    held = services(None, {"deyang": bills})
    abroad, home = request(held, citizen("510700")), request(held, citizen("510600"))
    channel = abroad.channel("deyang")
    assert await find_row(abroad, channel, "bills.list", "Bill", "w")
    assert await find_row(abroad, channel, "bills.list", "Bill", "g") is None
    assert await find_row(home, channel, "bills.list", "Bill", "g")
    assert held.connections.asked[0][1].args == {"kinds": ["WATER"]}  # type: ignore[attr-defined]


async def test_a_city_that_does_not_know_the_citizen_is_remembered_as_not_linked() -> None:
    """Next time, a question without cities leaves it out."""
    async with store() as database:
        held = services(database, {"deyang": City(fault=ErrorCode.ACCOUNT_NOT_LINKED)})
        context = request(held, citizen())
        for _ in range(2):
            await ask_city(context, context.channel("deyang"), "bills.list", {})
        found = await held.links.of(context.citizen or "")
        assert {code: link.state.value for code, link in found.items()} == {"510600": "NOT_LINKED"}


async def test_a_store_that_cannot_be_written_costs_no_answer() -> None:
    """What a city says of the account is told although it cannot be remembered: the city says it again."""
    async with store() as database:
        held = services(database, {"deyang": City(fault=ErrorCode.ACCOUNT_NOT_LINKED)})
        context = request(held, citizen())
        asked = await question(context, context.channel("deyang"), "bills.list", {})
        assert isinstance(asked, Question)
    assert is_failure(await put(context, asked), ErrorCode.ACCOUNT_NOT_LINKED)  # the store is closed by now
