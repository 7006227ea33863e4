"""What the executor needs of a subgraph: one question, one answer, no exceptions.

Whatever goes wrong on the way (no connection, a status of 500, bytes that are no JSON) is a response with an error in it.
"""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias

import msgspec

from .plan import Kind

_encode = msgspec.json.Encoder().encode

Json: TypeAlias = Any
Path: TypeAlias = tuple[str | int, ...]

SUBGRAPH_ERROR = "SUBGRAPH_ERROR"  # it answered, and said that something failed
SUBGRAPH_UNREACHABLE = "SUBGRAPH_UNREACHABLE"  # no complete answer came back
SUBGRAPH_TIMEOUT = "SUBGRAPH_TIMEOUT"  # none came in time
SUBGRAPH_MALFORMED = "SUBGRAPH_MALFORMED"  # what came is no GraphQL response to what was asked
MAX_ERRORS = 100  # of one response; the rest say nothing new


@dataclass(frozen=True, slots=True)
class SubgraphRequest:
    """One GraphQL request to one subgraph."""

    operation: str
    variables: Mapping[str, Json]
    kind: Kind
    deadline: float | None
    """On the event loop's clock; None for no limit."""


@dataclass(frozen=True, slots=True)
class SubgraphError:
    """One error of a subgraph's response, or why there is no response."""

    message: str
    path: Path | None = None
    code: str = SUBGRAPH_ERROR
    safe: bool = False
    """The client may read message and extensions as they are: the subgraph is the gateway's own."""
    extensions: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SubgraphResponse:
    """What a subgraph answered: JSON of whatever shape it sent, and its errors."""

    data: Json
    errors: tuple[SubgraphError, ...] = ()


class SubgraphClient(Protocol):
    """The way to one subgraph."""

    async def fetch(self, request: SubgraphRequest) -> SubgraphResponse:
        """Asks.  Never raises for anything the subgraph or the network does."""


@dataclass(frozen=True, slots=True)
class Received:
    """An answer as it came: bytes that nobody has looked at yet."""

    body: bytes
    status: int = 200


class Wire(SubgraphClient, Protocol):
    """A subgraph whose requests and answers are bytes: what the quick tier needs."""

    async def exchange(self, body: bytes, deadline: float | None) -> Received | SubgraphResponse:
        """Sends a request's body; a response when none came back.  Without a deadline the caller watches the time."""

    def read(self, received: Received) -> SubgraphResponse:
        """What `fetch` makes of the same bytes."""


class EventSource(Protocol):
    """A subgraph that also answers subscriptions."""

    def subscribe(self, request: SubgraphRequest) -> AsyncIterator[SubgraphResponse]:
        """One response for each event; ends when the subgraph ends it.  Never raises."""


def request_body(request: SubgraphRequest) -> bytes:
    """A request as JSON; the quick tier writes the same bytes."""
    parts = [b'"%s":%s' % (name.encode(), _encode(value)) for name, value in request.variables.items()]
    return b"".join((request_head(request.operation), b",".join(parts), b"}}"))


def request_head(operation: str) -> bytes:
    """The beginning of a request's body, up to its variables."""
    return b'{"query":%s,"variables":{' % _encode(operation)


def failed(code: str, message: str) -> SubgraphResponse:
    """A response that never came."""
    return SubgraphResponse(None, (SubgraphError(message, None, code),))


def read_response(body: Json) -> SubgraphResponse:
    """A decoded response body.  What is not shaped like GraphQL's response becomes an error."""
    if not isinstance(body, dict) or not ("data" in body or "errors" in body):
        return failed(SUBGRAPH_MALFORMED, "The answer is no GraphQL response.")
    errors = body.get("errors") or ()
    if not isinstance(errors, list | tuple):
        return failed(SUBGRAPH_MALFORMED, "The errors of the answer are no list.")
    return SubgraphResponse(body.get("data"), tuple(_read_error(each) for each in errors[:MAX_ERRORS]))


def _read_error(given: Json) -> SubgraphError:
    if not isinstance(given, dict):
        return SubgraphError("An error without a message.")
    message, path, extensions = given.get("message"), given.get("path"), given.get("extensions")
    code = extensions.get("code") if isinstance(extensions, dict) else None
    known = isinstance(path, list) and all(type(step) in (str, int) for step in path)
    return SubgraphError(
        message if isinstance(message, str) else "An error without a message.",
        tuple(path) if known else None,  # type: ignore[arg-type]
        code if isinstance(code, str) else SUBGRAPH_ERROR,
    )
