"""`/metrics`: what the gateway counted of its calls to cities, in the text format of Prometheus.

It names cities, operations and outcomes, never a citizen. Still it is nobody's business outside: with the secret
METRICS_TOKEN it is for whoever bears that token, without one for callers on the gateway's own machine. Others see 404.
"""

import hmac
from collections.abc import Callable

from starlette.types import Receive, Scope, Send

from .headers import headers_of, request_id_of
from .responses import NOT_STORED, raw_headers, send_body

SECRET = "METRICS_TOKEN"  # noqa: S105 - the name of a secret
MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
HERE = frozenset({"127.0.0.1", "::1"})
FORWARDED = ("x-forwarded-for", "forwarded", "x-real-ip")


class Exposition:
    """`show` gives the text, None before the gateway is open; `token`: whom it is for."""

    def __init__(self, show: Callable[[], str | None], token: str | None) -> None:
        self._show, self._token = show, token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer GET and HEAD."""
        headers = headers_of(scope)
        found = self._show() if self._admits(scope) else None
        status, text = (200, found) if found is not None else (404, "Not Found\n")
        sent = raw_headers(MEDIA_TYPE, request_id_of(headers), (NOT_STORED,))
        await send_body(send, status, sent, text.encode())

    def _admits(self, scope: Scope) -> bool:
        told = {key.decode("latin-1").lower(): value.decode("latin-1") for key, value in scope["headers"]}
        if self._token:
            return hmac.compare_digest(told.get("authorization", "").encode(), f"Bearer {self._token}".encode())
        # Behind a proxy on this machine everybody comes from here.
        return (scope.get("client") or ("",))[0] in HERE and not any(name in told for name in FORWARDED)
