"""Submitting an application (a 12345 case, say) to the city it concerns; for a city that is down the gateway takes it in."""

from collections.abc import Mapping
from typing import Any

from channels.answer import Failure
from channels.deployment.snapshot import Channel
from resolvers.asking.question import Question
from resolvers.context import Context, Info
from resolvers.provenance import city_row
from resolvers.writing.acting import act
from resolvers.writing.held import take_in
from resolvers.writing.once import Done, End, ended, once, refused
from schema.codes import ErrorCode

Row = dict[str, Any]
OPERATION = "applications.submit"


async def submit_application(_: None, info: Info, input: Mapping[str, Any]) -> Row:  # noqa: A002 - the argument's name
    context: Context = info.context
    channel, code = context.channel(input["city"]), input["serviceCode"]

    async def submit(number: str) -> End:
        if not any(p.code == code and OPERATION in p.operations for p in channel.providers):
            zh = f"该城市没有可在此申报的事项 {code}。"
            en = f"This city takes no applications for the service {code}."
            return refused(ErrorCode.NOT_OFFERED, zh, en, ["serviceCode"], city_row(context, channel))
        if not isinstance(input["form"], dict) or not input["form"]:
            zh, en = "form 应为非空的 JSON 对象。", "`form` must be a JSON object that is not empty."
            return refused(ErrorCode.INVALID_INPUT, zh, en, ["form"])
        args = {"serviceCode": code, "form": input["form"]}

        async def hold(asked: Question, why: Failure) -> Row | Failure:
            return await take_in(context, asked, why, number=number, service=code)

        row = await act(context, channel, OPERATION, "Application", args, number=number, service=code, instead=hold)
        if not isinstance(row, dict):
            return ended(context, channel, row, ["input", "form"])
        return Done(await submitted(context, channel, args, row))

    return await once(context, "submitApplication", "application", input, submit)


async def submitted(context: Context, channel: Channel, args: Mapping[str, Any], row: Row) -> Row:
    """The payload's own fields, once the city has the case."""
    return {"application": row}


ANSWERS = {"Mutation.submitApplication": submit_application}
