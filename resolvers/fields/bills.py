"""Bills of several cities as one list by due date, with what is unpaid in all of them."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from resolvers.asking.accounts import linked_cities
from resolvers.asking.connection import walk_page
from resolvers.asking.walk import Merged, Walk
from resolvers.context import Info
from resolvers.selection import selects
from roaming import Grant

Row = dict[str, Any]
OPERATION = "bills.list"
DUE = frozenset({"UNPAID", "OVERDUE"})


async def citizen_bills(
    source: Row,
    info: Info,
    cities: Sequence[str] | None = None,
    filter: Mapping[str, Any] | None = None,  # noqa: A002 - the argument's name in the graph
    first: int = 20,
    after: str | None = None,
) -> Row:
    asked = list(dict.fromkeys(cities)) if cities is not None else await linked_cities(info.context)
    walk = bill_walk(asked, filter or {}, named=cities is not None)
    return await bills_of(info, walk, first=first, after=after)


def bill_walk(cities: Sequence[str], chosen: Mapping[str, Any], *, named: bool = True) -> Walk:
    """Bills of `cities` that the filter keeps."""
    return Walk(OPERATION, cities, arguments(chosen), keeper(chosen), chosen, named)


async def bills_of(info: Info, walk: Walk, *, first: int, after: str | None) -> Row:
    """The BillResult row. The whole list is read only where its total is asked for."""
    total = selects(info, "unpaidTotal")
    row, merged = await walk_page(info, walk, first=first, after=after, whole=total)
    return row | {"unpaidTotal": unpaid_total(merged) if total else None}


def arguments(chosen: Mapping[str, Any]) -> Callable[[Grant], Mapping[str, Any] | None]:
    """What a city is asked: the filter, narrowed to the kinds that the grant covers; None where none is left."""

    def narrowed(grant: Grant) -> Mapping[str, Any] | None:
        kinds = chosen.get("kinds")
        if grant.kinds is not None:
            kinds = [kind for kind in kinds if kind in grant.kinds] if kinds is not None else sorted(grant.kinds)
            if not kinds:
                return None
        return {"kinds": kinds, "states": chosen.get("states"), "dueBefore": chosen.get("dueBefore")}

    return narrowed


def keeper(chosen: Mapping[str, Any]) -> Callable[[Row], bool]:
    """The filter, applied to what came back: a city may not be able to filter, and is not trusted to."""
    kinds, states, before = chosen.get("kinds"), chosen.get("states"), chosen.get("dueBefore")

    def keep(row: Row) -> bool:
        if kinds is not None and row["kind"] not in kinds:
            return False
        if states is not None and row["state"] not in states:
            return False
        return before is None or (row.get("dueOn") is not None and row["dueOn"] < before)

    return keep


def unpaid_total(merged: Merged) -> Row | None:
    """The sum over all matching rows of all pages; null when a city's rows are not known."""
    if any(reading.outcome.failed for reading in merged.readings):
        return None
    amounts = [
        Decimal(placed.row["amount"]["amount"])
        for reading in merged.readings
        for placed in reading.rows
        if placed.row["state"] in DUE
    ]
    return {"amount": f"{sum(amounts, Decimal(0)):.2f}", "currency": "CNY"}


ANSWERS = {"Citizen.bills": citizen_bills}
