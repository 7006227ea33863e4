"""Fault switches of the sandbox's cities, for the tester at GraphiQL: read and set through the gateway's own address.

```
GET /sandbox/faults          {"faults": [names], "cities": [{"slug", "fault", "operation"?, "count"?}]}
PUT /sandbox/faults/SLUG     {"fault", "operation"?, "count"?} → how the switch then stands; needs X-Roam-Switch
```
They stand only where the environment says `faults: true` and a sandbox's file names the control addresses; one that is
not on this machine is not used. A page of
another site cannot set the header without asking first, and is never told yes; a foreign name for this machine
(DNS rebinding) is refused by its Host.
"""

import re
from collections.abc import Mapping
from pathlib import Path
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
SLUG = re.compile(r"[a-z][a-z0-9-]{0,39}")
CONTROL = re.compile(r"http://(?:127\.0\.0\.1|localhost|\[::1\]):[0-9]{1,5}")


def controls_in(file: Path) -> Mapping[str, str]:
    """The control addresses of the sandbox's cities by slug, as it notes them while it runs; none that is elsewhere."""
    try:
        noted = orjson.loads(file.read_bytes())["controls"]
        pairs = {str(slug): str(url) for slug, url in noted.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}
    return {slug: url for slug, url in pairs.items() if SLUG.fullmatch(slug) and CONTROL.fullmatch(url)}


class Switches:
    """The switches of the cities that `file` names; it is read each time, since a city may join while it runs."""

    def __init__(self, file: Path) -> None:
        self._file = file

    @classmethod
    def of(cls, file: str) -> Self | None:
        """None where no file is named."""
        return cls(Path(file)) if file else None

    async def show(self, scope: Scope, receive: Receive, send: Send) -> None:
        """How every switch stands; a city that does not answer has the fault null."""
        if await _turned_away(scope, send):
            return
        names: list[str] = []
        cities = []
        async with _session() as session:
            for slug, control in controls_in(self._file).items():
                _, stands = await _asked(session, "GET", f"{control}/fault")
                if not names and isinstance(stands, dict):
                    _, told = await _asked(session, "GET", f"{control}/faults")
                    names = told["faults"] if isinstance(told, dict) else []
                cities.append({"slug": slug, **(stands if isinstance(stands, dict) else {"fault": None})})
        await _send(scope, send, 200, {"faults": names, "cities": cities})

    async def put(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Set one switch; the city itself says what is wrong with a wish."""
        controls = controls_in(self._file)
        control = controls.get(scope["path_params"]["slug"])
        headers = headers_of(scope)
        if await _turned_away(scope, send):
            return
        if HEADER not in headers:
            await _refused(
                scope, send, 403, f"A switch is set with the header {HEADER}, which only a page of ours sends."
            )
        elif control is None:
            await _refused(scope, send, 404, f"No such city; there are: {', '.join(controls)}.")
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
