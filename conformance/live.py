"""One bounded session with a city's real backends, speaking for its test citizens through the gateway's own lines.

Everything that was asked and what came back is kept for the rules: `said` holds the well-formed exchanges in order.
Retries and breaker are off, so that one question is one request; rate and bulkhead of the channel hold for everything that
is asked of a backend, rightly or wrongly, except where a rule is about them.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal

from channels.answer import Answer, Failure, Page, Position
from channels.ask import Ask
from channels.calls.gates import Full, Pace
from channels.calls.line import Line
from channels.declared.models import Backend, Bulkhead, Operation, Retry
from channels.deployment.snapshot import Channel, Snapshot
from channels.failures import failure
from channels.mapping.converters import Unfit
from channels.mapping.templates import Scope
from channels.proofs.credentials import BadCredential, Clock, Credential
from channels.proofs.proof import Means, make_proof
from channels.proofs.tls import make_context
from channels.protocols.compiled import LOCAL, Compiled, NotCompiled, compile_operation
from channels.protocols.draft import Base
from channels.protocols.paging import BadPosition
from channels.protocols.refusals import ContractBroken
from channels.protocols.rowset import make_page
from channels.protocols.transport import Fault, Reply, Transport
from conformance.machine import Machine
from conformance.personas import Person
from conformance.wire import HEARD, Forged, Heard, Tap, forged
from identity.exchange import OnBehalf
from schema.codes import ErrorCode

CLIENT: Final = "gateway"
ASSURANCE: Final = "REAL_PERSON"
WAIT_SECONDS: Final = 30.0  # for the channel's own rate; the city's time is bounded by its timeout

Manner = Literal["right", "forged", "forged-citizen", "cut", "unpaced"]


@dataclass(frozen=True, slots=True)
class Exchange:
    """One question and what became of it.  `data`: the unwrapped answer, None where there is none."""

    operation: str
    person: str
    answer: Answer
    data: Any = field(repr=False)
    heard: tuple[Heard, ...] = field(repr=False)
    args: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def page(self) -> Page | None:
        return self.answer if isinstance(self.answer, Page) else None

    @property
    def code(self) -> ErrorCode | None:
        return self.answer.code if isinstance(self.answer, Failure) else None

    @property
    def reply(self) -> Reply | None:
        """The last complete answer of the city."""
        return next((h.reply for h in reversed(self.heard) if isinstance(h.reply, Reply)), None)

    @property
    def seconds(self) -> float:
        """How long the city took, without waiting for the channel's own limits."""
        return sum(heard.seconds for heard in self.heard)

    def told(self) -> str:
        """`bills.list test-li: CODE detail`, for evidence."""
        why = f"{self.answer.code} {self.answer.detail}" if isinstance(self.answer, Failure) else "OK"
        return f"{self.operation} {self.person}: {why}".rstrip()


class Live:
    """The session.  Made by `opened`."""

    def __init__(self, channel: Channel, people: Mapping[str, Person], clock: Clock) -> None:
        self.channel, self.people, self.clock = channel, people, clock
        self.said: list[Exchange] = []
        self.faults: dict[str, str] = {}
        self._lines: dict[tuple[str, Manner], Line] = {}
        self._paces: dict[str, Pace] = {}
        self._making: dict[str, asyncio.Lock] = {}
        self._sized: dict[tuple[str, int], Compiled | None] = {}
        self._made: dict[str, Any] = {}

    async def once(self, name: str, make: Callable[[], Awaitable[Any]]) -> Any:
        """What `make` gave the first time in this session; several rules may want it at once."""
        async with self._making.setdefault(name, asyncio.Lock()):
            if name not in self._made:
                self._made[name] = await make()
        return self._made[name]

    def declared(self, operation: str) -> Operation:
        """The operation as the channel writes it."""
        config = self.channel.config
        return (
            config.local[operation.removeprefix(LOCAL)] if operation.startswith(LOCAL) else config.operations[operation]
        )

    def reads(self) -> tuple[Compiled, ...]:
        """Every operation that changes nothing."""
        return tuple(operation for operation in self.channel.operations.values() if not operation.write)

    def writes(self) -> tuple[Compiled, ...]:
        """Every operation that changes something."""
        return tuple(operation for operation in self.channel.operations.values() if operation.write)

    def has(self, operation: str, manner: Manner) -> bool:
        """Can it be asked in this manner?  Nothing can be forged where nothing proves anything."""
        return (self.channel.operations[operation].backend, manner) in self._lines

    def sized(self, operation: str, size: int) -> Compiled | None:
        """The operation with pages of another size; None where its requests do not carry a size."""
        if (operation, size) not in self._sized:
            self._sized[operation, size] = _sized(self.channel, operation, size)
        return self._sized[operation, size]

    async def ask(
        self,
        operation: str | Compiled,
        person: Person | None,
        args: Mapping[str, Any] | None = None,
        *,
        position: Position = None,
        page: Mapping[str, Any] | None = None,
        key: str | None = None,
        claims: Mapping[str, str] | None = None,
        manner: Manner = "right",
        probe: bool = False,
    ) -> Exchange:
        """Ask once.  `probe`: the question is wrong on purpose, so that its answer says nothing of everyday ones.

        `page` stands in the place of the paging's own values, `claims` of the person's.
        """
        compiled = self.channel.operations[operation] if isinstance(operation, str) else operation
        patience = 1 if manner == "right" and not compiled.write else 0
        while True:
            heard: list[Heard] = []
            told, machine = HEARD.set(heard), Machine.now()
            try:
                ask, data = self._question(compiled, person, args or {}, key, claims), None
                lacking = _lacking(compiled, ask)
                if lacking is not None:
                    answer: Answer = lacking
                else:
                    data, answer = await self._answer(compiled, ask, position, page, manner)
            finally:
                HEARD.reset(told)
            if not patience or not _too_late(answer) or not machine.starved():
                break
            patience -= 1  # this machine had no core for us: a silence that says nothing of the city
        exchange = Exchange(compiled.id, person.kind if person else "nobody", answer, data, tuple(heard), args or {})
        if not probe and manner in ("right", "unpaced"):
            self.said.append(exchange)
        return exchange

    def _question(
        self, operation: Compiled, person: Person | None, args: Mapping[str, Any], key: str | None, claims: Any
    ) -> Ask:
        known = claims or (person.claims if person else {})
        return Ask(
            operation.id,
            args,
            {need: known[need] for need in operation.needs if need in known},
            person.kind if person else None,
            ASSURANCE if operation.needs else "ANONYMOUS",
            f"conformance-{secrets.token_hex(8)}",
            asyncio.get_running_loop().time() + WAIT_SECONDS,
            idempotency_key=key or f"conformance-{secrets.token_hex(12)}",
            behalf=_behalf(known) if operation.needs else None,
        )

    async def _answer(
        self, operation: Compiled, ask: Ask, position: Position, page: Mapping[str, Any] | None, manner: Manner
    ) -> tuple[Any, Answer]:
        line = self._lines.get((operation.backend, manner))
        if line is None:
            return None, failure(ErrorCode.BACKEND_UNREACHABLE, self.faults.get(operation.backend, "no line"))
        request = {"id": ask.request_id, "idempotency_key": ask.idempotency_key}
        keys = ask.args.get(operation.batch.by.removeprefix("args."), []) if operation.batch else []
        try:
            values = page if page is not None else operation.pages.values(position)
            scope = Scope(ask.args, ask.claims, operation.variables(ask.args), values, request, {"keys": keys})
        except (Unfit, BadPosition) as error:
            return None, failure(ErrorCode.INVALID_INPUT, str(error), user=True)
        pace = self._paces.get(operation.backend) if manner != "unpaced" else None
        try:
            if pace is not None:
                await pace.take(ask.deadline)
        except Full as full:
            return None, failure(ErrorCode.RATE_LIMITED, str(full), retry_after=full.retry_after)
        data = await line.ask(operation, ask, scope)
        if isinstance(data, Failure):
            return None, data
        try:
            return data, make_page(operation, data, position, at=self.clock())
        except ContractBroken as broken:
            return data, failure(ErrorCode.BACKEND_CONTRACT_BROKEN, str(broken))

    async def _open(self, stack: AsyncExitStack, snapshot: Snapshot) -> None:
        for name, backend in self.channel.config.backends.items():
            try:
                await self._open_backend(stack, snapshot, name, backend)
            except (BadCredential, LookupError) as error:
                self.faults[name] = str(error)

    async def _open_backend(self, stack: AsyncExitStack, snapshot: Snapshot, name: str, backend: Backend) -> None:
        file, reveal = self.channel.config, snapshot.secrets.reveal
        tls = make_context(backend.tls, reveal) if Base.of(backend.base_url).secure else None
        transport = await stack.enter_async_context(
            Transport(connect_seconds=backend.timeout.connect.total_seconds(), tls=tls)
        )

        async def post(url: str, headers: Mapping[str, str], body: bytes, deadline: float) -> Reply | Fault:
            return await transport.send("POST", url, headers, body, deadline=deadline)

        means = Means(reveal, snapshot.settings.gateway.public_url, self.clock, post)
        auth = file.auth.get(backend.auth) if backend.auth else None
        proof, wrong = make_proof(file, auth, means), forged(auth, make_proof(file, auth, means), means)
        rule = backend.model_copy(update={"retry": Retry(attempts=0), "rate": None})
        free = rule.model_copy(update={"bulkhead": Bulkhead(max_concurrent=1_000_000, queue=0)})
        if backend.rate is not None:
            self._paces[name] = Pace(backend.rate, asyncio.get_running_loop().time)
        tap, cut = Tap(transport, self.clock), Tap(transport, self.clock, tls, cut=True)
        lines: dict[Manner, tuple[Backend, Transport, Credential | None]] = {
            "right": (rule, tap, proof),
            "unpaced": (free, tap, proof),
            "cut": (rule, cut, proof),
            "forged": (rule, tap, wrong),
            "forged-citizen": (rule, tap, _forged_citizen(self.channel, proof)),
        }
        for manner, (limits, way, credential) in lines.items():
            if credential is not None:
                self._lines[name, manner] = Line(limits, way, credential, self.clock)


@asynccontextmanager
async def opened(
    channel: Channel, snapshot: Snapshot, people: Mapping[str, Person], clock: Clock
) -> AsyncIterator[Live]:
    """A session; its connections end with it."""
    live = Live(channel, people, clock)
    async with AsyncExitStack() as stack:
        await live._open(stack, snapshot)
        yield live


def _forged_citizen(channel: Channel, proof: Credential) -> Credential | None:
    rule = channel.config.citizen_token
    return Forged(proof, rule.header) if rule is not None else None


def _behalf(claims: Mapping[str, str]) -> OnBehalf | None:
    pairwise = claims.get("pairwise_id")
    return OnBehalf(pairwise, CLIENT) if pairwise else None


def _too_late(answer: Answer) -> bool:
    return isinstance(answer, Failure) and answer.code is ErrorCode.BACKEND_TIMEOUT


def _lacking(operation: Compiled, ask: Ask) -> Failure | None:
    missing = [need for need in operation.needs if not ask.claims.get(need)]
    return failure(ErrorCode.FORBIDDEN, f"the test persona has no {', '.join(missing)}") if missing else None


def _sized(channel: Channel, name: str, size: int) -> Compiled | None:
    operation = channel.config.operations.get(name)
    if operation is None or operation.page is None or "page.size" not in str(operation.request.model_dump()):
        return None
    other = operation.model_copy(update={"page": operation.page.model_copy(update={"size": size})})
    try:
        return replace(compile_operation(name, other, channel.config.backends[operation.backend]), id=name)
    except NotCompiled:
        return None
