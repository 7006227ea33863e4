"""One city ready to be asked: a line to each backend, and what could not be made, said plainly."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

from channels.credentials import BadCredential, Clock
from channels.draft import Base
from channels.line import Line
from channels.models import Backend, ChannelFile
from channels.proof import Means, make_proof
from channels.scalars import SecretRef
from channels.tls import make_context
from channels.trace import Listener
from channels.transport import Fault, Reply, Transport

Reveal = Callable[[SecretRef | str], str]


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

    async def leave(self) -> None:
        """One snapshot asks no more; after the last one the sessions are closed."""
        self._users -= 1
        if self._users <= 0:
            await self._stack.aclose()


async def opened(
    file: ChannelFile, *, reveal: Reveal, issuer: str, clock: Clock, listener: Listener | None = None
) -> CityLines:
    """Return: the city with every line that could be made; its sessions are its own."""
    async with AsyncExitStack() as stack:
        city = await open_city(file, stack, reveal=reveal, issuer=issuer, clock=clock, listener=listener)
        city._stack = stack.pop_all()
    return city


async def open_city(
    file: ChannelFile,
    stack: AsyncExitStack,
    *,
    reveal: Reveal,
    issuer: str,
    clock: Clock,
    listener: Listener | None = None,
) -> CityLines:
    """Return: the city with every line that could be made.  Sessions are closed by `stack`; `listener` hears each call."""
    city = CityLines()
    for name, backend in file.backends.items():
        try:
            city.lines[name] = await _open_line(
                file, backend, stack, reveal=reveal, issuer=issuer, clock=clock, listener=listener
            )
        except (BadCredential, LookupError) as error:
            city.faults[name] = str(error)
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
) -> Line:
    connect = backend.timeout.connect.total_seconds()
    context = make_context(backend.tls, reveal) if Base.of(backend.base_url).secure else None
    transport = Transport(connect_seconds=connect, tls=context, listener=listener)

    async def post(url: str, headers: Mapping[str, str], body: bytes, deadline: float) -> Reply | Fault:
        return await transport.send("POST", url, headers, body, deadline=deadline)

    auth = file.auth.get(backend.auth) if backend.auth else None
    credential = make_proof(file, auth, Means(reveal, issuer, clock, post))
    return Line(backend, await stack.enter_async_context(transport), credential, clock, listener)
