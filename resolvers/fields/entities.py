"""The graph as a subgraph: the SDL that a supergraph is composed of, and entities by their keys.

A representation that names nothing of ours gives null; one of the wrong shape gives one coded error at its place; a city that
fails costs its own entities. Each distinct entity is loaded once, and the cities are asked side by side. What a key opens obeys
the same rules as the field that the entity comes from, since the loaders are those of `node`.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

from graphql import GraphQLError

from resolvers.context import Context, Info
from resolvers.faults import invalid
from resolvers.fields.node import LISTED_IN, LOADERS, demand_object, load_all_listed
from resolvers.ids import GlobalId
from schema.subgraph import KEYS

Row = dict[str, Any]
Found = Row | GraphQLError | None


def service(_: None, info: Info) -> Row:
    return {"sdl": info.context.graph.sdl}


async def entities(_: None, info: Info, representations: Sequence[Any]) -> list[Found]:
    """One entity for each representation, in their order."""
    context: Context = info.context
    wanted = [wanted_by(context, given) for given in representations]
    found = await loaded(context, {one for one in wanted if isinstance(one, GlobalId)})
    return [found.get(one) if isinstance(one, GlobalId) else one for one in wanted]


def wanted_by(context: Context, given: Any) -> GlobalId | GraphQLError | None:
    """What a representation names; None for nothing of ours; an error says what is wrong with its shape."""
    typename = given.get("__typename") if isinstance(given, Mapping) else None
    if not isinstance(typename, str) or typename not in KEYS:
        names = "、".join(KEYS), ", ".join(KEYS)
        zh, en = f"表示的 __typename 须为 {names[0]} 之一。", f"A representation needs a `__typename` of {names[1]}."
        return invalid(context, zh, en)
    key = given.get(KEYS[typename])
    if not isinstance(key, str):
        zh = f"{typename} 的表示须有文本键 {KEYS[typename]}。"
        en = f"A representation of {typename} needs its key `{KEYS[typename]}`, a text."
        return invalid(context, zh, en)
    return BY_KEY[typename](context, key)


def city_by_code(context: Context, code: str) -> GlobalId | None:
    slug = context.services.listing.slugs.get(code)
    return GlobalId("City", slug, slug) if slug else None


def service_by_code(context: Context, code: str) -> GlobalId | None:
    return GlobalId("Service", "", code)


def by_id(typename: str) -> Callable[[Context, str], GlobalId | None]:
    """How an object of a city is named by its global id."""

    def named(context: Context, text: str) -> GlobalId | None:
        at = context.locate(text, typename)
        return GlobalId(typename, at[0].slug, at[1]) if at else None

    return named


BY_KEY: Mapping[str, Callable[[Context, str], GlobalId | None]] = {
    "City": city_by_code,
    "Service": service_by_code,
    "ServiceProvider": by_id("ServiceProvider"),
    "Venue": by_id("Venue"),
}


async def loaded(context: Context, wanted: Iterable[GlobalId]) -> Mapping[GlobalId, Found]:
    """Every entity that is there, or why it cannot be told."""
    ordered = sorted(wanted, key=list_of)
    async with asyncio.TaskGroup() as tasks:
        groups = [tasks.create_task(load(context, *place, list(ones))) for place, ones in groupby(ordered, list_of)]
    return {one: row for group in groups for one, row in group.result().items()}


def list_of(one: GlobalId) -> tuple[str, str]:
    """What is read together: the entities of one type in one city."""
    return one.typename, one.city


async def load(context: Context, typename: str, city: str, ones: Sequence[GlobalId]) -> Mapping[GlobalId, Found]:
    """Entities of one type in one city; what keeps it from telling is the answer for each of them."""
    try:
        demand_object(context, typename)
        if typename in LISTED_IN:
            rows = await load_all_listed(context, typename, city, [one.local for one in ones])
            return {one: rows.get(one.local) for one in ones}
        return {one: await LOADERS[typename](context, one) for one in ones}
    except GraphQLError as refusal:
        return dict.fromkeys(ones, refusal)


ANSWERS: Mapping[str, Callable[..., Any]] = {"Query._service": service, "Query._entities": entities}
