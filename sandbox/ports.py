"""Who listens where: the default ports, moved ones, and free ones for tests.

The identity provider and the cities stand at fixed distances from one base (8100), each with a control port 100
above its own.
"""

import errno
import socket
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Self

from sandbox.table import CITIES, CONTROL_OFFSET

HOST = "127.0.0.1"
GATEWAY_PORT = 8000
BASE_PORT = 8100
MAX_PORT = 65535


class PortTaken(Exception):
    """A port is in use or out of range; the message is one line that says who wants it and how to move it."""


@dataclass(frozen=True, slots=True)
class Door:
    """Two ports of one server: the public one and the switchboard."""

    port: int
    control: int

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    @property
    def control_url(self) -> str:
        return f"http://{HOST}:{self.control}"


@dataclass(frozen=True, slots=True)
class Ports:
    """The gateway's port, the provider's door and one door for each city by slug."""

    gateway: int
    issuer: Door
    cities: Mapping[str, Door]

    @classmethod
    def fixed(cls, slugs: Iterable[str], gateway: int = GATEWAY_PORT, base: int = BASE_PORT) -> Self:
        """Ports at the usual distances from a base."""
        doors = {slug: _door(base + CITIES[slug].port - BASE_PORT) for slug in slugs}
        return cls(gateway, _door(base), doors)

    @classmethod
    def free(cls, slugs: Iterable[str]) -> Self:
        """Ports nobody uses now."""
        wanted = tuple(slugs)
        with ExitStack() as held:  # all are held until all are found, so no two are the same
            found = iter([_free(held) for _ in range(3 + 2 * len(wanted))])
            return cls(
                next(found), Door(next(found), next(found)), {slug: Door(next(found), next(found)) for slug in wanted}
            )

    def check(self) -> None:
        """Raises PortTaken: the first port that cannot be listened on."""
        for port, wanted_by, setting in self._wishes():
            _check(port, wanted_by, setting)

    def door_for(self, slug: str) -> Door:
        """The usual ports of one more city, or free ones where those are taken."""
        usual = _door(self.issuer.port + CITIES[slug].port - BASE_PORT)
        try:
            for port in (usual.port, usual.control):
                _check(port, f"the city {slug}", "ROAM_SANDBOX_PORT")
        except PortTaken:
            return Ports.free([slug]).cities[slug]
        return usual

    def _wishes(self) -> Iterable[tuple[int, str, str]]:
        yield self.gateway, "the gateway", "ROAM_PORT"
        yield self.issuer.port, "the identity provider", "ROAM_SANDBOX_PORT"
        yield self.issuer.control, "the identity provider's control", "ROAM_SANDBOX_PORT"
        for slug, door in self.cities.items():
            yield door.port, f"the city {slug}", "ROAM_SANDBOX_PORT"
            yield door.control, f"the control of the city {slug}", "ROAM_SANDBOX_PORT"


def _door(port: int) -> Door:
    return Door(port, port + CONTROL_OFFSET)


def _free(held: ExitStack) -> int:
    listener = held.enter_context(socket.socket(socket.AF_INET, socket.SOCK_STREAM))
    listener.bind((HOST, 0))
    port: int = listener.getsockname()[1]
    return port


def _check(port: int, wanted_by: str, setting: str) -> None:
    remedy = f"set {setting} to move it (e.g. {setting}={port + 1000 if port <= MAX_PORT - 1000 else GATEWAY_PORT})"
    if not 0 < port <= MAX_PORT:
        raise PortTaken(f"port {port} for {wanted_by} is not between 1 and {MAX_PORT}: {remedy}")
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a port in TIME_WAIT is free, as for a server
        try:
            listener.bind((HOST, port))
        except OSError as error:
            state = "is in use" if error.errno == errno.EADDRINUSE else f"cannot be had ({error.strerror})"
            raise PortTaken(
                f"port {port} {state}: {wanted_by} wants it; stop what listens there, or {remedy}"
            ) from None
