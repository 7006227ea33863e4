"""Whether what a city adds to the graph composes with it.

A contribution is composed as the gateway does it, the same text by the same function, beside as much of the graph as it
touches.  That two contributions compose with each other is `taken`'s to say.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from graphql import DocumentNode, parse

from channels.checks.blamed import not_composing
from channels.checks.named_cities import graph_of, names_something
from channels.text.diagnostics import Diagnostic
from channels.text.lines import SourceText
from federation.compose import NotComposed, Source, compose
from schema.contributed_subgraph import GATEWAY, contributed_subgraph, touched


def check_composed(
    slug: str, source: SourceText, document: DocumentNode, cities: tuple[str, ...]
) -> Iterator[Diagnostic]:
    """Why one city's contribution does not compose with the graph of these cities: one finding, whatever follows from it."""
    if problem := refusal(slug, source.text, cities if names_something(document) else cities[:1]):
        yield not_composing(slug, source, problem)


@lru_cache(maxsize=512)
def refusal(slug: str, sdl: str, cities: tuple[str, ...]) -> str:
    """What composition says of one contribution; nothing where it composes.  A reload finds most texts as they were."""
    document, own = parse(sdl, no_location=True), graph_of(cities)
    result = compose([Source(GATEWAY, touched(document, own)), Source(slug, contributed_subgraph(document, own))])
    return "; ".join(str(error) for error in result.errors) if isinstance(result, NotComposed) else ""
