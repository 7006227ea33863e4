"""Linking the citizen's account in a city."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from channels.deployment.snapshot import Channel
from resolvers.asking.accounts import account_row
from resolvers.asking.standing import links_of, record
from resolvers.context import Context, Info
from resolvers.writing.acting import act
from resolvers.writing.once import Done, End, ended, once
from schema.codes import AccountState

Row = dict[str, Any]


async def link_account(_: None, info: Info, input: Mapping[str, Any]) -> Row:  # noqa: A002 - the argument's name
    context: Context = info.context
    channel = context.channel(input["city"])

    async def link(number: str) -> End:
        row = await act(context, channel, "account.link", "CityAccount", {}, number=number)
        if not isinstance(row, dict):
            return ended(context, channel, row, ["input", "city"])
        return Done(await linked(context, channel, {}, row))

    return await once(context, "linkAccount", "account", input, link)


async def linked(context: Context, channel: Channel, args: Mapping[str, Any], row: Row) -> Row:
    """Keep the link as the city told it. Returns: the payload's own fields."""
    linked_at = datetime.fromisoformat(row["linkedAt"]) if row["linkedAt"] else None
    await record(context, channel, AccountState(row["state"]), linked_at)
    return {"account": account_row(context, channel, await links_of(context))}


ANSWERS = {"Mutation.linkAccount": link_account}
