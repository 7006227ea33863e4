"""Reading one city's list as far as a page of the merged walk needs, in the merged order.

A city sends its rows page by page in the order it declares (`sorted_by`). Two rules make pages safe to rely on:

1. Equal merge values may come in any order and over a page border, so the last group of equal values is not handed on before
   the group after it is seen.
2. A walk goes on from the page that holds the row before the last group handed out. If that page no longer begins before the
   cursor, rows have moved (one was paid, one came in) and the city is read from its first page.

A city that declares another order, or breaks its own, is read whole and sorted here. Rows that it should have sent before what
was already handed out can come no more without breaking the order of the walk: they are withheld and counted.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from channels.answer import Failure, Page
from resolvers.asking.question import MAX_PAGES, Position, Question, endless, put
from resolvers.context import Context
from schema.operations import Merge

Row = dict[str, Any]
Key = tuple[bool, "Descending | str", str, str]
Keep = Callable[[Row], bool]


@dataclass(frozen=True, slots=True)
class Descending:
    """Text that sorts the other way round."""

    text: str

    def __lt__(self, other: "Descending") -> bool:
        return self.text > other.text


def row_key(merge: Merge, value: str | None, row_id: str, city: str) -> Key:
    """The place of a row in the merged order: its merge value (nulls last), then its id, then its city."""
    text = value or ""
    return value is None, Descending(text) if merge.descending else text, row_id, city


@dataclass(frozen=True, slots=True)
class Span:
    """Which part of a city's list is wanted: rows behind the key `after`, of which `want` are enough (None: all there are).

    `start`: the page to go on from. `trusted` is False when an earlier page of the walk saw the city break its order.
    """

    after: Key | None = None
    start: Position | None = None
    want: int | None = None
    trusted: bool = True

    def holds(self, key: Key) -> bool:
        return self.after is None or key > self.after


@dataclass(frozen=True, slots=True)
class Placed:
    """A row, its merge value, its key, and the city page it came on."""

    row: Row
    page: Page
    position: Position | None
    value: str | None
    key: Key


@dataclass(slots=True)
class CityRows:
    """What was read from one city: rows in merged order, whether that is all, and what went wrong."""

    rows: list[Placed] = field(default_factory=list)
    first: Placed | None = None  # the first and the last row read, kept or not
    last: Placed | None = None
    complete: bool = True
    ordered: bool = True
    dropped: int = 0
    as_of: datetime | None = None
    stale: Failure | None = None  # why a page of it is from before
    failure: Failure | None = None
    settled: int = 0  # how many rows `settled` has looked at, and how many of them are wanted
    wanted: int = 0
    starts: dict[str | None, Position | None] = field(
        default_factory=dict
    )  # merge value → page of the row before its group

    def start_of(self, placed: Placed) -> Position | None:
        """The city page from which nothing behind `placed` is missed; None where only a reading from the start will do."""
        return self.starts.get(placed.value) if self.ordered else None


async def read_city(context: Context, asked: Question, merge: Merge, span: Span, keep: Keep) -> CityRows:
    """Read until enough rows of the span stand in order, or the city has no more."""
    trusted = span.trusted and in_order(asked, merge)
    read, position, seen = CityRows(ordered=trusted), span.start, set[str]()
    for _ in range(MAX_PAGES):
        page = await put(context, asked, position)
        if isinstance(page, Failure):
            return CityRows(failure=page)
        read.complete = page.next is None
        take(read, page, position, fresh(page, seen), merge, asked.channel.slug)
        if span.start is not None and not (read.ordered and begins_before(read, span)):
            return await read_city(context, asked, merge, replace(span, start=None), keep)
        if read.complete or (read.ordered and span.want is not None and settled(read, span, keep) >= span.want):
            return finish(read, span, keep, trusted=trusted)
        position = page.next
    return CityRows(failure=endless())


def in_order(asked: Question, merge: Merge) -> bool:
    """Does the channel declare that the city sends its rows in the merged order?"""
    page = asked.channel.config.operations[asked.operation].page
    declared = page.sorted_by if page else None
    return declared is not None and (declared.field, declared.descending) == (merge.field, merge.descending)


def fresh(page: Page, seen: set[str]) -> list[Row]:
    """The rows of a page that did not come before: each id counts once, however often the city repeats it."""
    rows = []
    for row in page.rows:
        if row["id"] not in seen:
            seen.add(row["id"])
            rows.append(row)
    return rows


def take(read: CityRows, page: Page, position: Position | None, rows: list[Row], merge: Merge, city: str) -> None:
    """Add the rows of one page."""
    read.dropped += page.dropped
    read.as_of = min(read.as_of or page.as_of, page.as_of)
    read.stale = read.stale or page.stale
    for row in rows:
        value = row.get(merge.field)
        placed = Placed(row, page, position, value, row_key(merge, value, row["id"], city))
        if read.last and placed.key[:2] < read.last.key[:2]:
            read.ordered = False
        read.starts.setdefault(value, read.last.position if read.last else position)
        read.first = read.first or placed
        read.last = placed
        read.rows.append(placed)


def begins_before(read: CityRows, span: Span) -> bool:
    """Does what was read begin before the last row handed out, so that nothing behind it is missed?"""
    return read.first is not None and span.after is not None and read.first.key[:2] < span.after[:2]


def settled(read: CityRows, span: Span, keep: Keep) -> int:
    """How many wanted rows stand before the group of equal values whose end is not yet seen.

    In rows that are in order, those before that group stay before it: each is looked at once, however many pages follow.
    """
    while read.settled < len(read.rows) and not in_open_group(read, read.rows[read.settled]):
        placed = read.rows[read.settled]
        read.settled += 1
        read.wanted += span.holds(placed.key) and keep(placed.row)
    return read.wanted


def in_open_group(read: CityRows, placed: Placed) -> bool:
    return not read.complete and read.last is not None and placed.value == read.last.value


def finish(read: CityRows, span: Span, keep: Keep, *, trusted: bool) -> CityRows:
    """Put what is kept in order; rows of the open group stay for the next page."""
    kept = [placed for placed in read.rows if not in_open_group(read, placed) and keep(placed.row)]
    if trusted and not read.ordered and span.after is not None:
        read.dropped += late(read.rows, span.after, keep)
    read.rows = sorted(kept, key=lambda placed: placed.key)
    return read


def late(rows: list[Placed], after: Key, keep: Keep) -> int:
    """How many wanted rows came behind the cursor's group of equal values although they belong before the cursor.

    No page had them. What was handed out of that group came before any row that follows it: the order held so far.
    """
    passed = next((n for n, placed in enumerate(rows) if placed.key[:2] > after[:2]), len(rows))
    return sum(1 for placed in rows[passed:] if placed.key < after and keep(placed.row))
