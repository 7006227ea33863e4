"""Which service an application belongs to, where the city's declaration leaves no doubt."""

from typing import Any

from resolvers.context import Context, Info
from resolvers.service_rows import service_row

Row = dict[str, Any]
OPERATION = "applications.list"


def application_service(source: Row, info: Info) -> Row | None:
    """The one service of the row's city that lists applications; None where several do."""
    context: Context = info.context
    channel = context.channel(source["source"]["city"]["slug"])
    codes = {provider.code for provider in channel.providers if OPERATION in provider.operations}
    return service_row(context, codes.pop()) if len(codes) == 1 else None


ANSWERS = {"Application.service": application_service}
