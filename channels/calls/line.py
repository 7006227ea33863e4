"""The line to one backend: credentials, limits, attempts, and the verdict on what came back.

A read may be asked again where the channel says so.  A write is sent once: after it may have left, everything but a proper
answer is OUTCOME_UNKNOWN; before that, it is simply not done.  `timeout.total` is the budget of the whole call, retries and
waiting included, and never outlasts the request's own deadline.

A backend with a `breaker` is not asked while its circuit is open: a call is refused at once, and one that waits for a turn,
its pace or a proof is refused before it is sent.  A write so refused is surely not done.  What a backend is tried with
after that, and when that may be a write: `channels.calls.breaker`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from math import inf
from typing import Any, Final

from channels.answer import Failure
from channels.ask import Ask
from channels.calls.breaker import Breaker, CircuitOpen, Passage, judged
from channels.calls.gates import Full, Pace, Turns
from channels.calls.probing import is_up
from channels.declared.maintenance import seconds_left
from channels.declared.models import Backend
from channels.failures import failure
from channels.mapping.templates import Refused, Scope
from channels.proofs.credentials import Clock, Credential
from channels.protocols.compiled import Compiled
from channels.protocols.draft import Base, Bytes, Draft, Form, rooted
from channels.protocols.refusals import ContractBroken
from channels.protocols.trace import Event, Listener, Opened, Proved
from channels.protocols.transport import Fault, Reply, Transport
from schema.codes import ErrorCode

FIRST_PAUSE_SECONDS: Final = 0.05
FAIR_SHARE: Final = 0.5  # of a call's whole time: a backend that was given less is not blamed for being late


@dataclass(frozen=True, slots=True)
class _Failed:
    """An attempt that failed, and the Failure it becomes unless it is tried again.

    `good`: what it says of the backend, as `channels.calls.breaker.judged`.  `why`: a word of `retry.on`, or empty.
    """

    failure: Failure
    good: bool | None
    why: str = ""


class Line:
    """One backend of one city, ready to be asked."""

    def __init__(
        self,
        rule: Backend,
        transport: Transport,
        credential: Credential,
        clock: Clock,
        listener: Listener | None = None,
        breaker: Breaker | None = None,
    ) -> None:
        """`listener` hears what is done, and changes nothing."""
        self.breaker = breaker
        loop = asyncio.get_running_loop()
        self._listener = listener
        self._rule, self._transport, self._credential, self._clock = rule, transport, credential, clock
        self._now = loop.time
        self._turns = Turns(rule.bulkhead)
        self._pace = Pace(rule.rate, loop.time) if rule.rate else None

    @property
    def probe_seconds(self) -> float:
        """From one probe to the next; infinite where none is declared."""
        return self._rule.probe.every.total_seconds() if self._rule.probe else inf

    async def probe(self, deadline: float = inf) -> Reply | Fault:
        """GET the path of the declared probe, with the backend's fixed headers and nothing else."""
        assert self._rule.probe is not None  # noqa: S101 - the caller looked at `probe_seconds`
        base = Base.of(self._rule.base_url)
        headers = {name: value for name, value in self._rule.headers.items() if "${" not in value}
        draft = Draft("GET", base.origin, base.path + rooted(self._rule.probe.path), [], headers, Bytes())
        deadline = min(deadline, self._now() + self._rule.timeout.total.total_seconds())
        return await self._transport.send(draft.method, draft.url, draft.headers, b"", deadline=deadline)

    async def _up(self, deadline: float, whole_seconds: float) -> bool | None:
        """Ask the probe ahead of a write, in half of its time.  Return: the verdict; None where that half was too short."""
        given = FAIR_SHARE * (deadline - self._now())
        answer = await self.probe(self._now() + given)
        hurried = given < FAIR_SHARE * FAIR_SHARE * whole_seconds
        if isinstance(answer, Fault) and answer.kind == "timeout" and hurried:
            return None
        return is_up(answer)

    def public_keys(self) -> tuple[Mapping[str, str], ...]:
        """The JWKs by which the city checks what the gateway signs."""
        return self._credential.public_keys()

    async def ask(self, operation: Compiled, ask: Ask, scope: Scope) -> Any:
        """Return: the answer's data, or a Failure."""
        deadline = min(ask.deadline, self._now() + operation.total_seconds)
        if deadline <= self._now():
            return failure(ErrorCode.BACKEND_TIMEOUT, "no time left to ask")
        if self.breaker is not None and (left := self.breaker.seconds_left()):
            return _suspended(CircuitOpen(left))
        try:
            await self._turns.take(deadline)
        except Full as full:
            return failure(ErrorCode.RATE_LIMITED, str(full), retry_after=full.retry_after)
        probe = partial(self._up, deadline, operation.total_seconds) if operation.write and self._rule.probe else None
        passage = Passage(self.breaker, write=operation.write, probe=probe)
        try:
            return await self._attempts(operation, replace(ask, deadline=deadline), scope, passage)
        finally:
            passage.leave()
            self._turns.leave()

    async def _attempts(self, operation: Compiled, ask: Ask, scope: Scope, passage: Passage) -> Any:
        left = 0 if operation.write else self._rule.retry.attempts
        pause = FIRST_PAUSE_SECONDS
        while True:
            found = await self._attempt(operation, ask, scope, passage)
            if not isinstance(found, _Failed):
                passage.good = True
                return found
            if found.good is not None:
                passage.good = found.good
            if left <= 0 or found.why not in self._rule.retry.on or self._now() + pause >= ask.deadline:
                return found.failure
            left -= 1
            await asyncio.sleep(pause)
            pause *= 2

    async def _attempt(self, operation: Compiled, ask: Ask, scope: Scope, passage: Passage) -> Any:
        reply = await self._send(operation, ask, scope, passage)
        if isinstance(reply, Reply) and reply.status == 401 and self._credential.refused():
            # The city did not act: a fresh proof may be offered once, for a write too.
            reply = await self._send(operation, ask, scope, passage)
        match reply:
            case Failure():
                return _Failed(reply, None)
            case Fault():
                return self._fault(operation, reply, passage)
            case _:
                return self._open(operation, reply)

    async def _send(self, operation: Compiled, ask: Ask, scope: Scope, passage: Passage) -> Reply | Fault | Failure:
        try:
            if self._pace is not None:
                await self._pace.take(ask.deadline)
            draft = operation.spoken.draw(scope)
            refused = await self._prove(draft, ask)
            if refused is not None:
                return refused
            url, body = draft.url, draft.content.encode()
            await passage.enter(ask.deadline)
        except CircuitOpen as suspended:
            return _suspended(suspended)
        except Full as full:
            return failure(ErrorCode.RATE_LIMITED, str(full), retry_after=full.retry_after)
        except Refused as refusal:
            return failure(ErrorCode.INVALID_INPUT, str(refusal), user=True)
        except UnicodeEncodeError:
            return failure(ErrorCode.INVALID_INPUT, f"{self._rule.encoding} cannot carry the text", user=True)
        passage.seconds = ask.deadline - self._now()
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

    def _fault(self, operation: Compiled, fault: Fault, passage: Passage) -> _Failed:
        hurried = fault.kind == "timeout" and passage.seconds < FAIR_SHARE * operation.total_seconds
        good = None if hurried else False
        if operation.write and fault.sent:
            return _Failed(failure(ErrorCode.OUTCOME_UNKNOWN, fault.detail), good)
        match fault.kind:
            case "timeout":
                return _Failed(failure(ErrorCode.BACKEND_TIMEOUT, fault.detail), good, "timeout")
            case "undecodable":
                return _Failed(failure(ErrorCode.BACKEND_CONTRACT_BROKEN, fault.detail), good)
            case _:
                return _Failed(failure(ErrorCode.BACKEND_UNREACHABLE, fault.detail), good, "connect")

    def _open(self, operation: Compiled, reply: Reply) -> Any:
        try:
            data = operation.spoken.unwrap(reply)
        except ContractBroken as broken:
            self._tell(Opened(reply, None, broken))
            return self._broken(operation, broken, str(reply.status))
        self._tell(Opened(reply, data))
        if isinstance(data, Failure):
            why = str(reply.status) if reply.status >= 500 else ""
            return _Failed(data, judged(data, reply.status), why)
        return data

    def _broken(self, operation: Compiled, broken: ContractBroken, why: str) -> _Failed:
        left = seconds_left(self._rule.maintenance, self._clock()) if broken.html or broken.status == 503 else None
        good = None if left is not None else False
        if operation.write:
            return _Failed(failure(ErrorCode.OUTCOME_UNKNOWN, str(broken)), good)
        if left is not None:
            paused = failure(ErrorCode.CHANNEL_PAUSED, f"{broken}, in a maintenance window", retry_after=left)
            return _Failed(paused, good, why)
        code = ErrorCode.BACKEND_UNREACHABLE if broken.status >= 500 else ErrorCode.BACKEND_CONTRACT_BROKEN
        return _Failed(failure(code, str(broken)), good, why)


def _suspended(circuit: CircuitOpen) -> Failure:
    return failure(ErrorCode.BACKEND_CIRCUIT_OPEN, str(circuit), retry_after=circuit.retry_after)


def _added(new: tuple[str, ...], old: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in new if name not in old)


def _parts(draft: Draft) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...], object]:
    """The names of what a draft holds now: headers, query, form fields; and its SOAP header."""
    form = tuple(name for name, _ in draft.content.fields) if isinstance(draft.content, Form) else ()
    return tuple(draft.headers), tuple(name for name, _ in draft.query), form, getattr(draft.content, "header", "")
