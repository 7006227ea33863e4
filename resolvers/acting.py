"""One write to one city: may it be asked, then the row that came back, or how it ended."""

from collections.abc import Mapping
from typing import Any

from channels.answer import Failure
from channels.failures import failure
from channels.snapshot import Channel
from roaming import Denial
from schema.codes import ErrorCode

from .asking import Question, put, question
from .context import Context
from .provenance import dress

Row = dict[str, Any]


async def act(
    context: Context,
    channel: Channel,
    operation: str,
    typename: str,
    args: Mapping[str, Any],
    *,
    number: str,
    service: str | None = None,
) -> Row | Denial | Failure:
    """Do `operation` once under the request number. A city that answers without a usable row leaves the outcome unknown."""
    asked = await question(context, channel, operation, args, service=service, idempotency_key=number)
    if not isinstance(asked, Question):
        return asked
    page = await put(context, asked)
    if isinstance(page, Failure):
        return page
    rows = dress(context, asked, page, typename)
    return (
        rows[0] if rows else failure(ErrorCode.OUTCOME_UNKNOWN, f"{operation}: accepted, but no usable row came back")
    )
