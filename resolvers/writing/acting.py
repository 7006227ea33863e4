"""One write to one city: may it be asked, then the row that came back, or how it ended."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any

from channels.answer import Failure
from channels.deployment.snapshot import Channel
from channels.failures import failure
from resolvers.asking.question import Question, put, question
from resolvers.context import Context
from resolvers.provenance import dress
from resolvers.writing.attempt import Attempt
from resolvers.writing.once import SEALED
from roaming import Denial
from schema.codes import ErrorCode

Row = dict[str, Any]
Instead = Callable[[Question, Failure], Awaitable[Row | Failure]]
TO_WRITE_DOWN = timedelta(seconds=12)  # after the call's own deadline: the ledger's and the store's waits


async def act(
    context: Context,
    channel: Channel,
    operation: str,
    typename: str,
    args: Mapping[str, Any],
    *,
    number: str,
    service: str | None = None,
    instead: Instead | None = None,
) -> Row | Denial | Failure:
    """Do `operation` once under the request number. A city that answers without a usable row leaves the outcome unknown.

    `instead`: what to do where the city gave a failure. Raises: StorageError: that it is about to be sent could not be written down; it was not sent.
    """
    asked = await question(context, channel, operation, args, service=service, idempotency_key=number)
    if not isinstance(asked, Question):
        return asked
    if not await written_down(context, asked, typename, number, service):
        return failure(ErrorCode.BACKEND_TIMEOUT, "the key was given to another worker before the call was sent")
    page = await put(context, asked)
    if isinstance(page, Failure):
        return await instead(asked, page) if instead else page
    rows = dress(context, asked, page, typename)
    return (
        rows[0] if rows else failure(ErrorCode.OUTCOME_UNKNOWN, f"{operation}: accepted, but no usable row came back")
    )


async def written_down(context: Context, asked: Question, typename: str, number: str, service: str | None) -> bool:
    """Make durable that the call is about to leave, and all that is needed to ask about it. False: it may not be sent."""
    services, citizen = context.services, context.citizen or ""
    attempt = Attempt.of(context, asked, typename, number=number, service=service)
    left = timedelta(seconds=max(context.deadline - asyncio.get_running_loop().time(), 0))
    return await services.journal.send(
        citizen,
        number,
        city=asked.channel.slug,
        request=attempt.sealed(services.sealer, SEALED, citizen),
        at=context.now,
        lease=left + TO_WRITE_DOWN,
    )
