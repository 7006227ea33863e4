"""Acting under a mandate: who the request's citizen is, what is looked at anew, and what is never open."""

from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from graphql import GraphQLError

from channels.answer import Failure
from identity.viewer import Viewer
from resolvers.asking.citizenship import on_behalf, real_name
from resolvers.asking.delegation import DELEGATED, SEALED, in_place_of
from resolvers.asking.question import Question, question
from resolvers.context import Context, Services
from resolvers.fields.answers import ANSWERS
from resolvers.fields.subscriptions import looked_up
from resolvers.ids import seal_id
from resolvers.sealed import seal_json
from resolvers.writing.attempt import Attempt
from resolvers.writing.held import MARK, deliveries_of
from resolvers.writing.held import SEALED as DELIVERY
from resolvers.writing.held_rows import add_held
from roaming import Denial
from roaming.mandates import Mandate, Scope
from schema.codes import ErrorCode, MandateRelation
from schema.operations import Merge
from tests.resolvers.simulator import NOW, City, citizen, later, request, services, store

SOURCE = {"submittedAt": NOW.isoformat(), "source": {"asOf": NOW.isoformat()}}
CLAIMS = {"name": "绵小科", "id_number": "510703199207140016"}
PARENT = citizen("510700", "mian")
CHILD = replace(citizen("510600", "deng", later(hours=1)), client_id="roam-app")


@asynccontextmanager
async def mandated(days: int = 30, operations: tuple[str, ...] = ("bills.list", "social.accounts")) -> Any:
    """mian lets deng act in Mianyang and Ziyang. Yields: the services, the mandate and its id in the graph."""
    async with store() as database:
        held = services(database, {slug: City() for slug in ("mianyang", "ziyang", "deyang")})
        principal, agent = request(held, PARENT).citizen, request(held, CHILD).citizen
        kept = {"subject": "mian", "issuer": PARENT.issuer, "home_city": "510700", "name": "绵**", "claims": CLAIMS}
        sealed = seal_json(held.sealer, SEALED, "m1", kept)
        scope = Scope(operations, ("mianyang", "ziyang"))
        relation = MandateRelation.PARENT
        await held.mandates.offer(
            "m1", principal or "", relation, scope, code_hash="h", sealed=sealed, days=days, at=NOW
        )
        name = {"name": "邓**"}
        mandate = await held.mandates.accept(
            "h", agent or "", sealed=lambda local: seal_json(held.sealer, SEALED, local, name), at=NOW
        )
        assert isinstance(mandate, Mandate)
        yield held, mandate, seal_id(held.sealer, "Mandate", "", "m1")


async def acting(held: Services, named: str, viewer: Viewer = CHILD, **at: float) -> Viewer:
    return await in_place_of(held, viewer, named, at=later(**at), language="en")


async def code(held: Services, named: str, viewer: Viewer = CHILD, **at: float) -> tuple[str, str]:
    with pytest.raises(GraphQLError) as refused:
        await acting(held, named, viewer, **at)
    return str((refused.value.extensions or {})["code"]), refused.value.message


async def test_the_citizen_is_the_principal_and_the_assurance_the_actors() -> None:
    async with mandated() as (held, _, named):
        weak = replace(CHILD, assurance=type(CHILD.assurance).REGISTERED, groups=frozenset({"testers"}))
        viewer = await acting(held, named, weak)
        context = request(held, viewer)
        assert (viewer.subject, viewer.home_city, viewer.client_id) == ("mian", "510700", "roam-app")
        assert (viewer.assurance, viewer.groups) == (weak.assurance, weak.groups)
        assert viewer.token == ""
        assert viewer.expires_at == CHILD.expires_at
        assert context.citizen == request(held, PARENT).citizen
        assert context.actor == request(held, CHILD).citizen
        assert request(held, CHILD).actor is None


async def test_a_sign_in_under_a_mandate_ends_with_the_mandate() -> None:
    async with mandated(days=1) as (held, mandate, named):
        long = replace(CHILD, expires_at=later(days=7))
        assert (await acting(held, named, long)).expires_at == mandate.expires_at == later(days=1)


async def test_a_mandate_that_is_over_or_anothers_lets_nobody_in() -> None:
    async with mandated(days=1) as (held, _, named):
        assert await code(held, named, days=1) == ("FORBIDDEN", "This mandate has expired.")
        assert (await code(held, named, PARENT))[0] == "FORBIDDEN"
        assert (await code(held, named, citizen("510600", "mei")))[0] == "FORBIDDEN"
        assert (await code(held, seal_id(held.sealer, "Mandate", "", "m2")))[0] == "FORBIDDEN"
        assert (await code(held, seal_id(held.sealer, "Bill", "", "m1")))[0] == "FORBIDDEN"
        assert (await code(held, named, Viewer.anonymous()))[0] == "UNAUTHENTICATED"
        # The same subject at another provider is another person.
        assert (await code(held, named, replace(CHILD, issuer="https://other.example")))[0] == "FORBIDDEN"
        await held.mandates.end("m1", request(held, PARENT).citizen or "", at=NOW)
        assert await code(held, named) == ("FORBIDDEN", "This mandate has ended.")


async def test_the_city_is_told_both_and_gets_what_the_principal_left() -> None:
    async with mandated() as (held, _, named):
        context = request(held, await acting(held, named))
        assert await real_name(context) == CLAIMS
        channel = context.channel("mianyang")
        asked = await question(context, channel, "bills.list", {})
        assert isinstance(asked, Question)
        behalf = asked.ask.behalf
        parent, child = (on_behalf(request(held, who), channel) for who in (PARENT, CHILD))
        assert behalf is not None
        assert parent is not None
        assert child is not None
        assert (behalf.subject, behalf.actor, behalf.client) == (parent.subject, child.subject, "roam-app")
        assert (parent.actor, child.actor) == ("", "")


async def test_a_write_that_is_settled_later_still_knows_who_acted() -> None:
    """The reconciler asks, and the ledger records, for both persons."""
    async with mandated(operations=("bills.list", "account.launch")) as (held, _, named):
        context = request(held, await acting(held, named))
        asked = await question(context, context.channel("mianyang"), "bills.list", {})
        assert isinstance(asked, Question)
        kept = Attempt.of(context, asked, "Bill", number="n1", service=None).sealed(held.sealer, "journal", "c")
        later_on = Attempt.opened(held.sealer, "journal", "c", kept).context(held)
        assert (later_on.citizen, later_on.actor) == (context.citizen, context.actor)
        assert later_on.viewer.actor == context.viewer.actor


async def refusal(context: Context, city: str, operation: str) -> Denial | Failure | None:
    asked = await question(context, context.channel(city), operation, {})
    return None if isinstance(asked, Question) else asked


async def test_ending_it_stops_a_request_under_way() -> None:
    """A subscription, or a slow walk: the next question of a city is not put any more."""
    async with mandated() as (held, _, named):
        context = request(held, await acting(held, named))
        assert await refusal(context, "mianyang", "bills.list") is None
        await held.mandates.end("m1", context.actor or "", at=NOW)
        refused = await refusal(context, "mianyang", "bills.list")
        assert isinstance(refused, Denial)
        assert (refused.code, (refused.reason or {})["en"]) == (ErrorCode.FORBIDDEN, "This mandate has ended.")


async def test_only_operations_and_cities_of_the_mandate_and_what_is_public() -> None:
    async with mandated() as (held, _, named):
        context = request(held, await acting(held, named))
        for city, operation in (("mianyang", "fund.accounts"), ("deyang", "bills.list"), ("mianyang", "account.link")):
            refused = await refusal(context, city, operation)
            assert isinstance(refused, Denial), (city, operation)
            assert refused.code is ErrorCode.FORBIDDEN
        assert await refusal(context, "mianyang", "notices.list") is None


async def test_what_the_gateway_holds_for_a_city_outside_the_mandate_stays_the_principals() -> None:
    """A case for a city that is down lies at the gateway: no city's answer is needed to tell it, so the mandate is."""
    async with mandated(operations=("applications.list", "applications.get")) as (held, _, named):
        own = request(held, PARENT)
        for number, city in (("a" * 32, "deyang"), ("b" * 32, "mianyang")):
            told = seal_json(held.sealer, DELIVERY, own.citizen or "", {"id": number, "state": "SUBMITTED", **SOURCE})
            await deliveries_of(held).hold(number, own.citizen or "", city, request="", told=told, at=NOW)
        context = request(held, await acting(held, named))
        merge = Merge("submittedAt", descending=True)
        seen = [
            await add_held(each, each.channel(city), merge, lambda row: True, None)
            for each in (own, context)
            for city in ("deyang", "mianyang")
        ]
        assert [len(read.rows) if read else None for read in seen] == [1, 1, None, 1]
        for city, number in (("deyang", "a" * 32), ("mianyang", "b" * 32)):
            assert isinstance(await looked_up(own, own.channel(city), MARK + number), dict)
        refused = await looked_up(context, context.channel("deyang"), MARK + "a" * 32)
        assert isinstance(refused, Denial)
        assert refused.code is ErrorCode.FORBIDDEN


def test_everything_personal_is_closed_to_agents_unless_it_is_named() -> None:
    """Fails closed: a field added to Citizen or Mutation tomorrow is for the citizen in person."""
    assert set(DELEGATED) <= set(ANSWERS)
    guarded = {name for name, answer in ANSWERS.items() if answer.__name__ == "held_to_mandate"}
    assert {name for name in ANSWERS if name.startswith(("Citizen.", "Mutation."))} <= guarded
    assert "Citizen.mandates" not in DELEGATED
