"""From a backend's data to a Page: find the rows, map them, hold the answer against what was asked."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from channels.answer import Page, Position, Row
from channels.mapping.rows import map_rows
from channels.protocols.compiled import Compiled
from channels.protocols.paging import Turn
from channels.protocols.refusals import ContractBroken


def make_page(operation: Compiled, data: Any, position: Position, *, at: datetime) -> Page:
    """Return: the page.  Raises: ContractBroken: not one row fits, a page is longer than asked, or one object is not there.

    A bad row among good ones is withheld and counted; where all of several are bad, it is the shape that changed.
    """
    items = operation.items(data)
    mapped = map_rows(operation.read, items)
    if not operation.many:
        if mapped.dropped or (operation.write and not mapped.rows):
            raise ContractBroken(f"the answer does not fit: {mapped.reason or 'nothing in it'}")
        return Page(mapped.rows, 0, None, None, at)
    if mapped.dropped > 1 and not mapped.rows:
        raise ContractBroken(f"none of {mapped.dropped} rows fits: {mapped.reason}")
    rows = tuple(once(mapped.rows))
    limit = operation.pages.limit
    if limit is not None and len(rows) > limit:
        raise ContractBroken(f"a page of {len(rows)} rows where {limit} were asked for")
    turn = Turn(None, None) if operation.batch else operation.pages.follow(position, data, len(items))
    return Page(rows, mapped.dropped, turn.next, turn.total, at)


def once(rows: Iterable[Row]) -> Iterable[Row]:
    """Yield: each id once, the first wins; rows without an id as they are."""
    seen: set[str] = set()
    for row in rows:
        identifier = row.get("id")
        if isinstance(identifier, str):
            if identifier in seen:
                continue
            seen.add(identifier)
        yield row
