"""How a backend is spoken to: signing and tokens (`auth`), and the four kinds of `backends`.

Models only.  Who signs, who calls and who counts is in the runtime half of this package.
"""

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from channels.text.dates import known_format
from channels.text.scalars import (
    Count,
    Duration,
    Expression,
    Flag,
    Frequency,
    Period,
    Positive,
    SecretRef,
    Share,
    String,
    Url,
    Whole,
    Window,
    Words,
    matching,
    refuse,
)
from schema.codes import ErrorCode


class Model(BaseModel):
    """A frozen part of a file; a field it does not know is an error at its place."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Bilingual(Model):
    """One text in Chinese and, where there is one, in English."""

    zh: Words
    en: Words | None = None

    def text(self, language: str) -> str:
        """The text in `zh` or `en`; Chinese where no English one is given."""
        return self.en if language.lower() == "en" and self.en else self.zh


TokenAlgorithm = Literal["ES256", "EdDSA"]


def _clock(value: str) -> str:
    if value in ("ms", "s") or known_format(value):
        return value
    raise refuse("clock", value)


RetryOn = Annotated[String, AfterValidator(matching("retry_on", r"connect|timeout|[45]\d\d"))]


class GatewayJwtAuth(Model):
    """A short-lived token signed by the gateway: pairwise id, app, operation, assurance; never an ID number."""

    type: Literal["gateway_jwt"]
    audience: Words
    key: SecretRef
    ttl: Duration = timedelta(seconds=60)
    algorithm: TokenAlgorithm = "ES256"


class CitizenTokenRule(Model):
    """The same token beside any other proof, in `header`, on every call that concerns a citizen.

    `audience`: without one it is `urn:roam:city:` and the city's code.
    """

    header: Words = "X-Roam-Citizen"
    audience: Words | None = None
    algorithm: TokenAlgorithm = "ES256"
    key: SecretRef
    ttl: Duration = timedelta(seconds=60)


class SignAuth(Model):
    """A signature over a template.  `put` names headers, or `form.<field>` / `query.<field>`."""

    type: Literal["sign"]
    algorithm: Literal["hmac-sm3", "hmac-sha256", "md5"]
    app_id: SecretRef
    key: SecretRef
    string: Words
    encoding: Literal["hex", "HEX", "base64"] = "hex"
    timestamp: Annotated[String, AfterValidator(_clock)] = "ms"
    """`ms`, `s`, or a pattern such as `yyyyMMddHHmmss` in Asia/Shanghai time."""
    put: dict[Words, Words]


class OAuth2ClientAuth(Model):
    """Client credentials; the token is kept until `leeway` before it expires."""

    type: Literal["oauth2_client"]
    token_url: Url
    client_id: SecretRef
    client_secret: SecretRef
    scope: Words | None = None
    audience: Words | None = None
    leeway: Duration = timedelta(seconds=60)
    send: Literal["basic", "form"] = "basic"


class WsSecurityAuth(Model):
    """WS-Security UsernameToken; `digest`: PasswordDigest with nonce and time instead of the plain password."""

    type: Literal["ws_security"]
    username: SecretRef
    password: SecretRef
    digest: Flag = True


class ApiKeyAuth(Model):
    """One fixed header."""

    type: Literal["api_key"]
    header: Words
    value: SecretRef


Auth = Annotated[
    GatewayJwtAuth | SignAuth | OAuth2ClientAuth | WsSecurityAuth | ApiKeyAuth, Field(discriminator="type")
]


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
