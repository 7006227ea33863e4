"""A front-end in a few lines: sends GraphQL over HTTP, as the citizen of one access token."""

import http.client
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from urllib.parse import urlsplit

NUMBERS = count(1)


@dataclass(frozen=True)
class Answer:
    """What came back: HTTP status, `data`, `errors` (empty when there are none), `extensions`."""

    status: int
    data: Any
    errors: list[Any]
    extensions: Mapping[str, Any]

    @property
    def codes(self) -> list[str]:
        return [error["extensions"]["code"] for error in self.errors]

    def outcomes(self, field: str = "bills") -> dict[str, tuple[str, str | None]]:
        """What came of each city asked for a list of `me`: its outcome and code, by slug."""
        rows = self.data["me"][field]["coverage"]
        return {row["city"]["slug"]: (row["outcome"], row["code"]) for row in rows}

    def whole(self) -> Any:
        """The data of an answer that must have no errors."""
        assert self.errors == []
        return self.data


@dataclass(frozen=True)
class FrontEnd:
    """One signed-in citizen (or nobody) at one gateway."""

    url: str
    token: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def ask(self, query: str, operation: str | None = None, /, **variables: Any) -> Answer:
        body = {"query": query, "variables": variables} | ({"operationName": operation} if operation else {})
        return self.send(json.dumps(body).encode())

    def send(self, body: bytes, path: str = "/graphql") -> Answer:
        at = urlsplit(self.url)
        connection = http.client.HTTPConnection(at.hostname or "", at.port, timeout=30)
        headers = {"content-type": "application/json", "accept": "application/json", **self.headers}
        if self.token:
            headers["authorization"] = f"Bearer {self.token}"
        try:
            connection.request("POST", path, body, headers)
            response = connection.getresponse()
            told = json.loads(response.read())
        finally:
            connection.close()
        return Answer(response.status, told.get("data"), told.get("errors", []), told.get("extensions", {}))


Citizen = Callable[..., FrontEnd]
"""The fixture `citizen`: a persona's name to their front-end; None is nobody."""
Faults = Callable[..., object]
"""The fixture `faults`: a city, a fault, and perhaps one operation or how often."""


def new_key(name: str = "test") -> str:
    """An idempotency key that no other test uses."""
    return f"{name}-{next(NUMBERS):08}".rjust(16, "0")
