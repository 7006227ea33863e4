"""The citizen's deliveries among the applications of a city: those still at the gateway beside its rows, the others as its rows.

A case that was delivered keeps the id under which it was first told, so that a client finds in the list what it was given.
"""

from datetime import datetime
from typing import Any

from channels.answer import Page
from channels.deployment.snapshot import Channel
from resolvers.asking.delegation import unnamed
from resolvers.asking.reading import CityRows, Keep, Placed, row_key
from resolvers.context import Context
from resolvers.writing.held import case_of, deliveries_of, held_id, row_of
from roaming.deliveries import DELIVERED
from schema.operations import Merge

Row = dict[str, Any]
OPERATION = "applications.list"
SHOWN_ID = "shownId"  # of a city's row: the id it is told under


async def add_held(
    context: Context, channel: Channel, merge: Merge, keep: Keep, read: CityRows | None
) -> CityRows | None:
    """What was read from the city and what the gateway holds for it. Rows of the gateway need nobody's answer, but an agent
    sees them only where the mandate names the city.
    """
    if await unnamed(context, OPERATION, channel.slug):
        return read
    held = await deliveries_of(context.services).of(context.citizen or "", channel.slug)
    if not held:
        return read
    ids = {case_of(context, each): held_id(context, channel, each.number) for each in held if each.state == DELIVERED}
    for placed in read.rows if read else ():
        if placed.row["id"] in ids:
            placed.row[SHOWN_ID] = ids[placed.row["id"]]
    rows = [row_of(context, each) for each in held if each.state != DELIVERED]
    kept = [placed_in(merge, row, channel.slug) for row in rows if keep(row)]
    read = read or CityRows()
    read.rows = sorted([*read.rows, *kept], key=lambda placed: placed.key)
    return read


def placed_in(merge: Merge, row: Row, city: str) -> Placed:
    """A row of the gateway's in the merged order."""
    value = row.get(merge.field)
    page = Page((), 0, None, None, datetime.fromisoformat(row["source"]["asOf"]))
    return Placed(row, page, None, value, row_key(merge, value, row["id"], city))


def is_told(row: Row) -> bool:
    """Is the row one of the gateway's, which is told as it stands?"""
    return "__typename" in row


def shown(row: Row) -> Row:
    """A city's row under the id by which it was first told, if it was."""
    return row | {"id": row[SHOWN_ID]} if SHOWN_ID in row else row
