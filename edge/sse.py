"""graphql-sse, distinct connections mode: one operation, one event stream.

https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md: `next` events carry answers, `complete` ends the
stream; comments keep an idle one open. A client that goes away ends its subscription at once.
"""

import asyncio
from collections.abc import AsyncIterator

from starlette.types import Receive, Send

from .coding import encode
from .errors import log_fault
from .execution import Answer
from .responses import NOT_STORED, config_header, raw_headers

COMPLETE = b"event: complete\ndata:\n\n"
KEEP_ALIVE = b":\n\n"


async def stream(
    found: Answer | AsyncIterator[Answer],
    receive: Receive,
    send: Send,
    request_id: str,
    keep_alive_seconds: float,
    *,
    config: str | None = None,
) -> None:
    """Send every answer as an event until the operation or the client ends it."""
    # `x-accel-buffering` tells nginx not to hold events back.
    more = (NOT_STORED, ("x-accel-buffering", "no"), *config_header(config))
    headers = raw_headers("text/event-stream; charset=utf-8", request_id, more)
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    if isinstance(found, Answer):
        await _send(send, _event(found), more=True)
    else:
        await _pump(found, receive, send, keep_alive_seconds, request_id)
    await _send(send, COMPLETE, more=False)


async def _pump(
    found: AsyncIterator[Answer], receive: Receive, send: Send, keep_alive_seconds: float, request_id: str
) -> None:
    async with asyncio.TaskGroup() as tasks:
        gone = tasks.create_task(_disconnected(receive))
        step = tasks.create_task(_next(found))
        try:
            while not gone.done():
                await asyncio.wait({gone, step}, timeout=keep_alive_seconds, return_when=asyncio.FIRST_COMPLETED)
                if gone.done():
                    break
                if not step.done():
                    await _send(send, KEEP_ALIVE, more=True)
                    continue
                answer = step.result()
                if answer is None:
                    break
                await _send(send, _event(answer), more=True)
                step = tasks.create_task(_next(found))
        except TypeError as fault:
            log_fault("event_not_encodable", request_id, fault)
        finally:
            gone.cancel()
            await _end(step, found)


async def _end(step: "asyncio.Task[Answer | None]", found: AsyncIterator[Answer]) -> None:
    """Cancel what waits for the next event, then close the source, so that its `finally` runs now and not some day."""
    step.cancel()
    await asyncio.wait({step})
    close = getattr(found, "aclose", None)
    if close is not None:
        await close()


async def _next(found: AsyncIterator[Answer]) -> Answer | None:
    return await anext(found, None)


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _send(send: Send, body: bytes, *, more: bool) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": more})


def _event(answer: Answer) -> bytes:
    return b"event: next\ndata: " + encode(answer.formatted()) + b"\n\n"
