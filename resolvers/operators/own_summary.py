"""What this process knows of its cities, taken from what it keeps in memory anyway: no call is made, no store asked."""

import asyncio

from channels.calls.breaker import State
from channels.deployment.snapshot import Channel
from channels.measured.summary import Calls, Circuit, Known, Summary
from resolvers.context import Services


async def own_summary(services: Services | None) -> Summary:
    """The figures of now; of no city while the gateway is not open. Requests go on between one operation and the next."""
    if services is None:
        return Summary({})
    calls: dict[str, dict[str, Calls]] = {}
    for city, operation, counted in services.connections.metrics.counted():
        calls.setdefault(city, {})[operation] = counted
        await asyncio.sleep(0)
    health = services.connections.health
    return Summary(
        {
            slug: Known(health.of(slug), _circuits(services, channel), calls.get(slug, {}))
            for slug, channel in services.snapshot.channels.items()
        }
    )


def _circuits(services: Services, channel: Channel) -> dict[str, Circuit]:
    """By backend, of those that have a breaker."""
    states = {name: services.connections.breaker(channel, name) for name in channel.config.backends}
    return {name: _circuit(services, channel, name, state) for name, state in states.items() if state is not None}


def _circuit(services: Services, channel: Channel, backend: str, state: State) -> Circuit:
    """A breaker is half open from the moment when its time is over, which nobody is told of before a call comes."""
    last = services.connections.metrics.last_change(channel.slug, backend)
    if last is None or last.since is None or last.state == state:
        return Circuit(state.value, last.since if last else None)
    rule = channel.config.backends[backend].breaker
    over = state is State.HALF_OPEN and last.state == State.OPEN and rule is not None
    return Circuit(state.value, last.since + rule.open if over and rule else None)
