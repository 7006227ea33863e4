"""One request to a city while it is being made: filled from templates, then credentialed, then sent."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol, TypeAlias
from urllib.parse import quote, urlencode, urlsplit

Pairs: TypeAlias = list[tuple[str, str]]


class Content(Protocol):
    """A body that may still be added to until it is encoded."""

    def encode(self) -> bytes:
        """Return: the bytes to send.  Raises: UnicodeEncodeError: the city's charset cannot carry the text."""


@dataclass(slots=True)
class Bytes:
    """A finished body."""

    data: bytes = b""

    def encode(self) -> bytes:
        return self.data


@dataclass(slots=True)
class Form:
    """`application/x-www-form-urlencoded` fields in order, percent-encoded from the city's charset."""

    fields: Pairs
    encoding: str

    def encode(self) -> bytes:
        return urlencode(self.fields, encoding=self.encoding, errors="strict").encode("ascii")


@dataclass(slots=True)
class Draft:
    """`origin` is scheme and authority; `path` is the path of the URL as sent, percent-encoded."""

    method: str
    origin: str
    path: str
    query: Pairs
    headers: dict[str, str]
    content: Content
    encoding: str = "utf-8"

    @property
    def url(self) -> str:
        """The whole address, already encoded."""
        query = query_text(self.query, self.encoding)
        return f"{self.origin}{self.path or '/'}" + (f"?{query}" if query else "")


@dataclass(frozen=True, slots=True)
class Base:
    """A backend's `base_url` taken apart once."""

    origin: str
    path: str
    secure: bool
    host: str
    port: int
    query: Pairs = field(default_factory=list)

    @classmethod
    def of(cls, url: str) -> Base:
        """Return: the parts of an absolute http(s) address; the path is without a slash at its end."""
        parts = urlsplit(url)
        secure = parts.scheme == "https"
        return cls(
            f"{parts.scheme}://{parts.netloc}",
            parts.path.rstrip("/"),
            secure,
            parts.hostname or "",
            parts.port or (443 if secure else 80),
        )


def rooted(path: str) -> str:
    """Return: a path below `base_url`, with the slash at its start that a channel may have left out."""
    return path if not path or path.startswith("/") else f"/{path}"


def query_text(pairs: Pairs, encoding: str = "utf-8") -> str:
    """Return: `k=v` joined by `&`, percent-encoded (RFC 3986 unreserved kept), in order."""
    return "&".join(f"{_quote(key, encoding)}={_quote(value, encoding)}" for key, value in pairs)


def _quote(value: str, encoding: str) -> str:
    return quote(value, safe="-._~", encoding=encoding, errors="strict")
