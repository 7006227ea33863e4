"""What the snapshot's channels list, turned the other way round once at activation: by service, by city code."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from channels.models import Bilingual
from channels.providers import Provider
from channels.snapshot import Channel, Snapshot


@dataclass(frozen=True, slots=True)
class Item:
    """A service that somebody lists, in the register's words or, for a city's own, in that city's."""

    code: str
    name: Bilingual
    theme: str
    type: str


@dataclass(frozen=True, slots=True)
class Listing:
    """`items` by service code; `offering`: who lists each, in the order of cities and lists; `slugs` by city code."""

    items: Mapping[str, Item]
    offering: Mapping[str, Sequence[tuple[Channel, Provider]]]
    slugs: Mapping[str, str]

    @classmethod
    def of(cls, snapshot: Snapshot) -> "Listing":
        items = {r.code: Item(r.code, r.name, r.theme, r.type) for r in snapshot.register.values()}
        offering: dict[str, list[tuple[Channel, Provider]]] = {}
        for channel in snapshot.channels.values():
            for provider in channel.providers:
                items.setdefault(provider.code, Item(provider.code, provider.name, provider.theme, provider.type))
                offering.setdefault(provider.code, []).append((channel, provider))
        return cls(items, offering, {c.config.city.code: slug for slug, c in snapshot.channels.items()})
