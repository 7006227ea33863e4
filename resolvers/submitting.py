"""Submitting an application (a 12345 case, say) to the city it concerns."""

from collections.abc import Mapping
from typing import Any

from schema.codes import ErrorCode

from .acting import act
from .context import Context, Info
from .once import Done, End, ended, once, refused
from .provenance import city_row

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
        row = await act(context, channel, OPERATION, "Application", args, number=number, service=code)
        return Done({"application": row}) if isinstance(row, dict) else ended(context, channel, row, ["input", "form"])

    return await once(context, "submitApplication", "application", input, submit)


ANSWERS = {"Mutation.submitApplication": submit_application}
