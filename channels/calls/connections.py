"""Every city of one snapshot, ready to be asked.

`call` gives a Page or a Failure and never raises for a city's failure.  Between the caller and the line stand, in this
order: the channel's state, the cache, identical reads under way, batching by key, and the mapping.  Where a city was asked and
is not able to answer, a page that the cache still holds may stand in (`cache.stale`); the failure counts as one all the same.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from contextlib import AsyncExitStack, suppress
from dataclasses import replace
from functools import partial
from math import inf
from typing import Any, Final, Self

from channels.answer import Answer, Failure, Page, Position
from channels.ask import Ask
from channels.calls.asked import bounded, missing, scope_of
from channels.calls.batching import ask_in_batches
from channels.calls.breaker import Change, State
from channels.calls.cache import PageCache
from channels.calls.city_lines import CityLines, opened
from channels.calls.health import Health
from channels.calls.line import Line
from channels.calls.probing import reachable
from channels.calls.reads import Question, Reads
from channels.deployment.snapshot import Channel, Snapshot
from channels.failures import failure
from channels.mapping.converters import Unfit
from channels.mapping.templates import Scope
from channels.measured.metrics import Metrics
from channels.proofs.credentials import Clock
from channels.protocols.compiled import Compiled
from channels.protocols.paging import BadPosition
from channels.protocols.refusals import ContractBroken
from channels.protocols.rowset import make_page
from channels.protocols.trace import Listener
from schema.codes import ErrorCode

log = logging.getLogger(__name__)

DRAIN_SECONDS: Final = 10.0  # a snapshot that was replaced outlives its last requests, not a hung city
# What a write's failure says about pages that were kept: they are, or may be, out of date.
_CHANGED = frozenset({ErrorCode.OUTCOME_UNKNOWN, ErrorCode.CONFLICT, ErrorCode.ALREADY_DONE})
_CLOSED = {"PAUSED": ErrorCode.CHANNEL_PAUSED, "RETIRED": ErrorCode.CHANNEL_RETIRED}


class Connections:
    """Sessions, caches and limits of one snapshot's cities.  Use as an async context manager.

    `health` and `cache` may be handed on from one snapshot's connections to the next.  `listener` hears every call (`trace`).
    `before`: the connections of the snapshot before, from which everything lives on that did not change: sessions and tokens,
    health, kept pages, reads under way.
    """

    def __init__(
        self,
        snapshot: Snapshot,
        clock: Clock,
        *,
        cache: PageCache | None = None,
        health: Health | None = None,
        listener: Listener | None = None,
        before: Connections | None = None,
        metrics: Metrics | None = None,
    ) -> None:
        self._listener = listener
        self._snapshot, self._clock, self._before = snapshot, clock, before
        self._reads: Reads = before._reads if before else Reads(cache or PageCache(_loop_seconds), _loop_seconds)
        self.health: Health = before.health if before else health or Health(_loop_seconds)
        self.metrics: Metrics = before.metrics if before else metrics or Metrics(clock)
        self._cities: dict[str, CityLines] = {}
        self._under_way = 0
        self._idle = asyncio.Event()
        self._idle.set()

    async def __aenter__(self) -> Self:
        issuer, reveal = self._snapshot.settings.gateway.public_url, self._snapshot.secrets.reveal
        async with AsyncExitStack() as undone:
            for slug, channel in self._snapshot.channels.items():
                held = self._before._lines_of(channel, self._snapshot) if self._before else None
                if held is None:
                    # A trial of a channel is told hop by hop, and nothing may keep it from the city.
                    told = None if self._listener else partial(_note_change, slug, self.health, self.metrics)
                    held = await opened(
                        channel.config,
                        reveal=reveal,
                        issuer=issuer,
                        clock=self._clock,
                        listener=self._listener,
                        told=told,
                    )
                self._cities[slug] = held.taken()
                self.health.watch(slug, held.breakers())
                undone.push_async_callback(held.leave)
            undone.pop_all()
        self._before = None  # or the first generation would live as long as the last
        return self

    def following(self, snapshot: Snapshot) -> Connections:
        """The connections of the snapshot after this one; to be entered while these are open."""
        return Connections(snapshot, self._clock, listener=self._listener, before=self)

    def _lines_of(self, channel: Channel, snapshot: Snapshot) -> CityLines | None:
        """The lines of a city that live on in the next snapshot; None where its files or its secrets are others."""
        mine, held = self._snapshot.channels.get(channel.slug), self._cities.get(channel.slug)
        if mine is None or held is None or held.faults or not channel.stamp:
            return None
        kept = (mine.stamp, mine.available, mine.secrets) == (channel.stamp, channel.available, channel.secrets)
        same_issuer = self._snapshot.settings.gateway.public_url == snapshot.settings.gateway.public_url
        return held if kept and same_issuer else None

    async def __aexit__(self, *_: object) -> None:
        """Let the calls under way finish, then close every session that is not in use elsewhere.  A call after that is told the line is closed."""
        with suppress(TimeoutError):
            async with asyncio.timeout(DRAIN_SECONDS):
                await self._idle.wait()
        for city in self._cities.values():
            await city.leave()

    @property
    def diagnostics(self) -> tuple[str, ...]:
        """What could not be made at start, one line each: `deyang: backends.gov: secret DEYANG_APP_KEY is not set`."""
        return tuple(
            f"{slug}: backends.{name}: {reason}"
            for slug, city in self._cities.items()
            for name, reason in city.faults.items()
        )

    def public_keys(self) -> tuple[Mapping[str, str], ...]:
        """The JWKs (RFC 7517) of every key the gateway signs with, each once, in the order of their ids."""
        lines = (line for city in self._cities.values() for line in city.lines.values())
        found = {key["kid"]: key for line in lines for key in line.public_keys()}
        return tuple(found[kid] for kid in sorted(found))

    async def call(self, channel: Channel, ask: Ask, position: Position = None) -> Answer:
        """Ask one city.  `position` None is the first page; later ones are `Page.next` as it was given.

        A write's answer forgets what the citizen's cached pages of that city said, an unknown outcome too.
        """
        operation = channel.operations.get(ask.operation)
        closed = _CLOSED.get(channel.status)
        if closed is not None:
            return failure(closed)
        if not channel.available:
            return failure(ErrorCode.CHANNEL_PAUSED, "the channel's files have errors")
        if operation is None:
            return failure(ErrorCode.NOT_OFFERED, ask.operation)
        ask = bounded(operation, ask)
        if lacking := missing(operation, ask):
            return lacking
        self._under_way += 1
        self._idle.clear()
        try:
            if not operation.write:
                return _own(await self._read(channel, operation, ask, position))
            answer = await self._ask(channel, operation, ask, position)
            if ask.subject is not None and (isinstance(answer, Page) or answer.code in _CHANGED):
                await self._reads.changed(ask.subject, channel.slug)
            return answer
        finally:
            self._under_way -= 1
            if not self._under_way:
                self._idle.set()

    async def query(
        self, channel: Channel, operation: Compiled, args: Mapping[str, Any], *, request_id: str, deadline: float
    ) -> Any:
        """Ask one backend in its own words, about nobody.  Return: its whole answer, or a Failure.  Nothing is kept."""
        line = self._cities[channel.slug].lines.get(operation.backend)
        if line is None or channel.status in _CLOSED:
            return failure(ErrorCode.CHANNEL_PAUSED)
        ask = Ask(operation.id, args, {}, None, "ANONYMOUS", request_id, deadline)
        answer = await line.ask(operation, ask, Scope(args, {}, {}, {}, {"id": request_id}, {}))
        self.health.note(channel.slug, answer)
        return answer

    async def purge(self, subject: str, city: str | None = None) -> int:
        """Forget a citizen's cached pages.  Return: how many."""
        return await self._reads.cache.purge(subject, city)

    def breaker(self, channel: Channel, backend: str) -> State | None:
        """The state of a backend's breaker; None without one."""
        line = self._cities[channel.slug].lines.get(backend) if channel.slug in self._cities else None
        return line.breaker.state if line is not None and line.breaker is not None else None

    async def probe_once(self) -> None:
        """See whether every city's backends accept connections, side by side, and tell `health`.

        A backend that declares a probe is not looked at: it is one of `probes`.
        """
        async with asyncio.TaskGroup() as group:
            for channel in self._open_channels():
                group.create_task(self._probe(channel))

    def probes(self) -> list[tuple[str, Line]]:
        """The lines to backends that declare a probe, with the slugs of their cities."""
        lines = (
            (channel.slug, line)
            for channel in self._open_channels()
            for line in self._cities[channel.slug].lines.values()
        )
        return [(slug, line) for slug, line in lines if line.probe_seconds < inf]

    async def _probe(self, channel: Channel) -> None:
        backends = [rule for rule in channel.config.backends.values() if rule.probe is None]
        if backends:
            self.health.probed(channel.slug, reached=await reachable(backends))

    def _open_channels(self) -> list[Channel]:
        channels = self._snapshot.channels.values()
        return [channel for channel in channels if channel.available and channel.status not in _CLOSED]

    async def _read(self, channel: Channel, operation: Compiled, ask: Ask, position: Position) -> Answer:
        async def fetch() -> Answer:
            return await self._ask(channel, operation, ask, position)

        question = Question(channel.stamp or self._snapshot.version, channel.slug, operation, ask, position)
        return await self._reads.answer(question, fetch)

    async def _ask(self, channel: Channel, operation: Compiled, ask: Ask, position: Position) -> Answer:
        started = asyncio.get_running_loop().time()
        if ask.deadline <= started:
            return failure(ErrorCode.BACKEND_TIMEOUT, "no time left to ask")
        if operation.batch is not None:

            async def one(keys: list[Any]) -> Answer:
                return await self._call(channel, operation, ask, position, {"keys": keys})

            answer = await ask_in_batches(operation.batch, ask, one, at=self._clock())
        else:
            answer = await self._call(channel, operation, ask, position, {})
        self.health.note(channel.slug, answer)
        self.metrics.note(channel, operation, answer, asyncio.get_running_loop().time() - started)
        if isinstance(answer, Failure):
            fields = {"city": channel.slug, "operation": operation.id, "code": answer.code, "detail": answer.detail}
            log.info("city call failed: %(city)s %(operation)s %(code)s: %(detail)s", fields)
        return answer

    async def _call(
        self, channel: Channel, operation: Compiled, ask: Ask, position: Position, batch: Mapping[str, Any]
    ) -> Answer:
        try:
            scope = scope_of(operation, ask, operation.pages.values(position), batch)
        except (Unfit, BadPosition) as error:
            return failure(ErrorCode.INVALID_INPUT, str(error), user=True)
        line = self._cities[channel.slug].lines.get(operation.backend)
        if line is None:
            fault = self._cities[channel.slug].faults.get(operation.backend, "no such backend")
            return failure(ErrorCode.BACKEND_UNREACHABLE, f"backends.{operation.backend}: {fault}")
        data = await line.ask(operation, ask, scope)
        if isinstance(data, Failure):
            return data
        try:
            return make_page(operation, data, position, at=self._clock())
        except ContractBroken as broken:
            code = ErrorCode.OUTCOME_UNKNOWN if operation.write else ErrorCode.BACKEND_CONTRACT_BROKEN
            return failure(code, str(broken))


def _note_change(city: str, health: Health, metrics: Metrics, backend: str, change: Change) -> None:
    metrics.note_breaker(city, backend, change.state)
    health.look(city)
    fields = {"city": city, "backend": backend, "state": change.state, "failed": change.failed, "calls": change.calls}
    log.warning("breaker: %(city)s backends.%(backend)s %(state)s, failed %(failed)d of %(calls)d", fields)


def _loop_seconds() -> float:
    return asyncio.get_running_loop().time()


def _own(answer: Answer) -> Answer:
    """Return: the page with rows that the caller may add to; the cache and other callers hold the same page."""
    return replace(answer, rows=tuple([dict(row) for row in answer.rows])) if isinstance(answer, Page) else answer
