"""Items of the province and the ministries: the same item in every city that lists it, so it is asked once, not once per city.

1. An operation is such an item in a city when every provider that lists it there is of one level, MINISTRY or PROVINCE, and none
   is the city's own: else rows of the city would be lost.
2. Two cities have the same item when level and service codes are equal, for a PROVINCE also the province (the first two digits
   of the city code).
3. Of the cities that have the same item one is asked: home, else the first in order whose offer and agreement open it; without
   any the first, whose refusal is told. The others are covered by it. One that is not open to this citizen yet is passed over.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from channels.deployment.snapshot import Channel, Snapshot

from .shares import Grant, authorize

LEVELS = ("PROVINCE", "MINISTRY")


@dataclass(frozen=True, slots=True)
class HigherItem:
    """What tells one such item from another. `area`: the province's two digits; empty for a ministry, which is everywhere."""

    level: str
    area: str
    services: tuple[str, ...]


def higher_item(channel: Channel, operation: str) -> HigherItem | None:
    """The item behind an operation of a city; None where it is the city's own affair."""
    listing = [provider for provider in channel.providers if operation in provider.operations]
    levels = {provider.source for provider in listing}
    if len(levels) != 1 or not levels <= set(LEVELS):
        return None
    level = levels.pop()
    area = channel.code[:2] if level == "PROVINCE" else ""
    return HigherItem(level, area, tuple(sorted({provider.code for provider in listing})))


def asked_once(
    snapshot: Snapshot,
    operation: str,
    slugs: Sequence[str],
    home: str | None,
    at: date,
    *,
    unopened: Collection[str] = (),
) -> Mapping[str, str]:
    """Of the cities `slugs` those that are not asked, each with the one that is asked in its place.

    `unopened`: cities that are not open to the citizen yet.
    """
    alike: dict[HigherItem, list[str]] = {}
    for slug in slugs:
        if item := higher_item(snapshot.channels[slug], operation):
            alike.setdefault(item, []).append(slug)
    covered: dict[str, str] = {}
    for cities in alike.values():
        chosen = the_one(snapshot, operation, [c for c in cities if c not in unopened] or cities, home, at)
        covered |= {slug: chosen for slug in cities if slug != chosen}
    return covered


def the_one(snapshot: Snapshot, operation: str, cities: Sequence[str], home: str | None, at: date) -> str:
    """Which of the cities with the same item is asked."""
    open_to = [c for c in cities if isinstance(authorize(snapshot, snapshot.channels[c], operation, home, at), Grant)]
    return home if home in open_to else next(iter(open_to or cities))
