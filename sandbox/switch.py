"""One small HTTP call, and the fault switch on a city's control port.

The standard library's client: it costs nothing to import, and these calls are few.
"""

import http.client
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

CALL_SECONDS = 15.0


class NoAnswer(Exception):
    """Nobody answers at this address, or not in JSON; the message is one line."""


class SwitchRefused(Exception):
    """The city does not take this fault; the message is the city's."""


def call(method: str, url: str, body: object = None, headers: Mapping[str, str] | None = None) -> tuple[int, Any]:
    """One call with a JSON body; returns the status and the JSON answer (None when there is none).

    Raises NoAnswer.
    """
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=CALL_SECONDS)
    sent = None if body is None else json.dumps(body).encode()
    try:
        connection.request(method, parts.path or "/", sent, {"content-type": "application/json", **(headers or {})})
        response = connection.getresponse()
        text = response.read()
        return response.status, json.loads(text) if text else None
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise NoAnswer(f"{url} does not answer: {error}") from error
    finally:
        connection.close()


def answers(url: str) -> bool:
    """True when the address answers 200."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=1.0)
    try:
        connection.request("GET", parts.path)
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def show(control_url: str) -> Mapping[str, Any]:
    """How a city's switch stands.  Raises NoAnswer."""
    _, shown = call("GET", f"{control_url}/fault")
    return dict(shown)


def put(control_url: str, fault: str, operation: str | None = None, count: int | None = None) -> Mapping[str, Any]:
    """Switch a city and return how the switch then stands.  Raises NoAnswer, SwitchRefused."""
    wish = {"fault": fault, "operation": operation, "count": count}
    status, shown = call(
        "PUT", f"{control_url}/fault", {name: value for name, value in wish.items() if value is not None}
    )
    if status != http.HTTPStatus.OK:
        raise SwitchRefused(str(shown.get("error", shown) if isinstance(shown, dict) else shown))
    return dict(shown)
