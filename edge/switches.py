"""Fault switches of the sandbox's cities, for the tester at GraphiQL: read and set through the gateway's own address.

```
GET /sandbox/faults          {"faults": [names], "cities": [{"slug", "fault", "operation"?, "count"?}]}
PUT /sandbox/faults/SLUG     {"fault", "operation"?, "count"?} → how the switch then stands; needs X-Roam-Switch
```
They stand only where the environment says `faults: true` and every control address is on this machine. A page of
another site cannot set the header without asking first, and is never told yes; a foreign name for this machine
(DNS rebinding) is refused by its Host.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Self

import aiohttp
import orjson
from starlette.types import Receive, Scope, Send

from identity.addresses import is_loopback

from .body import read_body
from .coding import encode
from .errors import INVALID_INPUT, Refusal, coded
from .execution import refused
from .headers import headers_of, request_id_of
from .limits import Limits
from .responses import NOT_STORED, raw_headers, send_body

HEADER = "x-roam-switch"
SECONDS = 3.0
LIMITS = Limits(max_body_bytes=4 * 1024)
KEYS = frozenset({"fault", "operation", "count"})
CONTROL = re.compile(r"([a-z][a-z0-9-]{0,39})=(http://(?:127\.0\.0\.1|localhost|\[::1\]):[0-9]{1,5})")


class UnfitControls(ValueError):
    """The addresses of the switches cannot be used; the message says which and why."""


def controls_of(text: str) -> Mapping[str, str]:
    """`slug=http://127.0.0.1:PORT`, separated by spaces, as addresses by slug.  Raises UnfitControls."""
    found: dict[str, str] = {}
    for part in text.split():
        match = CONTROL.fullmatch(part)
        if match is None:
            raise UnfitControls(
                f"ROAM_SANDBOX_CONTROLS: {part!r} is not city=http://127.0.0.1:PORT; switches are on this machine only"
            )
        found[match[1]] = match[2]
    return MappingProxyType(found)


class Switches:
    """The switches of some cities, by the addresses of their control ports."""

    def __init__(self, controls: Mapping[str, str]) -> None:
        self._controls = controls

    @classmethod
    def of(cls, text: str) -> Self | None:
        """Of addresses as `controls_of` reads them; None where there is none.  Raises UnfitControls."""
        controls = controls_of(text)
        return cls(controls) if controls else None

    async def show(self, scope: Scope, receive: Receive, send: Send) -> None:
        """How every switch stands; a city that does not answer has the fault null."""
        if await _turned_away(scope, send):
            return
        names: list[str] = []
        cities = []
        async with _session() as session:
            for slug, control in self._controls.items():
                _, stands = await _asked(session, "GET", f"{control}/fault")
                if not names and isinstance(stands, dict):
                    _, told = await _asked(session, "GET", f"{control}/faults")
                    names = told["faults"] if isinstance(told, dict) else []
                cities.append({"slug": slug, **(stands if isinstance(stands, dict) else {"fault": None})})
        await _send(scope, send, 200, {"faults": names, "cities": cities})

    async def put(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Set one switch; the city itself says what is wrong with a wish."""
        control = self._controls.get(scope["path_params"]["slug"])
        headers = headers_of(scope)
        if await _turned_away(scope, send):
            return
        if HEADER not in headers:
            await _refused(
                scope, send, 403, f"A switch is set with the header {HEADER}, which only a page of ours sends."
            )
        elif control is None:
            await _refused(scope, send, 404, f"No such city; there are: {', '.join(self._controls)}.")
        elif (wish := await _wish(receive, headers)) is None:
            await _refused(scope, send, 400, 'The body must be an object with "fault", and maybe "operation", "count".')
        else:
            async with _session() as session:
                status, stands = await _asked(session, "PUT", f"{control}/fault", wish)
            await _send(scope, send, status, stands)


def _session() -> aiohttp.ClientSession:
    return aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=SECONDS))


async def _asked(session: aiohttp.ClientSession, method: str, url: str, wish: object = None) -> tuple[int, Any]:
    """Status and JSON of one call; 502 where nobody answers."""
    try:
        async with session.request(method, url, json=wish, allow_redirects=False) as response:
            return response.status, orjson.loads(await response.read())
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError):
        return 502, None


async def _wish(receive: Receive, headers: Mapping[str, str]) -> Mapping[str, Any] | None:
    try:
        found = orjson.loads(await read_body(receive, headers.get("content-length"), LIMITS) or b"")
    except (Refusal, ValueError):
        return None
    return found if isinstance(found, dict) and found.keys() <= KEYS and "fault" in found else None


async def _turned_away(scope: Scope, send: Send) -> bool:
    """True for what is not a page of this machine, which was told so."""
    headers = headers_of(scope)
    here = f"http://{headers.get('host', '')}"
    origin = headers.get("origin")
    if is_loopback(here) and origin in (None, here):
        return False
    await _refused(scope, send, 403, "Fault switches are for pages of this gateway on this machine.")
    return True


async def _refused(scope: Scope, send: Send, status: int, text: str) -> None:
    await _send(scope, send, status, refused((coded(INVALID_INPUT, text),)).formatted())


async def _send(scope: Scope, send: Send, status: int, value: Any) -> None:
    headers = raw_headers("application/json; charset=utf-8", request_id_of(headers_of(scope)), (NOT_STORED,))
    await send_body(send, status, headers, encode(value))
