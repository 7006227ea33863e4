"""The two cookies of a browser's sign-in: how they are named, written and read.

Over https they carry the `__Host-` prefix (RFC 6265bis §4.1.3.2), so that no neighbour of the domain can plant one. The
plain names are for loopback, where a browser has no https to insist on.
"""

from dataclasses import dataclass
from datetime import timedelta

from identity.addresses import Addresses, Served

SESSION, SIGN_IN = "roam-session", "roam-sign-in"
MAX_HEADER_CHARS = 16_384


@dataclass(frozen=True, slots=True)
class Cookie:
    """One cookie of one way in: HttpOnly, SameSite=Lax, for this host alone."""

    name: str
    secure: bool

    @classmethod
    def of(cls, kind: str, addresses: Addresses, served: Served) -> "Cookie":
        """`kind` is SESSION or SIGN_IN."""
        secure = addresses.origin(served).startswith("https:")
        return cls(f"__Host-{kind}" if secure else kind, secure)

    def read(self, header: str | None) -> str | None:
        """The value in a Cookie header, None when there is none. Two of one name give an empty one: no telling whose."""
        pairs = [part.strip().partition("=") for part in (header or "")[:MAX_HEADER_CHARS].split(";")]
        values = [value.strip() for name, _, value in pairs if name == self.name]
        return None if not values else values[0] if len(values) == 1 else ""

    def written(self, value: str, lifetime: timedelta) -> str:
        """A Set-Cookie header's value."""
        kept = f"{self.name}={value}; Max-Age={int(lifetime.total_seconds())}; Path=/; HttpOnly; SameSite=Lax"
        return f"{kept}; Secure" if self.secure else kept

    def dropped(self) -> str:
        """A Set-Cookie header's value that makes the browser forget it."""
        return self.written("", timedelta(0))
