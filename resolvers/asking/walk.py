"""One list merged from several cities: asked in parallel under the one deadline, put into one order, cut into a page."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from channels.answer import Failure
from channels.failures import failure
from resolvers.asking.opening import unopened_of
from resolvers.asking.question import Question, question
from resolvers.asking.reading import CityRows, Keep, Key, Placed, Span, read_city, row_key
from resolvers.asking.recording import record_refusal
from resolvers.context import Context
from resolvers.coverage import Outcome
from resolvers.cursor import Place
from resolvers.provenance import dressed, source_row
from resolvers.writing.held_rows import OPERATION as HELD_IN
from resolvers.writing.held_rows import add_held, is_told, shown
from roaming import Denial, Grant
from roaming.higher import asked_once
from schema.codes import ErrorCode
from schema.operations import OPERATIONS, Merge

Row = dict[str, Any]
ArgumentsFor = Callable[[Grant], Mapping[str, Any] | None]


@dataclass(frozen=True, slots=True)
class Walk:
    """What is walked: one list operation over some cities. `arguments` gives None where a grant leaves nothing to ask.

    `named`: whether the client named the cities; else the walk keeps those of its first page.
    """

    operation: str
    cities: Sequence[str]
    arguments: ArgumentsFor
    keep: Keep
    filters: Mapping[str, Any]
    named: bool = True

    @property
    def typename(self) -> str:
        return OPERATIONS[self.operation].output or ""

    @property
    def merge(self) -> Merge:
        merge = OPERATIONS[self.operation].merge
        assert merge is not None  # noqa: S101 - the table of operations says so for every walked list
        return merge

    def key_of(self, place: Place) -> Key:
        """The key of the last row handed out."""
        return row_key(self.merge, *place.last)


@dataclass(slots=True)
class Reading:
    """One city in a walk: the question, what was read, and how it fared."""

    outcome: Outcome
    asked: Question | None = None
    read: CityRows | None = None
    sources: dict[tuple[int, str | None], Row] = field(default_factory=dict)

    @property
    def slug(self) -> str:
        return self.outcome.channel.slug

    @property
    def rows(self) -> Sequence[Placed]:
        return self.read.rows if self.read else ()


@dataclass(frozen=True, slots=True)
class Merged:
    """The rows of one page in the merged order, each with the city it came from; `readings`: every city asked."""

    rows: Sequence[tuple[Reading, Placed]]
    has_next: bool
    readings: Sequence[Reading]


async def merge_cities(context: Context, walk: Walk, place: Place | None, *, first: int, whole: bool) -> Merged:
    """Read all cities at once, then cut one page from the merged order. `whole` reads every city to its end."""
    readings = await read_cities(context, walk, place, want=None if whole else first + 1)
    if walk.operation == HELD_IN and context.citizen:
        for reading in readings:
            reading.read = await add_held(context, reading.outcome.channel, walk.merge, walk.keep, reading.read)
    after = walk.key_of(place) if place else None
    behind = [(reading, p) for reading in readings for p in reading.rows if after is None or p.key > after]
    behind.sort(key=lambda entry: entry[1].key)
    more = len(behind) > first or any(reading.read and not reading.read.complete for reading in readings)
    return Merged(behind[:first], more, readings)


async def read_cities(context: Context, walk: Walk, place: Place | None, *, want: int | None) -> list[Reading]:
    """Every city of the walk, side by side: at least `want` rows behind the cursor, where it has so many; None: all."""
    unopened = unopened_of(context, walk.cities, walk.operation)
    covered = asked_once(context.snapshot, walk.operation, walk.cities, context.home, context.today, unopened=unopened)
    async with asyncio.TaskGroup() as group:
        asked = [slug for slug in walk.cities if slug not in covered]
        tasks = [group.create_task(read_one(context, walk, slug, place, want)) for slug in asked]
    read = dict(zip(asked, (task.result() for task in tasks), strict=True))
    return [read[slug] if slug in read else told_by(context, walk, slug, read[covered[slug]]) for slug in walk.cities]


def told_by(context: Context, walk: Walk, slug: str, asked: Reading) -> Reading:
    """A city that has the same item of the province or a ministry as the one asked: it fares like that one, without rows."""
    outcome, channel = asked.outcome, context.channel(slug)
    context.watched(channel, walk.operation, outcome.channel)
    return Reading(Outcome(channel, outcome.refusal, outcome.stale, left_out=True, through=outcome.channel))


async def read_one(context: Context, walk: Walk, slug: str, place: Place | None, want: int | None) -> Reading:
    """One city: whether it may be asked, then its rows behind the cursor."""
    channel = context.channel(slug)
    if place and slug in place.out:
        return Reading(Outcome(channel, left_out_failure(place.out[slug]), left_out=True))
    verdict = await question(context, channel, walk.operation, {})
    if not isinstance(verdict, Question):
        return Reading(Outcome(channel, verdict))
    arguments = walk.arguments(verdict.grant)
    if arguments is None:
        nothing = Denial(ErrorCode.NO_AGREEMENT)
        await record_refusal(context, channel, walk.operation, nothing, verdict.grant)
        return Reading(Outcome(channel, nothing))
    asked = verdict.with_arguments(arguments)
    span = span_of(walk, slug, place, want)
    read = await read_city(context, asked, walk.merge, span, allowed(asked.grant, walk.keep))
    outcome = Outcome(
        channel, read.failure, read.stale, dropped=read.dropped, as_of=read.as_of, agreement_id=asked.grant.agreement_id
    )
    return Reading(outcome, asked, None if read.failure else read)


def span_of(walk: Walk, slug: str, place: Place | None, want: int | None) -> Span:
    """What a page needs of one city. A whole reading begins at the first page."""
    if place is None:
        return Span(want=want)
    start = place.pages.get(slug) if want is not None else None
    return Span(walk.key_of(place), start, want, trusted=slug not in place.whole)


def allowed(grant: Grant, keep: Keep) -> Keep:
    """`keep`, and only rows of the kinds that the grant covers."""
    return lambda row: grant.covers(row.get("kind")) and keep(row)


def left_out_failure(code: str) -> Failure:
    return failure(ErrorCode(code), "failed on an earlier page of this walk")


def node_row(context: Context, walk: Walk, reading: Reading, placed: Placed) -> Row:
    """The graph row of a merged row. The rows of one kind on one page share their provenance."""
    if is_told(placed.row):
        return placed.row
    assert reading.asked is not None  # noqa: S101 - a city's row comes from a question
    channel, grant = reading.asked.channel, reading.asked.grant
    kind = placed.row.get("kind")
    source = reading.sources.get((id(placed.page), kind))
    if source is None:
        source = source_row(context, channel, walk.operation, placed.page, grant, kind)
        reading.sources[id(placed.page), kind] = source
    return shown(dressed(context, channel, placed.row, walk.typename, source))
