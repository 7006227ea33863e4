"""One page of a walk as the client reads it: edges and nodes, a cursor that holds every city's place, and the coverage."""

from collections import Counter
from dataclasses import replace
from typing import Any

from channels.answer import Failure
from resolvers.asking.walk import Merged, Walk, merge_cities, node_row
from resolvers.context import Context, Info
from resolvers.coverage import coverage_row
from resolvers.cursor import Place, walk_binding
from resolvers.faults import add_error, failed
from resolvers.paging import check_first, cursors_of, opened, page_info

Row = dict[str, Any]


async def walk_page(
    info: Info, walk: Walk, *, first: int, after: str | None, whole: bool = False
) -> tuple[Row, Merged]:
    """The connection row of one page, with coverage. `whole` reads every city to its end (for totals)."""
    context: Context = info.context
    check_first(context, first)
    binding = binding_of(context, walk)
    place = opened(context, binding, after)
    walk = resumed(context, walk, place)
    merged = await merge_cities(context, walk, place, first=first, whole=whole)
    for reading in merged.readings:
        outcome = reading.outcome
        if outcome.failed and not outcome.left_out and isinstance(outcome.refusal, Failure):
            add_error(context, info, failed(context, reading.slug, outcome.refusal))
    return connection_row(info, walk, merged, binding, place), merged


def binding_of(context: Context, walk: Walk) -> str:
    """What the cursors of this walk are bound to: the citizen, the list, the cities that the client named, the filters."""
    cities = list(walk.cities) if walk.named else None
    return walk_binding(context.citizen, walk.operation, {"cities": cities, **walk.filters})


def resumed(context: Context, walk: Walk, place: Place | None) -> Walk:
    """The walk over the cities it began with, though accounts may have been linked or lost since."""
    if place is None or walk.named:
        return walk
    return replace(walk, cities=[slug for slug in place.cities if slug in context.snapshot.channels])


def connection_row(info: Info, walk: Walk, merged: Merged, binding: str, place: Place | None) -> Row:
    """The *Result row: edges, nodes, pageInfo, coverage."""
    context: Context = info.context
    nodes = [node_row(context, walk, reading, placed) for reading, placed in merged.rows]
    cursors = cursors_of(context, info, binding, places_after(walk, merged, place))
    counts = Counter(reading.slug for reading, _ in merged.rows)
    return {
        "edges": [{"node": node, "cursor": cursor} for node, cursor in zip(nodes, cursors, strict=True)],
        "nodes": nodes,
        "pageInfo": page_info(cursors, has_next=merged.has_next, has_previous=place is not None),
        "coverage": [coverage_row(context, reading.outcome, counts[reading.slug]) for reading in merged.readings],
    }


def places_after(walk: Walk, merged: Merged, place: Place | None) -> list[Place]:
    """The place after each row of the page: its key, and how each city goes on."""
    # A city that did not know the citizen stays out like one that failed: linked half-way, its first rows would be missing.
    out = {r.slug: r.outcome.refusal.code.value for r in merged.readings if isinstance(r.outcome.refusal, Failure)}
    whole = [reading.slug for reading in merged.readings if reading.read and not reading.read.ordered]
    cities = () if walk.named else walk.cities
    pages = dict(place.pages) if place else {}
    places = []
    for reading, placed in merged.rows:
        start = reading.read.start_of(placed) if reading.read else None
        if pages.get(reading.slug) != start:
            others = {slug: page for slug, page in pages.items() if slug != reading.slug}
            pages = others if start is None else {**others, reading.slug: start}
        places.append(Place((placed.value, placed.row["id"], reading.slug), pages, out, whole, cities))
    return places
