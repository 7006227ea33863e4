"""Faults a city can be switched into, and the gate that applies them in front of its server.

Rules: one fault at a time per city; an optional filter (an operation id such as `bills.list`, or a part of the path)
and an optional count, after which the city is well again. Faults of the network are applied here (slow, hang, 5xx,
html, truncated, gbk); faults of the data are applied by the city in its own format, with `spoil_rows` and `spoil_object`
(`data_faults`), and those of its keys, its clock and its wrapper where it keeps them.
`lost` and `vanish` break the connection, after the work was done and before. `refuse` is carried out by the listener (`serve`), which closes its socket. Web pages and the token endpoint are
spared unless the filter names them: a slow city is slow once per call.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sandbox.data_faults import RETRY_AFTER_SECONDS, ROW_FAULTS, recoded

FAULTS = (
    "none",
    "slow",
    "late",
    "refuse",
    "hang",
    "lost",
    "vanish",
    "5xx",
    "html",
    "truncated",
    "wrong_type",
    "bad_row",
    "duplicate_row",
    "newcode",
    "no_field",
    "pii",
    "envelope",
    "gbk",
    "clock",
    "wrong_key",
    "bad_token",
    "limited",
)
SLOW_SECONDS = 1.9
LATE_SECONDS = 9.0  # longer than the gateway waits for anything
MOST_BYTES = 2**20
SPARED = ("/web/", "/pages/", "/cashier/", "/oauth2/token")
AT_THE_TOKEN_TOO = frozenset({"wrong_key", "clock"})  # keys and clocks are the whole city's
HTML = "<html><head><title>系统维护</title></head><body>系统维护中 Under maintenance</body></html>".encode()

OperationOf = Callable[[str, str, bytes], str]
Drop = Callable[[tuple[str, int]], None]
_ACTIVE: ContextVar[str] = ContextVar("sandbox_fault", default="none")


@dataclass(slots=True)
class Faults:
    """The switch of one city: the fault, whom it meets, and how often it still happens (None: until switched off)."""

    fault: str = "none"
    operation: str | None = None
    count: int | None = None
    calls: deque[dict[str, str]] = field(default_factory=lambda: deque(maxlen=1000))
    seen: deque[tuple[str, Scope, bytes]] = field(default_factory=lambda: deque(maxlen=200))
    """The last calls as they came: operation, ASGI scope, body. Only `sandbox.seen` looks into them."""

    def put(self, fault: str, operation: str | None = None, count: int | None = None) -> None:
        """Switch.  Raises ValueError: an unknown fault or a count under 1."""
        if fault not in FAULTS:
            raise ValueError(f"unknown fault {fault!r}; one of: {', '.join(FAULTS)}")
        if count is not None and count < 1:
            raise ValueError(f"count must be 1 or more, found {count}")
        self.fault, self.operation, self.count = fault, operation, count

    def take(self, path: str, operation: str) -> str:
        """The fault that meets this call (`none` for most); counts it."""
        if self.fault in {"none", "refuse"} or not self._meets(path, operation):
            return "none"
        fault = self.fault
        if self.count is not None:
            self.count -= 1
            if self.count == 0:
                self.put("none")
        return fault

    def _meets(self, path: str, operation: str) -> bool:
        if self.operation:
            return self.operation == operation or self.operation in path
        if self.fault in AT_THE_TOKEN_TOO:
            return True
        return not any(spared in path for spared in SPARED)


def active() -> str:
    """The fault that meets the call being answered; `none` outside a call."""
    return _ACTIVE.get()


def spoil_rows(rows: list[dict[str, Any]], spoil: Callable[[dict[str, Any]], dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows of a list as this call shall see them: `duplicate_row` repeats the first row, `bad_row` spoils it, ROW_FAULTS
    change every row.

    `spoil` returns a broken copy of a row (an unknown enum code, a required value gone), in the city's own format.
    """
    match active():
        case "duplicate_row" if rows:
            return [rows[0], *rows]
        case "bad_row" if rows:
            return [spoil(dict(rows[0])), *rows[1:]]
        case fault if fault in ROW_FAULTS:
            return [ROW_FAULTS[fault](dict(row)) for row in rows]
    return rows


def spoil_object(value: dict[str, Any]) -> Any:
    """An object as this call shall see it: a list around it under `wrong_type`."""
    return [value] if active() == "wrong_type" else value


def too_many() -> Response:
    """`limited` in plain HTTP, for a city whose protocol has no word for it (RFC 6585 §4)."""
    return Response("Too Many Requests", 429, {"retry-after": str(RETRY_AFTER_SECONDS)}, "text/plain")


class FaultGate:
    """ASGI gate in front of a city: notes the call, applies the fault of the network, dates the answer."""

    def __init__(
        self,
        app: ASGIApp,
        faults: Faults,
        operation_of: OperationOf,
        clock: Callable[[], datetime],
        drop: Drop | None = None,
    ) -> None:
        """`drop` breaks the connection of a peer; None: where nothing listens, such a call is only left unanswered."""
        self.app, self.faults, self.operation_of, self.clock, self.drop = app, faults, operation_of, clock, drop

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request, faulty or not."""
        if scope["type"] != "http":
            return
        body = await _read(receive)
        if body is None:
            await _say(send, 413, b"Content Too Large")
            return
        operation = self.operation_of(scope["method"], scope["path"], body)
        self.faults.calls.append({"operation": operation, "method": scope["method"], "path": scope["path"]})
        self.faults.seen.append((operation, scope, body))
        fault = self.faults.take(scope["path"], operation)
        _ACTIVE.set(fault)
        await self._answer(fault, scope, (_replay(body, receive), self._dated(send)))

    async def _answer(self, fault: str, scope: Scope, ends: tuple[Receive, Send]) -> None:
        receive, send = ends
        match fault:
            case "slow":
                await asyncio.sleep(SLOW_SECONDS)
            case "5xx":
                return await _say(send, 503, b"Service Unavailable")
            case "html":
                return await _say(send, 200, HTML, b"text/html; charset=utf-8")
            case "truncated":
                # The write has happened, its answer breaks off: returning early makes the server drop the connection.
                return await self.app(scope, receive, _cut(send))
            case "gbk":
                return await self.app(scope, receive, recoded(send))
            case "hang":
                await self.app(scope, receive, _swallow)
                return await _until_gone(receive)
            case "late":
                return await _late(self.app, scope, receive, send)
            case "lost":
                await self.app(scope, receive, _swallow)
                return await self._break_off(scope, receive)
            case "vanish":
                return await self._break_off(scope, receive)
        return await self.app(scope, receive, send)

    async def _break_off(self, scope: Scope, receive: Receive) -> None:
        if self.drop is not None and scope.get("client"):
            self.drop(tuple(scope["client"]))
        await _until_gone(receive)

    def _dated(self, send: Send) -> Send:
        async def dated(message: Message) -> None:
            if message["type"] == "http.response.start":
                stamp = format_datetime(self.clock().astimezone(UTC), usegmt=True).encode()
                message["headers"] = [*message.get("headers", []), (b"date", stamp)]
            await send(message)

        return dated


async def _read(receive: Receive) -> bytes | None:
    """The whole body, None when it is over the limit."""
    chunks: list[bytes] = []
    left = MOST_BYTES
    while True:
        message = await receive()
        chunks.append(message.get("body", b""))
        left -= len(chunks[-1])
        if left < 0:
            return None
        if not message.get("more_body", False):
            return b"".join(chunks)


def _replay(body: bytes, receive: Receive) -> Receive:
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return waiting.pop() if waiting else await receive()

    return replay


async def _say(send: Send, status: int, body: bytes, media: bytes = b"text/plain; charset=utf-8") -> None:
    headers = [(b"content-type", media), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _cut(send: Send) -> Send:
    async def cut(message: Message) -> None:
        if message["type"] == "http.response.body":
            whole = message.get("body", b"")
            message = {"type": "http.response.body", "body": whole[: len(whole) // 2], "more_body": True}
        await send(message)

    return cut


async def _swallow(message: Message) -> None:
    """The request was carried out; its answer never leaves."""


async def _late(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """The request is carried out at once; its answer comes when nobody waits any more."""
    held: list[Message] = []

    async def hold(message: Message) -> None:
        held.append(message)

    await app(scope, receive, hold)
    try:
        async with asyncio.timeout(LATE_SECONDS):
            return await _until_gone(receive)
    except TimeoutError:
        for message in held:
            await send(message)


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
