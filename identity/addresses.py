"""Where this gateway is, as browsers and proofs name it.

Behind a proxy that is the public URL of the configuration, and nothing a request says of itself: a Host header is the
client's word. The address of the very socket a request came in on is ours too. A browser on a developer's own machine
is served over plain loopback; that counts only where the deployment says so (`loopback`).
"""

from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_DEFAULT_PORTS = {"http": 80, "https": 443}
_HTTP = {"ws": "http", "wss": "https"}


def normal(url: str) -> str | None:
    """One spelling of an address: scheme and host in lower case, no default port, no query, no fragment; None if none.

    A WebSocket's address is that of its opening request. Source: RFC 9449 §4.3, RFC 3986 §6.2.2 and §6.2.3.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    scheme = _HTTP.get(parts.scheme.lower(), parts.scheme.lower())
    if scheme not in _DEFAULT_PORTS or not host or parts.username is not None:
        return None
    return urlunsplit((scheme, _authority(host, port, scheme), parts.path or "/", "", ""))


def origin_of(url: str) -> str:
    """`https://host:port` of an address, as an Origin header spells it; empty if it is none."""
    found = normal(url)
    return "" if found is None else "{0.scheme}://{0.netloc}".format(urlsplit(found))


def is_loopback(url: str) -> bool:
    """True for an address on this machine."""
    return urlsplit(url).hostname in LOOPBACK


@dataclass(frozen=True, slots=True)
class Served:
    """Where one request came in: `host` and `port` of the socket, `host_header` as the client wrote it, `path`."""

    host: str = ""
    port: int = 0
    host_header: str = ""
    path: str = "/"


@dataclass(frozen=True, slots=True)
class Addresses:
    """`public_url` is the graph's public address; `loopback`: browsers may be served over plain http on loopback."""

    public_url: str
    loopback: bool = False

    def names(self, served: Served) -> frozenset[str]:
        """Every address by which a proof may name the request that came in here."""
        hosts = LOOPBACK if served.host in LOOPBACK else {served.host} - {""}
        ours = {f"http://{_authority(host, served.port, 'http')}{served.path}" for host in hosts}
        return frozenset(found for url in (self._public(served.path), *ours) if (found := normal(url)))

    def origin(self, served: Served) -> str:
        """The origin a browser knows this gateway by."""
        local = origin_of(f"http://{served.host_header}")
        return local if self.loopback and is_loopback(local) else origin_of(self.public_url)

    def _public(self, path: str) -> str:
        """The public address of a path beside the graph's own; a proxy may have put both under a prefix."""
        public = urlsplit(self.public_url)
        folder, _, _ = public.path.rpartition("/")
        inside = f"{folder}/{path.rpartition('/')[2]}" if folder else path
        return urlunsplit((public.scheme, public.netloc, inside, "", ""))


def _authority(host: str, port: int | None, scheme: str) -> str:
    name = f"[{host}]" if ":" in host else host
    return name if port in (None, _DEFAULT_PORTS[scheme]) else f"{name}:{port}"
