"""`fixtures/<operation>.yaml`: recorded answers of a city and what they must become."""

from __future__ import annotations

from base64 import b64decode
from datetime import timedelta
from typing import Annotated

from pydantic import AfterValidator, Field

from channels.declared.strict_model import Model
from channels.declared.vocabulary import ClaimKey
from channels.text.refusal import refuse
from channels.text.scalars import Count, Duration, JsonValue, Some, String, Whole, Words
from schema.codes import ErrorCode


def _status(value: int) -> int:
    if not 100 <= value <= 599:  # RFC 9110 §15
        raise refuse("out_of_range", value, low="100", high="599")
    return value


def _base64(value: str) -> str:
    try:
        b64decode("".join(value.split()), validate=True)
    except ValueError:
        raise refuse("base64", f"{value[:12]}…") from None
    return "".join(value.split())


HttpStatus = Annotated[Whole, AfterValidator(_status)]
Base64 = Annotated[String, AfterValidator(_base64)]


class RecordedRequest(Model):
    """What must have been sent; only the parts that are written are compared."""

    method: String | None = None
    path: String | None = None
    query: dict[String, JsonValue] | None = None
    headers: dict[String, String] | None = None
    json_body: JsonValue = Field(default=None, alias="json")
    form: dict[String, JsonValue] | None = None
    xml: String | None = None


class RecordedResponse(Model):
    """The answer: exactly one of `json`, `text` and `base64` (raw bytes, so that decoding is tested too)."""

    status: HttpStatus = 200
    latency: Duration = timedelta(0)
    headers: dict[String, String] = Field(default_factory=dict)
    json_body: JsonValue = Field(default=None, alias="json")
    text: String | None = None
    base64: Base64 | None = None


class Expectation(Model):
    """`items`: how many rows; `first`: fields of the first row (Money by its amount); `error`: a canonical code."""

    items: Count | None = None
    dropped: Count | None = None
    first: dict[String, JsonValue] = Field(default_factory=dict)
    error: ErrorCode | None = None


class Case(Model):
    name: Words
    args: dict[String, JsonValue] = Field(default_factory=dict)
    claims: dict[ClaimKey, String] = Field(default_factory=dict)
    request: RecordedRequest | None = None
    response: RecordedResponse
    expect: Expectation


class FixtureFile(Model):
    operation: String
    cases: Annotated[tuple[Case, ...], Some]
