"""`/healthz`: the process lives. `/readyz`: a snapshot is loaded and its cities are known; 503 until then."""

from collections.abc import Callable, Mapping

from starlette.types import Receive, Scope, Send

from .coding import encode
from .headers import headers_of, request_id_of
from .readiness import Readiness
from .responses import NOT_STORED, raw_headers, send_body


class Health:
    """Both probes; GET and HEAD."""

    def __init__(self, readiness: Callable[[], Readiness]) -> None:
        self._readiness = readiness

    async def alive(self, scope: Scope, receive: Receive, send: Send) -> None:
        await _send(scope, send, 200, {"status": "alive"})

    async def ready(self, scope: Scope, receive: Receive, send: Send) -> None:
        found = self._readiness()
        body = {
            "status": "ready" if found.ready else "starting",
            "config": found.config_version,
            "schema": found.schema_version,
            "cities": [
                {
                    "slug": city.slug,
                    "code": city.code,
                    "status": city.status,
                    "availability": city.availability,
                    "loaded": city.loaded,
                }
                for city in found.cities
            ],
        }
        await _send(scope, send, 200 if found.ready else 503, body)


async def _send(scope: Scope, send: Send, status: int, body: Mapping[str, object]) -> None:
    headers = raw_headers("application/json; charset=utf-8", request_id_of(headers_of(scope)), (NOT_STORED,))
    await send_body(send, status, headers, encode(body))
