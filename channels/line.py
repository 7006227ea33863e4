"""The line to one backend: credentials, limits, attempts, and the verdict on what came back.

A read may be asked again where the channel says so.  A write is sent once: after it may have left, everything but a proper
answer is OUTCOME_UNKNOWN; before that, it is simply not done.  `timeout.total` is the budget of the whole call, retries and
waiting included, and never outlasts the request's own deadline.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from channels.answer import Failure
from channels.ask import Ask
from channels.compiled import Compiled
from channels.credentials import Clock, Credential
from channels.draft import Draft, Form
from channels.failures import failure
from channels.gates import Full, Pace, Turns
from channels.maintenance import seconds_left
from channels.models import Backend
from channels.refusals import ContractBroken
from channels.templates import Refused, Scope
from channels.trace import Event, Listener, Opened, Proved
from channels.transport import Fault, Reply, Transport
from schema.codes import ErrorCode

FIRST_PAUSE_SECONDS: Final = 0.05


@dataclass(frozen=True, slots=True)
class _Again:
    """An attempt that failed, and the Failure it becomes unless it is tried again.  `why`: a word of `retry.on`."""

    failure: Failure
    why: str


class Line:
    """One backend of one city, ready to be asked."""

    def __init__(
        self,
        rule: Backend,
        transport: Transport,
        credential: Credential,
        clock: Clock,
        listener: Listener | None = None,
    ) -> None:
        """`listener` hears what is done, and changes nothing."""
        loop = asyncio.get_running_loop()
        self._listener = listener
        self._rule, self._transport, self._credential, self._clock = rule, transport, credential, clock
        self._now = loop.time
        self._turns = Turns(rule.bulkhead)
        self._pace = Pace(rule.rate, loop.time) if rule.rate else None

    def public_keys(self) -> tuple[Mapping[str, str], ...]:
        """The JWKs by which the city checks what the gateway signs."""
        return self._credential.public_keys()

    async def ask(self, operation: Compiled, ask: Ask, scope: Scope) -> Any:
        """Return: the answer's data, or a Failure."""
        deadline = min(ask.deadline, self._now() + operation.total_seconds)
        if deadline <= self._now():
            return failure(ErrorCode.BACKEND_TIMEOUT, "no time left to ask")
        try:
            await self._turns.take(deadline)
        except Full as full:
            return failure(ErrorCode.RATE_LIMITED, str(full), retry_after=full.retry_after)
        try:
            return await self._attempts(operation, replace(ask, deadline=deadline), scope)
        finally:
            self._turns.leave()

    async def _attempts(self, operation: Compiled, ask: Ask, scope: Scope) -> Any:
        left = 0 if operation.write else self._rule.retry.attempts
        pause = FIRST_PAUSE_SECONDS
        while True:
            found = await self._attempt(operation, ask, scope)
            if not isinstance(found, _Again):
                return found
            if left <= 0 or found.why not in self._rule.retry.on or self._now() + pause >= ask.deadline:
                return found.failure
            left -= 1
            await asyncio.sleep(pause)
            pause *= 2

    async def _attempt(self, operation: Compiled, ask: Ask, scope: Scope) -> Any:
        reply = await self._send(operation, ask, scope)
        if isinstance(reply, Reply) and reply.status == 401 and self._credential.refused():
            # The city did not act: a fresh proof may be offered once, for a write too.
            reply = await self._send(operation, ask, scope)
        match reply:
            case Failure():
                return reply
            case Fault():
                return self._fault(operation, reply)
            case _:
                return self._open(operation, reply)

    async def _send(self, operation: Compiled, ask: Ask, scope: Scope) -> Reply | Fault | Failure:
        try:
            if self._pace is not None:
                await self._pace.take(ask.deadline)
            draft = operation.spoken.draw(scope)
            refused = await self._prove(draft, ask)
            if refused is not None:
                return refused
            url, body = draft.url, draft.content.encode()
        except Full as full:
            return failure(ErrorCode.RATE_LIMITED, str(full), retry_after=full.retry_after)
        except Refused as refusal:
            return failure(ErrorCode.INVALID_INPUT, str(refusal), user=True)
        except UnicodeEncodeError:
            return failure(ErrorCode.INVALID_INPUT, f"{self._rule.encoding} cannot carry the text", user=True)
        return await self._transport.send(
            draft.method, url, draft.headers, body, deadline=ask.deadline, connect=operation.connect_seconds
        )

    async def _prove(self, draft: Draft, ask: Ask) -> Failure | None:
        if self._listener is None:
            return await self._credential.apply(draft, ask)
        before = _parts(draft)
        refused = await self._credential.apply(draft, ask)
        after = _parts(draft)
        headers, query, form = (_added(after[0], before[0]), _added(after[1], before[1]), _added(after[2], before[2]))
        self._tell(Proved(headers, query, form, header=before[3] != after[3], refused=refused))
        return refused

    def _tell(self, event: Event) -> None:
        if self._listener is not None:
            self._listener(event)

    def _fault(self, operation: Compiled, fault: Fault) -> _Again:
        if operation.write and fault.sent:
            return _Again(failure(ErrorCode.OUTCOME_UNKNOWN, fault.detail), "")
        match fault.kind:
            case "timeout":
                return _Again(failure(ErrorCode.BACKEND_TIMEOUT, fault.detail), "timeout")
            case "undecodable":
                return _Again(failure(ErrorCode.BACKEND_CONTRACT_BROKEN, fault.detail), "")
            case _:
                return _Again(failure(ErrorCode.BACKEND_UNREACHABLE, fault.detail), "connect")

    def _open(self, operation: Compiled, reply: Reply) -> Any:
        try:
            data = operation.spoken.unwrap(reply)
        except ContractBroken as broken:
            self._tell(Opened(reply, None, broken))
            return _Again(self._broken(operation, broken), str(reply.status))
        self._tell(Opened(reply, data))
        if isinstance(data, Failure) and reply.status >= 500:
            return _Again(data, str(reply.status))
        return data

    def _broken(self, operation: Compiled, broken: ContractBroken) -> Failure:
        if operation.write:
            return failure(ErrorCode.OUTCOME_UNKNOWN, str(broken))
        left = seconds_left(self._rule.maintenance, self._clock()) if broken.html or broken.status == 503 else None
        if left is not None:
            return failure(ErrorCode.CHANNEL_PAUSED, f"{broken}, in a maintenance window", retry_after=left)
        code = ErrorCode.BACKEND_UNREACHABLE if broken.status >= 500 else ErrorCode.BACKEND_CONTRACT_BROKEN
        return failure(code, str(broken))


def _added(new: tuple[str, ...], old: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in new if name not in old)


def _parts(draft: Draft) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...], object]:
    """The names of what a draft holds now: headers, query, form fields; and its SOAP header."""
    form = tuple(name for name, _ in draft.content.fields) if isinstance(draft.content, Form) else ()
    return tuple(draft.headers), tuple(name for name, _ in draft.query), form, getattr(draft.content, "header", "")
