"""Request headers, and the request id that ties an answer to its log lines."""

import re
import secrets
from collections.abc import Iterable, Mapping
from typing import Any

_REQUEST_ID = re.compile(r"[A-Za-z0-9._:-]{1,64}")


def headers_of(scope: Mapping[str, Any]) -> dict[str, str]:
    """ASGI header pairs as a mapping, names in lower case."""
    pairs: Iterable[tuple[bytes, bytes]] = scope["headers"]
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in pairs}


def request_id_of(headers: Mapping[str, str]) -> str:
    """The client's X-Request-Id when it is harmless in a log, else a new one of 16 characters."""
    given = headers.get("x-request-id", "")
    return given if _REQUEST_ID.fullmatch(given) else secrets.token_hex(8)
