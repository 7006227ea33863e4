"""Who may ask for a citizen's token: two public clients, each with one redirect path on loopback.

A redirect URI is compared as a whole; only its port is free, because a native application cannot choose one in
advance (RFC 8252 §7.3).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

_PORT = r"(?::(?P<port>[0-9]{1,5}))?"
MAX_PORT = 65535


@dataclass(frozen=True, slots=True)
class Client:
    """A public client: `hosts` and `path` make up its redirect URI, `zh` and `en` name it on the page."""

    id: str
    zh: str
    en: str
    hosts: tuple[str, ...]
    path: str

    def owns(self, redirect_uri: str) -> bool:
        """True when the URI is this client's: plain http, one of its hosts, any port, exactly its path."""
        hosts = "|".join(re.escape(host) for host in self.hosts)
        match = re.fullmatch(rf"http://(?:{hosts}){_PORT}{re.escape(self.path)}", redirect_uri, re.ASCII)
        return match is not None and int(match["port"] or 80) <= MAX_PORT


CLIENTS: Mapping[str, Client] = {
    client.id: client
    for client in (
        Client(
            "roam-graphiql", "网关测试台", "the gateway's test console", ("127.0.0.1", "localhost"), "/auth/callback"
        ),
        Client("roam-cli", "roam 命令行", "command line", ("127.0.0.1",), "/callback"),
    )
}
