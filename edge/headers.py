"""Request headers, and the request id that ties an answer to its log lines."""

import re
import secrets
from collections.abc import Iterable, Mapping
from typing import Any

from identity.addresses import Served

_ONCE = frozenset({"authorization", "dpop", "x-roam-csrf", "origin"})
_REQUEST_ID = re.compile(r"[A-Za-z0-9._:-]{1,64}")


def headers_of(scope: Mapping[str, Any]) -> dict[str, str]:
    """ASGI header pairs as a mapping, names in lower case; of a repeated one the last.

    Who sends two credentials is not let in with either: those are joined, and fit no scheme.
    """
    pairs: Iterable[tuple[bytes, bytes]] = scope["headers"]
    found = {name.decode("latin-1"): value.decode("latin-1") for name, value in pairs}
    if len(found) != len(scope["headers"]):
        for name in _ONCE & found.keys():
            found[name] = ", ".join(value.decode("latin-1") for key, value in pairs if key.decode("latin-1") == name)
    return found


def served_of(scope: Mapping[str, Any]) -> Served:
    """Where a request came in: the socket's own address, and the name the client called it by."""
    host, port = scope.get("server") or ("", 0)
    named = next((value for name, value in scope["headers"] if name == b"host"), b"")
    return Served(host, port or 0, named.decode("latin-1"), scope["path"])


def request_id_of(headers: Mapping[str, str]) -> str:
    """The client's X-Request-Id when it is harmless in a log, else a new one of 16 characters."""
    given = headers.get("x-request-id", "")
    return given if _REQUEST_ID.fullmatch(given) else secrets.token_hex(8)
