"""What the snapshot's channels list, turned the other way round once at activation: by service, by city code."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from channels.declared.providers import Provider
from channels.deployment.snapshot import Channel, Snapshot
from identity.seal import Sealer
from resolvers import fixed
from resolvers.fixed import Item

Row = dict[str, Any]
SHOWN = frozenset({"PILOT", "LIVE", "PAUSED"})  # of a draft or a retired channel nobody is told who does not name it


@dataclass(frozen=True, slots=True)
class Listing:
    """`items` by service code; `offering`: who lists each, in the order of cities and lists; `slugs` by city code.

    `providers`: by city and what tells them apart there.  `shown`: the channels that a question without cities is about. `cities` and `services` are the rows by slug and code.
    """

    items: Mapping[str, Item]
    offering: Mapping[str, Sequence[tuple[Channel, Provider]]] = field(repr=False)
    providers: Mapping[tuple[str, str], Provider] = field(repr=False)
    slugs: Mapping[str, str]
    shown: tuple[Channel, ...] = field(repr=False)
    cities: Mapping[str, Row] = field(repr=False)
    services: Mapping[str, Row] = field(repr=False)

    @classmethod
    def of(cls, snapshot: Snapshot, sealer: Sealer) -> "Listing":
        items = {r.code: Item(r.code, r.name, r.theme, r.type) for r in snapshot.register.values()}
        offering: dict[str, list[tuple[Channel, Provider]]] = {}
        providers: dict[tuple[str, str], Provider] = {}
        for channel in snapshot.channels.values():
            for provider in channel.providers:
                providers.setdefault((channel.slug, fixed.provider_key(provider)), provider)
                items.setdefault(provider.code, Item(provider.code, provider.name, provider.theme, provider.type))
                offering.setdefault(provider.code, []).append((channel, provider))
        return cls(
            items=items,
            offering=offering,
            providers=providers,
            slugs={channel.code: slug for slug, channel in snapshot.channels.items()},
            shown=tuple(channel for channel in snapshot.channels.values() if channel.status in SHOWN),
            cities={slug: fixed.city(sealer, channel) for slug, channel in snapshot.channels.items()},
            services={code: fixed.service(sealer, item) for code, item in items.items()},
        )
