"""The provider on loopback ports, inside a running event loop: how the process and the tests start it."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sandbox.idp.application import create_app, create_control
from sandbox.idp.provider import Provider
from sandbox.idp.signing import SigningKeys, UnreadableKeysError
from sandbox.listener import Listener

HOST = "127.0.0.1"
KEY_FILE = "idp-keys.json"


class CannotServeError(Exception):
    """The provider cannot start; the message is one line for the person at the terminal."""


@dataclass(frozen=True, slots=True)
class Site:
    """A provider that is being served; `door` can be closed and opened again, as in an outage."""

    provider: Provider
    door: Listener
    control_url: str


def wall_clock() -> datetime:
    """Now, in UTC."""
    return datetime.now(UTC)


@asynccontextmanager
async def serving(
    state: Path,
    audience: str,
    *,
    port: int = 0,
    control: int = 0,
    issuer: str = "",
    clock: Callable[[], datetime] = wall_clock,
) -> AsyncIterator[Site]:
    """Serves until the block ends; ports 0 are free ones. `issuer` defaults to the address. Raises CannotServeError."""
    door = _listen(port)
    try:
        hatch = _listen(control)
    except CannotServeError:
        door.close()
        raise
    try:
        provider = Provider(issuer or door.url, audience, _keys(state, clock()), clock)
        await door.open(create_app(provider))
        await hatch.open(create_control(provider))
        yield Site(provider, door, hatch.url)
    finally:
        door.close()
        hatch.close()


def _keys(state: Path, now: datetime) -> SigningKeys:
    try:
        return SigningKeys(state / KEY_FILE, now)
    except UnreadableKeysError as error:
        raise CannotServeError(str(error)) from error
    except OSError as error:
        raise CannotServeError(f"{state}: the signing keys cannot be written: {error.strerror}") from error


def _listen(port: int) -> Listener:
    try:
        return Listener(HOST, port)
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or "not a port"
        raise CannotServeError(
            f"identity provider: port {port} on {HOST} is in use or not allowed: {reason}"
        ) from error
