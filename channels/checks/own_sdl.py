"""The SDL of a city's own subgraph, where a file of its folder holds it: taken in and composed as the gateway does.

Of one that the city is asked for, only the running gateway knows.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache

from graphql import GraphQLSyntaxError, parse

from channels.checks.blamed import not_composing
from channels.checks.named_cities import graph_of
from channels.checks.sdl_problems import unparsed
from channels.text.diagnostics import Diagnostic
from channels.text.lines import SourceText
from federation.compose import NotComposed, Source, compose
from schema.contributed import built, with_local
from schema.contributed_subgraph import GATEWAY, with_shared_local
from schema.marks import refuse_unmarked
from schema.opened import UnfitSdl, entities, opened, type_names
from schema.subgraph import composed


def check_own_sdl(slug: str, source: SourceText, contributed: str, cities: tuple[str, ...]) -> Iterator[Diagnostic]:
    """Why a subgraph adds nothing to the graph of these cities.  `contributed`: the city's `contribute.graphql`, may be empty."""
    with suppress(RecursionError):  # `opened` says so of a text that is nested too deep
        try:
            parse(source.text)
        except GraphQLSyntaxError as error:
            yield unparsed(source, error)
            return
    if problem := misfit(slug, source.text, contributed, cities):
        yield not_composing(slug, source, problem)


@lru_cache(maxsize=64)
def misfit(slug: str, sdl: str, contributed: str, cities: tuple[str, ...]) -> str:
    """What keeps a subgraph out, by the steps in which the gateway makes its graphs; nothing where it comes in."""
    own = composed(graph_of(cities))
    taken = type_names(own, parse(contributed)) if contributed else type_names(own)
    try:
        found = opened(slug, sdl, entities(own), taken)
        if not found.coordinates:
            return ""
        refuse_unmarked(built(with_local(graph_of(cities), {slug: found.contribution})))
    except (UnfitSdl, ValueError) as problem:
        return str(problem)
    result = compose([Source(GATEWAY, with_shared_local(own)), Source(slug, found.subgraph)])
    return "; ".join(str(error) for error in result.errors) if isinstance(result, NotComposed) else ""
