"""A stage of a decision: is the city open to this citizen yet? Cities without a `rollout` cost one look at their files."""

from collections.abc import Iterable

from channels.deployment.snapshot import Channel
from resolvers.context import Context
from roaming import Denial
from roaming.openings import Opening, not_open_yet


def unopened(context: Context, channel: Channel, operation: str) -> Denial | None:
    """The refusal of a city that is being opened and not open to the viewer; None where it may be asked.

    What sends nothing of a citizen is open to all.
    """
    compiled = channel.operations.get(operation)
    if channel.config.rollout is None or compiled is None or not compiled.needs:
        return None
    opening = opening_of(context, channel)
    if opening is None or opening.is_for(context.citizen or "", context.viewer.groups, context.now):
        return None
    return not_open_yet(channel)


def opening_of(context: Context, channel: Channel) -> Opening | None:
    """As it was made beforehand; for other files than that was made of, what is known counts on."""
    known = context.services.openings.get(channel.slug)
    return known if known is not None and known.stamp == channel.stamp else Opening.of(channel, None, known)


def unopened_of(context: Context, cities: Iterable[str], operation: str) -> frozenset[str]:
    """Of some cities those that are not open to the viewer."""
    return frozenset(slug for slug in cities if unopened(context, context.channel(slug), operation))
