"""One city ready to be asked: a line to each backend, and what could not be made, said plainly."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from functools import partial

from channels.calls.breaker import Breaker, Change
from channels.calls.line import Line
from channels.declared.models import Backend, ChannelFile
from channels.proofs.credentials import BadCredential, Clock
from channels.proofs.proof import Means, make_proof
from channels.proofs.tls import make_context
from channels.protocols.draft import Base
from channels.protocols.trace import Listener
from channels.protocols.transport import Fault, Reply, Transport
from channels.text.written import SecretRef

Reveal = Callable[[SecretRef | str], str]
Told = Callable[[str, Change], None]
"""Hears by backend name what a breaker has changed to."""


@dataclass(slots=True)
class CityLines:
    """`lines`: by backend name.  `faults`: why a backend cannot be used, by name; no values of secrets."""

    lines: dict[str, Line] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)
    _stack: AsyncExitStack = field(default_factory=AsyncExitStack)
    _users: int = 0

    def taken(self) -> CityLines:
        """The same, with one more snapshot that asks over it."""
        self._users += 1
        return self

    def breakers(self) -> tuple[Breaker, ...]:
        """Of those backends that declare one."""
        return tuple(line.breaker for line in self.lines.values() if line.breaker is not None)

    async def leave(self) -> None:
        """One snapshot asks no more; after the last one the sessions are closed."""
        self._users -= 1
        if self._users <= 0:
            await self._stack.aclose()


async def opened(
    file: ChannelFile,
    *,
    reveal: Reveal,
    issuer: str,
    clock: Clock,
    listener: Listener | None = None,
    told: Told | None = None,
) -> CityLines:
    """Return: the city with every line that could be made; its sessions are its own.

    `listener` hears each call, `told` each change of a breaker: without it there are none.
    """
    city = CityLines()
    async with AsyncExitStack() as stack:
        for name, backend in file.backends.items():
            try:
                city.lines[name] = await _open_line(
                    file,
                    backend,
                    stack,
                    reveal=reveal,
                    issuer=issuer,
                    clock=clock,
                    listener=listener,
                    breaker=_breaker(name, backend, told),
                )
            except (BadCredential, LookupError) as error:
                city.faults[name] = str(error)
        city._stack = stack.pop_all()
    return city


async def _open_line(
    file: ChannelFile,
    backend: Backend,
    stack: AsyncExitStack,
    *,
    reveal: Reveal,
    issuer: str,
    clock: Clock,
    listener: Listener | None,
    breaker: Breaker | None,
) -> Line:
    connect = backend.timeout.connect.total_seconds()
    context = make_context(backend.tls, reveal) if Base.of(backend.base_url).secure else None
    transport = Transport(connect_seconds=connect, tls=context, listener=listener)

    async def post(url: str, headers: Mapping[str, str], body: bytes, deadline: float) -> Reply | Fault:
        return await transport.send("POST", url, headers, body, deadline=deadline)

    auth = file.auth.get(backend.auth) if backend.auth else None
    credential = make_proof(file, auth, Means(reveal, issuer, clock, post))
    return Line(backend, await stack.enter_async_context(transport), credential, clock, listener, breaker)


def _breaker(name: str, backend: Backend, told: Told | None) -> Breaker | None:
    if backend.breaker is None or told is None:
        return None
    return Breaker(backend.breaker, asyncio.get_running_loop().time, partial(told, name))
