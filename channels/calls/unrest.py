"""Citizens who have just changed something in a city: for a while their pages of that city are not kept.

A payment goes on at the city after its answer (an order is paid at the cashier, a case is taken up), and a page kept for a
minute would hide that from the very person who waits for it.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Final

UNREST_SECONDS: Final = 30.0
MOST: Final = 10_000


class Unrest:
    """Who changed something where, lately.  `now` is loop time in seconds; bounded, the oldest are forgotten first."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._until: OrderedDict[tuple[str, str], float] = OrderedDict()

    def begin(self, subject: str, city: str) -> None:
        """The citizen has changed something in the city."""
        self._until.pop((subject, city), None)
        self._until[subject, city] = self._now() + UNREST_SECONDS
        if len(self._until) > MOST:
            self._until.popitem(last=False)

    def holds(self, subject: str | None, city: str) -> bool:
        """Return: whether a page of the citizen would soon be out of date."""
        return subject is not None and self._until.get((subject, city), 0.0) > self._now()
