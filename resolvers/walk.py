"""A page of one list merged from several cities: asked in parallel, in one order, with a cursor that holds all of them.

The stages: decide whom to ask, read all of them under the one deadline, merge, cut the page, tell the coverage.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from channels.answer import Failure
from channels.failures import failure
from roaming import Denial, Grant
from schema.codes import ErrorCode
from schema.operations import OPERATIONS, Merge

from .asking import Position, Question, question
from .context import Context, Info
from .coverage import Outcome, coverage_row
from .cursor import Place, seal_place, walk_binding
from .faults import add_error, failed
from .paging import check_first, opened
from .provenance import dressed, source_row
from .reading import CityRows, Due, Keep, Placed, read_city, row_key

Row = dict[str, Any]
ArgumentsFor = Callable[[Grant], Mapping[str, Any] | None]


@dataclass(frozen=True, slots=True)
class Walk:
    """What is walked: one list operation over some cities. `arguments` gives None where a grant leaves nothing to ask."""

    typename: str
    operation: str
    cities: Sequence[str]
    arguments: ArgumentsFor
    keep: Keep
    filters: Mapping[str, Any]

    @property
    def merge(self) -> Merge:
        merge = OPERATIONS[self.operation].merge
        assert merge is not None  # noqa: S101 - the table of operations says so for every walked list
        return merge


@dataclass(slots=True)
class Reading:
    """One city in a walk: the question, what was read, and how it fared."""

    outcome: Outcome
    asked: Question | None = None
    read: CityRows | None = None
    sources: dict[tuple[int, str | None], Row] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Merged:
    """The page, the places after each of its rows, and what stood beside it."""

    rows: Sequence[tuple[Reading, Placed]]
    has_next: bool
    readings: Sequence[Reading]


async def walk_page(
    context: Context, info: Info, walk: Walk, *, first: int, after: str | None, whole: bool = False
) -> tuple[Row, Merged]:
    """The connection row of one page, with coverage. `whole` reads every city to its end (for totals)."""
    check_first(context, first)
    binding = walk_binding(context.citizen, walk.operation, {"cities": list(walk.cities), **walk.filters})
    place = opened(context, binding, after)
    merged = await merge_cities(context, walk, place, first=first, whole=whole)
    for reading in merged.readings:
        if reading.outcome.failed and not reading.outcome.left_out and isinstance(reading.outcome.refusal, Failure):
            add_error(context, info, failed(context, reading.outcome.channel.slug, reading.outcome.refusal))
    return connection_row(context, walk, merged, binding, place), merged


async def merge_cities(context: Context, walk: Walk, place: Place | None, *, first: int, whole: bool) -> Merged:
    """Read all cities at once, then cut one page from the merged order."""
    last = key_of(walk.merge, place) if place else None
    want = None if whole else first + 1
    async with asyncio.TaskGroup() as group:
        tasks = [
            group.create_task(read_one(context, walk, slug, place, due_in(slug, last), want)) for slug in walk.cities
        ]
    readings = [task.result() for task in tasks]
    candidates = [
        (reading, placed)
        for reading in readings
        if reading.read
        for placed in reading.read.rows
        if last is None or merged_key(reading, placed) > last
    ]
    candidates.sort(key=lambda pair: merged_key(*pair))
    more = len(candidates) > first or any(r.read and not r.read.complete for r in readings)
    return Merged(candidates[:first], more, readings)


def merged_key(reading: Reading, placed: Placed) -> tuple[Any, ...]:
    return (*placed.key, reading.outcome.channel.slug)


def key_of(merge: Merge, place: Place) -> tuple[Any, ...]:
    value, row_id, city = place.last
    return (*row_key(merge, value, row_id), city)


def due_in(slug: str, last: tuple[Any, ...] | None) -> Due:
    """Which rows of a city come after the last one handed out."""
    return (lambda key: True) if last is None else (lambda key: (*key, slug) > last)


async def read_one(context: Context, walk: Walk, slug: str, place: Place | None, due: Due, want: int | None) -> Reading:
    """One city: whether it may be asked, then its rows after the last one handed out."""
    channel = context.channel(slug)
    if place and slug in place.out:
        return Reading(Outcome(channel, left_out_failure(place.out[slug]), left_out=True))
    verdict = await question(context, channel, walk.operation, {})
    if not isinstance(verdict, Question):
        return Reading(Outcome(channel, verdict))
    arguments = walk.arguments(verdict.grant)
    if arguments is None:
        return Reading(Outcome(channel, Denial(ErrorCode.NO_AGREEMENT)))
    asked = verdict.with_arguments(arguments)
    start: Position | None = place.pages.get(slug) if place and want is not None else None
    keep = allowed(asked.grant, walk.keep)
    read = await read_city(context, asked, walk.merge, start=start, want=want, due=due, keep=keep)
    outcome = Outcome(
        channel, read.failure, dropped=read.dropped, as_of=read.as_of, agreement_id=asked.grant.agreement_id
    )
    return Reading(outcome, asked, None if read.failure else read)


def allowed(grant: Grant, keep: Keep) -> Keep:
    """`keep`, and only rows of the kinds that the grant covers."""
    if grant.kinds is None:
        return keep
    kinds = grant.kinds
    return lambda row: row.get("kind") in kinds and keep(row)


def left_out_failure(code: str) -> Failure:
    return failure(ErrorCode(code), "failed on an earlier page of this walk")


def connection_row(context: Context, walk: Walk, merged: Merged, binding: str, place: Place | None) -> Row:
    """The *Result row: edges, nodes, pageInfo, coverage."""
    nodes = [node_row(context, walk, reading, placed) for reading, placed in merged.rows]
    places = places_after(merged, place)
    cursors = [seal_place(context.services.sealer, binding, each) for each in places]
    counts = dict.fromkeys(walk.cities, 0)
    for reading, _ in merged.rows:
        counts[reading.outcome.channel.slug] += 1
    return {
        "edges": [{"node": node, "cursor": cursor} for node, cursor in zip(nodes, cursors, strict=True)],
        "nodes": nodes,
        "pageInfo": {
            "hasNextPage": merged.has_next,
            "hasPreviousPage": place is not None,
            "startCursor": cursors[0] if cursors else None,
            "endCursor": cursors[-1] if cursors else None,
        },
        "coverage": [coverage_row(context, r.outcome, counts[r.outcome.channel.slug]) for r in merged.readings],
    }


def node_row(context: Context, walk: Walk, reading: Reading, placed: Placed) -> Row:
    assert reading.asked is not None  # noqa: S101 - a row comes from a question
    channel, grant = reading.asked.channel, reading.asked.grant
    kind = placed.row.get("kind")
    source = reading.sources.get((id(placed.page), kind))
    if source is None:
        source = source_row(context, channel, walk.operation, placed.page, grant, kind)
        reading.sources[id(placed.page), kind] = source
    return dressed(context, channel, placed.row, walk.typename, source)


def places_after(merged: Merged, place: Place | None) -> list[Place]:
    """The place after each row of the page: its key, and the page from which each city goes on."""
    out = {
        r.outcome.channel.slug: r.outcome.refusal.code.value
        for r in merged.readings
        if r.outcome.failed and r.outcome.refusal
    }
    pages = dict(place.pages) if place else {}
    places = []
    for reading, placed in merged.rows:
        slug = reading.outcome.channel.slug
        position = reading.read.start_of(placed) if reading.read else None
        pages = {**pages, slug: position} if position is not None else {k: v for k, v in pages.items() if k != slug}
        places.append(Place((placed.value, placed.row["id"], slug), pages, out))
    return places
