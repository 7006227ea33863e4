"""`/.well-known/jwks.json`: the public halves of the keys that the gateway signs with, for the cities that verify."""

from collections.abc import Callable, Mapping, Sequence

from starlette.types import Receive, Scope, Send

from .coding import encode
from .headers import headers_of, request_id_of
from .responses import raw_headers, send_body

MEDIA = "application/jwk-set+json"  # RFC 7517 §8.5.2
KEPT = ("cache-control", "public, max-age=300")

Keys = Callable[[], Sequence[Mapping[str, str]]]


class KeySet:
    """Answers GET and HEAD with a JWK Set (RFC 7517 §5)."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys

    async def show(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = raw_headers(MEDIA, request_id_of(headers_of(scope)), (KEPT,))
        await send_body(send, 200, headers, encode({"keys": list(self._keys())}))
