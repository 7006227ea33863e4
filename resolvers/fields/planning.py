"""What a mutation or subscription would ask, told from its @op and its arguments; nothing is begun."""

from collections.abc import Iterator, Mapping
from typing import Any

from channels.deployment.snapshot import Channel
from resolvers.asking.question import Question, put, question
from resolvers.context import Context, Info
from resolvers.faults import coded
from resolvers.fields.launching import provider_at, unreached
from resolvers.ids import GlobalId, open_id
from roaming import Denial
from schema.applied import applied
from schema.codes import ErrorCode
from schema.guard import demand
from schema.marks import mark_of

Arguments = Mapping[str, Any]
NUMBER = "dry-run"  # the request number that a city would be told; it is told nothing


async def plan(context: Context, info: Info, arguments: Arguments) -> None:
    """Decide for each city that the arguments name. Raises: GraphQLError: the field itself is refused."""
    field = info.parent_type.fields[info.field_name]
    if mark := mark_of(info.schema, field):
        demand(context, mark)
    if info.parent_type.name == "Mutation" and context.mutation_refusal:
        raise context.mutation_refusal
    if fed := applied(info.schema, field, "op"):
        await ask_all(context, fed["id"], arguments.get("input", arguments))


async def ask_all(context: Context, operation: str, given: Arguments) -> None:
    """Each city's decision, and the call that would follow it."""
    places = list(named_by(context, given))
    if not places:
        raise coded(context, ErrorCode.NOT_FOUND)
    for channel, found in places:
        if refusal := unfit(context, found):
            context.watched(channel, operation, refusal)
            continue
        service = service_of(context, found, given)
        asked = await question(context, channel, operation, {}, service=service, idempotency_key=NUMBER)
        if isinstance(asked, Question):
            await put(context, asked)


def named_by(context: Context, given: Arguments) -> Iterator[tuple[Channel, GlobalId | None]]:
    """The cities that an input names: by their own name, or by the id of something of theirs."""
    for name, value in given.items():
        if name in ("city", "provider"):
            yield context.channel(value), None
        elif name == "cities":
            yield from ((context.channel(slug), None) for slug in dict.fromkeys(value))
        elif name == "id" or (name.endswith("Id") and isinstance(value, str)):
            found = open_id(context.services.sealer, value)
            channel = context.snapshot.channels.get(found.city) if found else None
            if channel:
                yield channel, found


def service_of(context: Context, found: GlobalId | None, given: Arguments) -> str | None:
    """The service that a launch or an application is about."""
    entry = provider_at(context, found) if found and found.typename == "ServiceProvider" else None
    return entry[1].code if entry else given.get("serviceCode")


def unfit(context: Context, found: GlobalId | None) -> Denial | None:
    """A service that demands more of the viewer than its mutation does."""
    entry = provider_at(context, found) if found and found.typename == "ServiceProvider" else None
    return Denial(ErrorCode.ASSURANCE_TOO_LOW) if entry and unreached(context, entry[1]) else None
