"""One real call of one operation, through the gateway's own connections, and told hop by hop.

The call passes the same limits, credentials, templates, transport and mapping as any other; it has a listener, and its cache
is new, so that the city is really asked.  Roaming is not judged: this tries a channel, not an agreement.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType

from channels.ask import Ask
from channels.calls.connections import Connections
from channels.deployment.snapshot import Channel, Snapshot
from channels.protocols.trace import Event
from channels.text.positions import Node
from channels.trial.answer import reading
from channels.trial.case import Case
from channels.trial.mapping import mapping
from channels.trial.network import connect, response, sign, token
from channels.trial.privacy import privacy
from channels.trial.told import Hop, Trial


@dataclass(frozen=True, slots=True)
class Tried:
    """The tale and what it was told from."""

    trial: Trial
    case: Case


async def try_call(
    snapshot: Snapshot, channel: Channel, ask: Ask, clock: Callable[[], datetime], *, node: Node | None = None
) -> Tried:
    """Ask the city once and tell it.  Only this city's lines are opened.  Never raises for what the city does."""
    events: list[Event] = []
    alone = replace(snapshot, channels=MappingProxyType({channel.slug: channel}))
    began_at, origin = clock(), asyncio.get_running_loop().time()
    async with Connections(alone, clock, listener=events.append) as connections:
        answer = await connections.call(channel, ask)
    case = Case(
        channel.config,
        channel.operations[ask.operation],
        ask,
        answer,
        began_at,
        origin,
        tuple(events),
        node,
        snapshot.agreements,
        snapshot.settings.gateway.public_url,
    )
    return Tried(Trial(channel.slug, ask.operation, tell(case), answer, case.calls), case)


def tell(case: Case) -> tuple[Hop, ...]:
    """Every hop that was reached, in the order of the wire."""
    first = [hop for hop in (connect(case), token(case), sign(case)) if hop is not None]
    if first and first[0].name == "connect" and first[0].mark == "error":
        return tuple(first[:1])
    last = [hop for hop in (mapping(case), privacy(case)) if hop is not None]
    return (*first, *response(case), *reading(case), *last)
