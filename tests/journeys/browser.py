"""A browser without pages: follows no redirect by itself, keeps cookies, says where it comes from when told to."""

import http.client
import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit


@dataclass(frozen=True)
class Reply:
    """One HTTP answer."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str:
        return next((value for key, value in self.headers if key.lower() == name), "")

    def cookies(self) -> list[str]:
        return [value for key, value in self.headers if key.lower() == "set-cookie"]

    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def query(self) -> dict[str, str]:
        """The parameters of the address it sends to."""
        return {name: values[0] for name, values in parse_qs(urlsplit(self.header("location")).query).items()}


@dataclass
class Browser:
    """One browser profile at one gateway."""

    gateway: str
    jar: dict[str, str] = field(default_factory=dict)

    def send(self, method: str, url: str, body: bytes | None = None, **headers: str) -> Reply:
        """`url`: a path of the gateway, or an address elsewhere, which gets no cookie of the gateway's."""
        at = urlsplit(url if "://" in url else self.gateway + url)
        ours = f"{at.scheme}://{at.netloc}" == self.gateway
        if ours and self.jar:
            headers = {"cookie": "; ".join(f"{name}={value}" for name, value in self.jar.items())} | headers
        connection = http.client.HTTPConnection(at.hostname or "", at.port, timeout=30)
        try:
            path = at.path + (f"?{at.query}" if at.query else "")
            connection.request(method, path, body, {name.replace("_", "-"): text for name, text in headers.items()})
            response = connection.getresponse()
            reply = Reply(response.status, response.getheaders(), response.read())
        finally:
            connection.close()
        if ours:
            self._keep(reply)
        return reply

    def get(self, url: str, **headers: str) -> Reply:
        return self.send("GET", url, **headers)

    def login(self, persona: str, **more: str) -> Reply:
        """Begins: the redirect to the provider."""
        asked = {"return": "/healthz", "prompt": "none", "login_hint": persona} | more
        return self.get(f"/auth/login?{urlencode(asked)}")

    def answer(self, begun: Reply) -> str:
        """What the provider sends the browser back to."""
        return self.get(begun.header("location")).header("location")

    def sign_in(self, persona: str, **more: str) -> Reply:
        """All of it; the last redirect."""
        return self.get(self.answer(self.login(persona, **more)))

    def session(self) -> Any:
        """What a page of ours is told."""
        return self.get("/auth/session").json()

    def ask(self, query: str, **headers: str) -> Any:
        """A GraphQL request as a page sends it, with the cookie only."""
        headers = {"content_type": "application/json", "accept_language": "en"} | headers
        return self.send("POST", "/graphql", json.dumps({"query": query}).encode(), **headers).json()

    def _keep(self, reply: Reply) -> None:
        for cookie in reply.cookies():
            name, _, value = cookie.partition(";")[0].partition("=")
            self.jar.pop(name, None)
            if value:
                self.jar[name] = value
