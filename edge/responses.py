"""Sending bytes back: raw ASGI, with the headers that every answer carries."""

from collections.abc import Iterable

from starlette.types import Send

SECURITY_HEADERS: tuple[tuple[str, str], ...] = (
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("x-frame-options", "DENY"),
)
NOT_STORED = ("cache-control", "no-store")

_ALWAYS = [(name.encode(), value.encode()) for name, value in SECURITY_HEADERS]


def raw_headers(content_type: str, request_id: str, more: Iterable[tuple[str, str]] = ()) -> list[tuple[bytes, bytes]]:
    """Content type, request id, security headers and `more`, as ASGI wants them."""
    return [
        (b"content-type", content_type.encode()),
        (b"x-request-id", request_id.encode()),
        *_ALWAYS,
        *((name.encode(), value.encode()) for name, value in more),
    ]


def config_header(version: str | None) -> tuple[tuple[str, str], ...]:
    """`Roam-Config: cfg-12.3f0c91d`: the configuration that answered, as in `extensions.roam.config`; a header is ASCII."""
    return (("roam-config", version.replace("·", ".").encode("ascii", "replace").decode()),) if version else ()


async def send_body(send: Send, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
    """A whole response."""
    headers.append((b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
