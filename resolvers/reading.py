"""Reading one city's list as far as a page of the merged walk needs, in the merged order.

A city sends its rows page by page in the order it declares (`sorted_by`). Equal merge values may come in any order and over a
page border, so the last group of equal values is not handed on before the group after it is seen. A city that declares
another order, or breaks its own, is read whole and sorted here.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from channels.answer import Failure, Page
from channels.failures import failure
from schema.codes import ErrorCode
from schema.operations import Merge

from .asking import Position, Question, put
from .context import Context

Row = dict[str, Any]
Key = tuple[bool, "Descending | str", str]
MAX_PAGES = 40  # of one city in one request: 2,000 rows at the usual page size


@dataclass(frozen=True, slots=True)
class Descending:
    """Text that sorts the other way round."""

    text: str

    def __lt__(self, other: "Descending") -> bool:
        return self.text > other.text


def row_key(merge: Merge, value: str | None, row_id: str) -> Key:
    """The place of a row in the merged order: its merge value (nulls last), then its id."""
    text = value or ""
    return value is None, Descending(text) if merge.descending else text, row_id


@dataclass(frozen=True, slots=True)
class Placed:
    """A row, its merge value, its key, and the city page it came on."""

    row: Row
    page: Page
    position: Position | None
    value: str | None
    key: Key


Due = Callable[[Key], bool]  # is a row with this key still to be handed out?
Keep = Callable[[Row], bool]


@dataclass(slots=True)
class CityRows:
    """What was read from one city: rows in merged order, whether that is all, and what went wrong."""

    rows: list[Placed] = field(default_factory=list)
    last: Placed | None = None  # the last row read, kept or not
    complete: bool = True
    ordered: bool = True
    dropped: int = 0
    as_of: datetime | None = None
    failure: Failure | None = None

    starts: dict[str | None, Position | None] = field(default_factory=dict)  # merge value → the city page it begins on

    def start_of(self, placed: Placed) -> Position | None:
        """The city page from which rows not before `placed` begin; None where only a reading from the start will do."""
        return self.starts.get(placed.value) if self.ordered else None


async def read_city(
    context: Context, asked: Question, merge: Merge, *, start: Position | None, want: int | None, due: Due, keep: Keep
) -> CityRows:
    """Read until `want` due rows stand in order (None: all there are), or the city has no more."""
    read = CityRows(ordered=in_order(asked, merge))
    seen: set[str] = set()
    position = start
    for _ in range(MAX_PAGES):
        page = await put(context, asked, position)
        if isinstance(page, Failure):
            return CityRows(failure=page)
        take(read, page, position, merge, seen, keep)
        read.complete = page.next is None
        if read.complete or (read.ordered and want is not None and settled(read, due) >= want):
            return finish(read)
        if not read.ordered and start is not None:  # rows before `start` may belong after the cursor: begin anew
            return await read_city(context, asked, merge, start=None, want=None, due=due, keep=keep)
        position = page.next
    return CityRows(failure=endless())


def in_order(asked: Question, merge: Merge) -> bool:
    """Does the channel declare that the city sends its rows in the merged order?"""
    page = asked.channel.config.operations[asked.operation].page
    declared = page.sorted_by if page else None
    return declared is not None and (declared.field, declared.descending) == (merge.field, merge.descending)


def take(read: CityRows, page: Page, position: Position | None, merge: Merge, seen: set[str], keep: Keep) -> None:
    """Add the rows of one page; each id counts once, however often the city repeats it."""
    read.dropped += page.dropped
    read.as_of = min(read.as_of or page.as_of, page.as_of)
    for row in page.rows:
        if row["id"] in seen:
            continue
        seen.add(row["id"])
        value = row.get(merge.field)
        placed = Placed(row, page, position, value, row_key(merge, value, row["id"]))
        if read.last and placed.key[:2] < read.last.key[:2]:
            read.ordered = False
        read.last = placed
        read.starts.setdefault(value, position)
        if keep(row):
            read.rows.append(placed)


def settled(read: CityRows, due: Due) -> int:
    """How many due rows stand before the group of equal values whose end is not yet seen."""
    return sum(1 for placed in read.rows if not in_open_group(read, placed) and due(placed.key))


def in_open_group(read: CityRows, placed: Placed) -> bool:
    return not read.complete and read.last is not None and placed.value == read.last.value


def finish(read: CityRows) -> CityRows:
    """Put what was read in order; rows of the open group stay for the next page."""
    read.rows = sorted((p for p in read.rows if not in_open_group(read, p)), key=lambda placed: placed.key)
    return read


def endless() -> Failure:
    return failure(ErrorCode.BACKEND_CONTRACT_BROKEN, f"more than {MAX_PAGES} pages for one question")
