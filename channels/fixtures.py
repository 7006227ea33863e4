"""`fixtures/<operation>.yaml`: recorded answers of a city and what they must become."""

from __future__ import annotations

from datetime import timedelta

from pydantic import Field

from channels.models import Model
from channels.scalars import ClaimKey, Count, Duration, JsonValue, String, Whole
from schema.codes import ErrorCode


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

    status: Whole = 200
    latency: Duration = timedelta(0)
    headers: dict[String, String] = Field(default_factory=dict)
    json_body: JsonValue = Field(default=None, alias="json")
    text: String | None = None
    base64: String | None = None


class Expectation(Model):
    """`items`: how many rows; `first`: fields of the first row (Money by its amount); `error`: a canonical code."""

    items: Count | None = None
    dropped: Count | None = None
    first: dict[String, JsonValue] = Field(default_factory=dict)
    error: ErrorCode | None = None


class Case(Model):
    name: String
    args: dict[String, JsonValue] = Field(default_factory=dict)
    claims: dict[ClaimKey, String] = Field(default_factory=dict)
    request: RecordedRequest | None = None
    response: RecordedResponse
    expect: Expectation


class FixtureFile(Model):
    operation: String
    cases: tuple[Case, ...]
