"""`backends:` of a channel: where a city's systems are, in which of four ways they are asked, and how hard.

Models only; who calls and who counts is in the room `calls`.
"""

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from channels.declared.strict_model import Model
from channels.text.constraints import matching
from channels.text.scalars import (
    Count,
    Duration,
    Expression,
    Flag,
    Frequency,
    Period,
    Positive,
    Share,
    String,
    Url,
    Whole,
    Words,
)
from channels.text.written import SecretRef, Window
from schema.codes import ErrorCode

RetryOn = Annotated[String, AfterValidator(matching("retry_on", r"connect|timeout|[45]\d\d"))]


class Timeout(Model):
    connect: Period = timedelta(seconds=1)
    total: Period = timedelta(seconds=3)


class Retry(Model):
    """Retries of reads; a write is never sent twice.  `on`: connect, timeout, or an HTTP status."""

    attempts: Count = 0
    on: tuple[RetryOn, ...] = ("connect",)


class Breaker(Model):
    """When a backend is left alone: `failure_rate` of the last `window` calls failed.  `open`: for how long."""

    window: Positive
    failure_rate: Share
    open: Period


class Bulkhead(Model):
    """At most `max_concurrent` calls at once; `queue` more may wait."""

    max_concurrent: Positive = 40
    queue: Count = 40


class Rate(Model):
    per_second: Frequency
    burst: Positive


class Tls(Model):
    ca: SecretRef | None = None
    client_cert: SecretRef | None = None
    client_key: SecretRef | None = None
    min: Literal["1.2", "1.3"] = "1.2"


class Cache(Model):
    """How long rows may be reused: `citizen` = by the same citizen only.

    `stale`: how much longer they may stand in, with their age told, while the city is not able to answer.
    """

    ttl: Duration
    scope: Literal["citizen", "public"]
    stale: Duration | None = None


class ErrorRule(Model):
    """A backend's way to say no, by business code, HTTP status or an expression over the body; all given must hold."""

    code: Words | None = None
    http: Whole | None = None
    when: Expression | None = None
    to: ErrorCode
    retry_after: Duration | None = None
    user: Flag = False
    """The citizen can mend it: told as a `userErrors` row of a mutation."""


class Envelope(Model):
    """The wrapper around every answer.  Exactly one of `ok` (an expression) and `ok_codes` (values of `code`)."""

    ok: Expression | None = None
    ok_codes: tuple[String, ...] = ()
    data: Expression = "@"
    code: Expression | None = None
    message: Expression | None = None


class Probe(Model):
    """A cheap request that tells whether the backend is up."""

    path: Words
    every: Period = timedelta(seconds=30)


class BackendBase(Model):
    """What backends of every kind share."""

    base_url: Url
    auth: String | None = None
    encoding: Literal["utf-8", "gbk", "gb18030"] = "utf-8"
    timeout: Timeout = Timeout()
    retry: Retry = Retry()
    breaker: Breaker | None = None
    bulkhead: Bulkhead = Bulkhead()
    rate: Rate | None = None
    tls: Tls | None = None
    headers: dict[String, String] = Field(default_factory=dict)
    errors: tuple[ErrorRule, ...] = ()
    probe: Probe | None = None
    maintenance: tuple[Window, ...] = ()
    dedicated_line: Words | None = None
    """The name of a line that makes plain http acceptable."""


class RestBackend(BackendBase):
    kind: Literal["rest"]
    format: Literal["json", "form"] = "json"
    envelope: Envelope | None = None


class SoapBackend(BackendBase):
    kind: Literal["soap"]
    version: Literal["1.1"] = "1.1"
    namespaces: dict[Words, Words] = Field(default_factory=dict)
    envelope: Envelope | None = None


class GraphqlBackend(BackendBase):
    kind: Literal["graphql"]
    batching: Flag = False


class FederationBackend(BackendBase):
    """A Federation v2 subgraph; its canonical operations are ordinary queries."""

    kind: Literal["federation"]
    version: Literal["2"] = "2"
    sdl: String = "introspect"
    batching: Flag = False


Backend = Annotated[RestBackend | SoapBackend | GraphqlBackend | FederationBackend, Field(discriminator="kind")]
