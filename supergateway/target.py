"""Where a POST goes, and the bytes that every one to it begins with: shared by the ways bytes travel."""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult, unquote, urlsplit


@dataclass(frozen=True, slots=True)
class Target:
    """One address."""

    host: str
    port: int
    secure: bool
    start: bytes
    """The request line and `Host`."""
    login: Mapping[str, str]
    """What its name and password say as a header."""

    @classmethod
    def of(cls, url: str) -> "Target":
        """An http or https URL, taken apart."""
        parts = urlsplit(url)
        secure = parts.scheme.lower() == "https"
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        start = f"POST {path} HTTP/1.1\r\nHost: {parts.netloc.rpartition('@')[2]}\r\n".encode()
        return cls(parts.hostname or "", parts.port or (443 if secure else 80), secure, start, _login(parts))

    def head(self, headers: Mapping[str, str]) -> bytes:
        """What every request with these headers begins with, up to the length of its body.  Raises: ValueError."""
        known = any(name.lower() == "authorization" for name in headers)
        return self.start + written_headers(headers if known else {**self.login, **headers})


def written_headers(headers: Mapping[str, str]) -> bytes:
    """Header lines up to the length of the body.  Raises: ValueError: one is no header line."""
    lines = [f"{name}: {value}" for name, value in headers.items()]
    if any(character in line for line in lines for character in "\r\n\0"):
        raise ValueError("a header of more than one line")
    return "\r\n".join((*lines, "Content-Length: ")).encode("latin-1")


def _login(parts: SplitResult) -> Mapping[str, str]:
    """What an address with a name and a password says in a header: RFC 7617."""
    if parts.username is None:
        return {}
    both = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    return {"Authorization": f"Basic {b64encode(both.encode()).decode()}"}
