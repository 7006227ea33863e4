"""Coded errors, and what a client may read of them.

```
GraphQLError          extensions.code is set: passes to the client as it is
└─ (anything else)    a fault: the client reads a generic sentence, INTERNAL and the request id; the log has the place.
                   Of a store that cannot be used: STORE_UNAVAILABLE, which is worth another try
Refusal               a request turned away before execution, with its HTTP status
```
"""

import traceback
from typing import Any

import structlog
from graphql import GraphQLError

from storage import StorageError

QUERY_REJECTED = "QUERY_REJECTED"
INVALID_INPUT = "INVALID_INPUT"
INTERNAL = "INTERNAL"
STORE_UNAVAILABLE = "STORE_UNAVAILABLE"
UNAUTHENTICATED = "UNAUTHENTICATED"
# The three below are Apollo Server's names: clients and their tools know them.
GRAPHQL_PARSE_FAILED = "GRAPHQL_PARSE_FAILED"
GRAPHQL_VALIDATION_FAILED = "GRAPHQL_VALIDATION_FAILED"
OPERATION_RESOLUTION_FAILURE = "OPERATION_RESOLUTION_FAILURE"

FAULTS = {
    False: (INTERNAL, "Something went wrong on our side."),
    True: (STORE_UNAVAILABLE, "The gateway's store cannot be used just now; try again later."),
}

MAX_MESSAGE_CHARACTERS = 400

log = structlog.get_logger("edge")


class Refusal(Exception):
    """A request that is not well-formed GraphQL over HTTP; `status` is the same for every response media type."""

    def __init__(
        self, code: str, message: str, *, status: int = 400, headers: tuple[tuple[str, str], ...] = ()
    ) -> None:
        super().__init__(message)
        self.error = coded(code, message)
        self.status = status
        self.headers = headers


def coded(code: str, message: str, **extensions: Any) -> GraphQLError:
    """A client-safe error."""
    return GraphQLError(message, extensions={"code": code, **extensions})


def recoded(error: GraphQLError, code: str) -> GraphQLError:
    """The same error with `code`, unless it already has one; a message that quotes a long value is cut."""
    if code_of(error):
        return error
    message = error.message
    return GraphQLError(
        message if len(message) <= MAX_MESSAGE_CHARACTERS else message[:MAX_MESSAGE_CHARACTERS] + "…",
        error.nodes,
        error.source,
        error.positions,
        error.path,
        error.original_error,
        {**(error.extensions or {}), "code": code},
    )


def code_of(error: GraphQLError) -> str | None:
    """`extensions.code` when it is text."""
    code = (error.extensions or {}).get("code")
    return code if isinstance(code, str) else None


def client_safe(error: GraphQLError, request_id: str) -> GraphQLError:
    """A coded error as it is; any other becomes INTERNAL and is logged by place and kind, never by text or value."""
    if code_of(error):
        return error
    cause: BaseException = error.original_error or error
    while isinstance(cause, GraphQLError) and cause.original_error is not None:
        cause = cause.original_error
    log.error(
        "field_failed",
        request_id=request_id,
        path=".".join(str(step) for step in error.path or ()),
        kind=type(cause).__name__,
        at=_places(cause),
    )
    code, sentence = FAULTS[unusable(cause)]
    return GraphQLError(
        f"{sentence} Request {request_id}.",
        error.nodes,
        path=error.path,
        extensions={"code": code, "requestId": request_id},
    )


def unusable(fault: BaseException) -> bool:
    """Did it fail because a store cannot be used now, however many parts of it did?"""
    if isinstance(fault, BaseExceptionGroup):
        return fault.split(StorageError)[1] is None
    return isinstance(fault, StorageError)


def log_fault(event: str, request_id: str, fault: BaseException) -> None:
    """A fault outside of any field: by kind and place, since its text may hold personal data."""
    log.error(event, request_id=request_id, kind=type(fault).__name__, at=_places(fault))


def _places(fault: BaseException) -> list[str]:
    frames = traceback.extract_tb(fault.__traceback__)[-4:]
    return [f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno} {frame.name}" for frame in frames]
