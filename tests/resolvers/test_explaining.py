"""Explain = execution: whatever is asked by whomever, what is explained is what the cities then receive."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from graphql import GraphQLError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from edge.dry_run import DryRun
from edge.limits import Limits
from identity.links import Links
from identity.viewer import Viewer
from resolvers.asking.dry import UnspentQuotas, dry
from resolvers.asking.watch import Watch
from resolvers.context import RunningGraph, Services
from resolvers.fields.explaining import ordered
from resolvers.fields.planning import plan
from resolvers.ids import seal_id
from resolvers.serving.graphs import build_graphs
from roaming import Consent, Journal
from roaming.mandates import Mandates
from roaming.quotas import Crossing, Quotas
from schema.codes import AccountState, AssuranceLevel
from storage import Database
from tests.resolvers.simulator import (
    NOW,
    Book,
    City,
    Consenting,
    Simulator,
    citizen,
    request,
    services,
    snapshot,
    store,
)

SLUGS = ("chengdu", "deyang", "meishan", "mianyang", "ziyang")
HOMES = {"510100": "chengdu", "510600": "deyang", "511400": "meishan", "510700": "mianyang", "512000": "ziyang"}
MOST = 3
RUN = DryRun(Limits())
NO_LINKS: Mapping[str, AccountState] = {}
Asked = set[tuple[str, str, frozenset[str]]]


@cache
def graphs() -> RunningGraph:
    return build_graphs(snapshot(), {}).graph


@cache
def settled() -> Services:
    """What does not change from one example to the next."""
    return replace(services(None, {}), graph=graphs(), budget_seconds=600)  # a busy machine must not decide


class SomeConsents(Consenting):
    """Consents as the test chooses: by agreement, all of it or nothing."""

    def __init__(self, database: Database, given_for: frozenset[str]) -> None:
        super().__init__(database)
        self._given_for = given_for

    async def of(self, citizen: str) -> tuple[Consent, ...]:
        return tuple(one for one in await super().of(citizen) if one.id.split()[0] in self._given_for)


FILTERS = some.sampled_from(
    ["", "filter: { kinds: [WATER] }", "filter: { kinds: [GAS, ELECTRICITY], states: [UNPAID] }"]
)
CITIES = some.lists(some.sampled_from(SLUGS), unique=True, max_size=5)


def named(cities: list[str]) -> str:
    return f"cities: [{', '.join(slug.upper() for slug in cities)}]"


@some.composite
def listed(draw: Any, field: str, below: str) -> str:
    """A list over some cities, over the linked ones, or over none."""
    arguments = [named(draw(CITIES)) if draw(some.booleans()) else ""]
    arguments += [draw(FILTERS)] if field == "bills" else []
    given_ones = ", ".join(filter(None, arguments))
    return f"{field}{f'({given_ones})' if given_ones else ''} {{ {below} }}"


@some.composite
def in_city(draw: Any) -> str:
    """What a visitor asks of one city."""
    fields = {
        "bills": "bills { nodes { id } }",
        "social": "socialInsurance { nodes { kind } }",
        "ride": "rideCode { payload }",
        "venues": "venues(kind: HOSPITAL) { nodes { id } }",
        "notices": "notices { nodes { id } }",
        "standing": "standing",
    }
    chosen = draw(some.lists(some.sampled_from(sorted(fields)), unique=True, min_size=1))
    return f"roam(city: {draw(some.sampled_from(SLUGS)).upper()}) {{ {' '.join(fields[one] for one in chosen)} }}"


MINE = (
    listed("bills", "nodes { id }") | listed("bills", "coverage { outcome } unpaidTotal { amount }")
    | listed("socialInsurance", "nodes { kind }") | listed("housingFund", "coverage { outcome }")
    | listed("appointments", "nodes { id }") | listed("applications", "edges { node { id } }")
)  # fmt: skip
FIELDS = (
    in_city()
    | some.lists(MINE, min_size=1, max_size=4).map(
        lambda fields: "me { " + " ".join(f"f{n}: {field}" for n, field in enumerate(fields)) + " }"
    )
    | CITIES.map(lambda cities: f"notices({named(cities)}) {{ nodes {{ id }} }}")
    | CITIES.map(lambda cities: f'search(text: "水", {named(cities)}) {{ edges {{ score }} }}')
    | some.just("local { deyang { creditScore { score } shuttleLines { line } } }")
    | some.sampled_from(["Bill", "Notice", "Appointment", "Application", "Venue"]).map(lambda kind: f"NODE:{kind}")
    | some.just("gateway { version }")
)
OPERATIONS = some.lists(FIELDS, min_size=1, max_size=4).map(
    lambda fields: "{ " + " ".join(f"a{n}: {field}" for n, field in enumerate(fields)) + " }"
)
VIEWERS = some.none() | some.builds(
    lambda home, level: replace(citizen(home), assurance=level),
    some.sampled_from([*HOMES, "999999"]),
    some.sampled_from(list(AssuranceLevel)[1:]),
)
LINKS = some.dictionaries(some.sampled_from(sorted(HOMES)), some.sampled_from(list(AccountState)), max_size=5)
CONSENTS = some.frozensets(some.sampled_from(sorted(agreement.id for agreement in snapshot().agreements)))


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(OPERATIONS, VIEWERS, LINKS, CONSENTS | some.just(frozenset(agreement.id for agreement in snapshot().agreements)))
def test_the_explained_routing_is_what_the_cities_receive(
    operation: str, viewer: Viewer | None, links: dict[str, AccountState], consents: frozenset[str]
) -> None:
    """City, operation and claims, no more and no fewer."""
    explained, executed = asyncio.run(both(operation, viewer, consents, links))
    assert explained == executed


def test_the_property_covers_calls_and_refusals() -> None:
    """A property over operations that never call anybody would say nothing."""
    text = f"{{ me {{ bills({named(list(SLUGS))}) {{ nodes {{ id }} }} }} roam(city: ZIYANG) {{ socialInsurance {{ nodes {{ kind }} }} }} }}"
    agreements = frozenset(agreement.id for agreement in snapshot().agreements)
    explained, executed = asyncio.run(both(text, citizen("510600"), agreements))
    assert {slug for slug, _, _ in executed} == set(SLUGS)
    assert explained == executed
    none, at_home = asyncio.run(both(text, citizen("510600"), frozenset()))
    assert none == at_home == {("deyang", "bills.list", frozenset({"pairwise_id"}))}


async def both(
    operation: str, viewer: Viewer | None, consents: frozenset[str], links: Mapping[str, AccountState] = NO_LINKS
) -> tuple[Asked, Asked]:
    """What is explained, then what is received. `links`: the state of the viewer's accounts, by city code."""
    async with store() as database:
        held = replace(
            settled(),
            connections=Simulator({slug: City() for slug in SLUGS}),
            links=Links(database),
            consents=SomeConsents(database, consents),
            ledger=Book(),
            mandates=Mandates(database),
            journal=Journal(database),
            quotas=Quotas(),
        )
        for city, state in links.items() if viewer else ():
            await held.links.record(request(held, viewer).citizen or "", city, state, at=NOW)
        text = with_ids(held, operation)
        return await explained_by(held, text, viewer), await received(held, text, viewer)


def with_ids(held: Services, operation: str) -> str:
    """Global ids of rows that no city has: the lists are read to their ends for them."""
    for kind in ("Bill", "Notice", "Appointment", "Application", "Venue"):
        sealed = seal_id(held.sealer, kind, "" if kind == "Citizen" else "chengdu", "row-1")
        operation = operation.replace(f"NODE:{kind}", f'node(id: "{sealed}") {{ id }}')
    return operation


async def explained_by(held: Services, text: str, viewer: Viewer | None) -> Asked:
    context = request(held, viewer)
    watch = Watch(plan)
    readied = RUN.prepare(context, text, None, {})
    assert not isinstance(readied, tuple), readied
    assert sound(await readied.run(dry(context, watch)))  # type: ignore[union-attr]
    assert held.connections.asked == []  # type: ignore[attr-defined]
    assert held.ledger.usages == []  # type: ignore[attr-defined]
    return {
        (step.channel.slug, step.operation, frozenset(step.verdict.ask.claims))
        for step in ordered(watch.steps)
        if step.called and step.channel and step.operation
    }


async def received(held: Services, text: str, viewer: Viewer | None) -> Asked:
    context = request(held, viewer)
    readied = RUN.prepare(context, text, None, {})
    assert sound(await readied.run(context))  # type: ignore[union-attr]
    asked = held.connections.asked  # type: ignore[attr-defined]
    return {(slug, ask.operation, frozenset(ask.claims)) for slug, ask in asked}


def sound(errors: Sequence[GraphQLError]) -> bool:
    """A fault on both sides would make them equal, too."""
    return "INTERNAL" not in [(error.extensions or {}).get("code") for error in errors]


async def test_operations_are_explained_only_where_testers_work() -> None:
    """It tells agreements and backends: in production that is nobody's business. Deny by default."""
    async with store() as database:
        context = request(replace(services(database, {}), graph=graphs()), citizen())
        readied = RUN.prepare(context, '{ roamExplain(operation: "{ gateway { version } }") { kind } }', None, {})
        (error,) = await readied.run(context)  # type: ignore[union-attr]
    assert (error.extensions or {})["code"] == "FORBIDDEN"
    assert "only where testers work" in error.message


async def test_a_quota_is_looked_at_and_not_counted() -> None:
    """A tester who explains again and again must not use up the citizen's calls."""
    (agreement, *_) = snapshot().agreements
    few = agreement.quota.model_copy(update={"per_citizen_per_day": MOST})
    agreement = agreement.model_copy(update={"quota": few})
    quotas, crossing = Quotas(), Crossing(agreement, "deyang", "somebody", "")
    for _ in range(MOST + 1):
        assert await UnspentQuotas(quotas).spend(crossing, NOW) is None
    for _ in range(MOST):
        assert await quotas.spend(crossing, NOW) is None
    assert (await UnspentQuotas(quotas).spend(crossing, NOW)).retry_after > 0


async def test_a_mutation_that_got_past_its_plan_would_end_at_the_journal() -> None:
    """Two locks on one door: the first is that a dry run never calls a mutation's answer."""
    async with store() as database:
        held = dry(request(services(database, {}), citizen()), Watch(plan))
    with pytest.raises(RuntimeError, match="the journal is closed: begin"):
        await held.services.journal.begin("citizen", "key", "digest", at=NOW)
