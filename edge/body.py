"""From bytes to a GraphQLRequest. Everything that is not one well-formed request is one coded Refusal.

Why not leave it to the framework: invalid UTF-8, a body that is no object, a 5 000-digit integer and 50 000 brackets
each make a stock view answer 500. Batches are refused: one request, one cost.
"""

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import orjson
from starlette.types import Receive

from .errors import INVALID_INPUT, QUERY_REJECTED, Refusal
from .limits import Limits

# A string, or a number in one of its spellings: digits inside of strings and fractions are no integers.
_JSON_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*+"|-?\d++(?P<rest>[.eE][\d+\-eE.]*+)?')
_LONG_DIGITS = re.compile(rb"\d{19}")
_PARAMETERS = frozenset({"query", "operationName", "variables", "extensions"})
MAX_SAFE_INTEGER = 2**63 - 1  # beyond it the JSON reader would silently round to a float


@dataclass(frozen=True, slots=True)
class GraphQLRequest:
    """One operation as asked: GraphQL over HTTP §5, "Request Parameters"."""

    query: str
    operation_name: str | None = None
    variables: dict[str, Any] = field(default_factory=dict)
    extensions: dict[str, Any] = field(default_factory=dict)


async def read_body(receive: Receive, declared_length: str | None, limits: Limits) -> bytes | None:
    """The whole body; None when the client went away.  Raises: Refusal(413): over the limit, declared or counted."""
    if (
        declared_length is not None
        and declared_length.isdecimal()
        and int(declared_length[:19]) > limits.max_body_bytes
    ):
        raise _too_large(limits)
    chunks, size = [], 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > limits.max_body_bytes:
            raise _too_large(limits)
        chunks.append(chunk)
        if not message.get("more_body", False):
            return chunks[0] if len(chunks) == 1 else b"".join(chunks)


def _too_large(limits: Limits) -> Refusal:
    return Refusal(
        QUERY_REJECTED, f"The request body is larger than the limit of {limits.max_body_bytes} bytes.", status=413
    )


def parse_body(raw: bytes, limits: Limits) -> GraphQLRequest:
    """Raises: Refusal(400): what is wrong with the body, in one sentence."""
    if not raw:
        raise Refusal(INVALID_INPUT, 'The request body is empty; expected a JSON object with a "query".')
    return request_of(parse_json(raw, "The request body", limits))


def parse_query_string(raw: bytes, limits: Limits) -> GraphQLRequest:
    """GET: the parameters of the URL, `variables` and `extensions` as JSON text."""
    if len(raw) > limits.max_body_bytes:
        raise Refusal(QUERY_REJECTED, f"The URL is longer than the limit of {limits.max_body_bytes} bytes.", status=414)
    try:
        pairs = parse_qsl(raw.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=32)
    except ValueError:  # covers UnicodeDecodeError
        raise Refusal(INVALID_INPUT, "The query string is not URL-encoded UTF-8 of at most 32 parameters.") from None
    given: dict[str, Any] = {}
    for name, text in pairs:
        if name not in _PARAMETERS:
            continue
        if name in given:
            raise Refusal(INVALID_INPUT, f'The parameter "{name}" is given more than once.')
        as_json = name in ("variables", "extensions") and text
        given[name] = parse_json(text.encode(), f'The parameter "{name}"', limits) if as_json else text or None
    return request_of(given)


def parse_json(raw: bytes, subject: str, limits: Limits) -> Any:
    """JSON within our bounds: UTF-8, no deep nesting, no integer that would be rounded."""
    if raw.count(b"[") + raw.count(b"{") > limits.max_json_containers:
        raise Refusal(QUERY_REJECTED, f"{subject} holds more than {limits.max_json_containers} brackets, the limit.")
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError as problem:
        raise Refusal(INVALID_INPUT, f"{subject} is not valid JSON: {_what(raw, problem)}.") from None
    if _deeper_than(value, limits.max_json_depth):
        raise Refusal(QUERY_REJECTED, f"{subject} is nested deeper than the limit of {limits.max_json_depth} levels.")
    if _LONG_DIGITS.search(raw) and _has_huge_integer(raw):
        raise Refusal(INVALID_INPUT, f"{subject} holds an integer beyond 64 bits; send long numbers as text.")
    return value


def request_of(given: Any) -> GraphQLRequest:
    """Check the shape of the four request parameters; null stands for absent."""
    if isinstance(given, list):
        raise Refusal(INVALID_INPUT, "Batched requests are not accepted; send one operation per request.")
    if not isinstance(given, dict):
        raise Refusal(INVALID_INPUT, f"The request must be a JSON object, not {_kind(given)}.")
    query = given.get("query")
    if query is None or query == "":
        raise Refusal(INVALID_INPUT, 'The request has no "query"; expected the GraphQL text.')
    return GraphQLRequest(
        query=_typed("query", query, str),
        operation_name=_typed("operationName", given.get("operationName"), str) or None,
        variables=_typed("variables", given.get("variables"), dict) or {},
        extensions=_typed("extensions", given.get("extensions"), dict) or {},
    )


def _typed(name: str, value: Any, expected: type) -> Any:
    if value is None or isinstance(value, expected):
        return value
    wanted = "text" if expected is str else "an object"
    raise Refusal(INVALID_INPUT, f'The request parameter "{name}" must be {wanted}, not {_kind(value)}.')


def _kind(value: Any) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "a boolean"
        case int() | float():
            return "a number"
        case str():
            return "text"
        case list():
            return "an array"
    return "an object"


def _what(raw: bytes, problem: orjson.JSONDecodeError) -> str:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError as bad:
        return f"byte {bad.start} is not UTF-8"
    return problem.msg.split(": line")[0] + f" (character {problem.pos})"


def _deeper_than(value: Any, limit: int) -> bool:
    level = _containers([value])
    for _ in range(limit):
        level = [inner for outer in level for inner in _containers(outer)]
        if not level:
            return False
    return True


def _containers(value: Any) -> list[Any]:
    rows = value.values() if isinstance(value, dict) else value
    return [row for row in rows if isinstance(row, dict | list)]


def _has_huge_integer(raw: bytes) -> bool:
    for token in _JSON_TOKEN.finditer(raw):
        text = token.group()
        if text[0] == 0x22 or token.group("rest") or len(text) < 19:
            continue
        if len(text) > 20 or abs(int(text)) > MAX_SAFE_INTEGER:
            return True
    return False
