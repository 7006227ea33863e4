"""A channel file as frozen values: the city, its backends, services, operations, offers.

Every field of `cities/<city>/channel.yaml` is here or, for `auth` and `backends`, in `settings.py` (re-exported).
The models know shapes only; what may stand together is decided in `checks`.
"""

from datetime import timedelta
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BeforeValidator, Discriminator, Field, Tag, model_validator

from channels.declared.rollout import Rollout
from channels.declared.settings import (
    ApiKeyAuth,
    Auth,
    Backend,
    BackendBase,
    Bilingual,
    Breaker,
    Bulkhead,
    Cache,
    CitizenTokenRule,
    Envelope,
    ErrorRule,
    FederationBackend,
    GatewayJwtAuth,
    GraphqlBackend,
    Model,
    OAuth2ClientAuth,
    Probe,
    Rate,
    RestBackend,
    Retry,
    SignAuth,
    SoapBackend,
    Timeout,
    Tls,
    WsSecurityAuth,
)
from channels.declared.vocabulary import (
    Assurance,
    ChannelStatus,
    Claim,
    ClaimKey,
    ContactRole,
    IntegrationStatus,
    ServiceType,
    SourceLevel,
    Theme,
)
from channels.text.scalars import (
    CityCode,
    Day,
    Duration,
    Expression,
    Flag,
    JsonValue,
    Period,
    Positive,
    ServiceCode,
    Slug,
    SortedBy,
    String,
    Template,
    Url,
    Whole,
    Words,
    refuse,
)

FormatVersion = Literal["1"]


class Contact(Model):
    role: ContactRole
    name: Words
    phone: Words | None = None
    email: Words | None = None


class City(Model):
    """The `city:` block.  `code`: GB/T 2260; `id`: the folder's name and the slug in every other file."""

    id: Slug
    code: CityCode
    name: Bilingual
    app: Bilingual
    status: ChannelStatus
    launched: Day | None = None
    time_zone: String = "Asia/Shanghai"
    contacts: tuple[Contact, ...] = ()


class ServiceRow(Model):
    """One provider: a department that offers a service of the register, or one of the city's own."""

    code: ServiceCode
    name: Bilingual
    theme: Theme
    type: ServiceType
    department: Words
    source: SourceLevel = "CITY"
    status: IntegrationStatus
    highlight: Flag = False
    assurance: Assurance = "ANONYMOUS"
    operations: tuple[String, ...] = ()
    web: Url | None = None
    due: Day | None = None


class Binding(Model):
    """What the catalogue rows of one code open.  In `web`, `{row}` is the row's number in the list."""

    operations: tuple[String, ...] = ()
    assurance: Assurance = "ANONYMOUS"
    web: Url | None = None


class Catalogue(Model):
    """An official list in CSV.  `year`: its dates name month and day only; `"*"` binds every code not named."""

    file: String
    year: Positive
    bind: dict[String, Binding] = Field(default_factory=dict)


NOT_GIVEN: Any = object()
"""Stands for "this key was not written", where null is a value."""


def _single(value: object) -> object:
    if isinstance(value, (dict, list, tuple)):
        raise refuse("single", "{…}" if isinstance(value, dict) else "[…]")
    return value


def _some_text(value: object) -> object:
    if value is None:
        raise refuse("text", value)
    return value


EnumValue = Annotated[JsonValue, BeforeValidator(_single)]


class Leaf(Model):
    """One output field from one expression (`from`) or one constant (`value`).  A bare text is `{from: text}`."""

    source: Annotated[Expression | None, BeforeValidator(_some_text)] = Field(default=None, alias="from")
    value: JsonValue = Field(default=NOT_GIVEN)
    converter: String | None = Field(default=None, alias="as")
    format: String | None = None
    enum: dict[String, EnumValue] | None = None
    default: JsonValue = Field(default=NOT_GIVEN)

    @model_validator(mode="after")
    def _one_source(self) -> "Leaf":
        if (self.source is None) == (self.value is NOT_GIVEN):
            raise refuse("no_source" if self.source is None else "two_sources", "")
        return self


class Each(Model):
    """A list of objects: `each` finds the items, `map` maps one of them."""

    each: Expression
    mapping: "FieldMap" = Field(alias="map")


class Nested(Model):
    """An object made of the same answer: `{field: …}` or, where a field is called `from`, `{map: {…}}`."""

    mapping: "FieldMap" = Field(alias="map")


def _entry_kind(value: object) -> str:
    """`<leaf>`, `<each>` or `<nested>`; angle brackets keep the tags apart from keys in an error's path."""
    if isinstance(value, (Leaf, Each, Nested)):
        return f"<{type(value).__name__.lower()}>"
    if not isinstance(value, dict) or "from" in value or "value" in value:
        return "<leaf>"
    if "each" in value:
        return "<each>"
    if "map" in value:
        return "<nested>" if len(value) == 1 else "<each>"
    # A converter, a format or a table goes with a `from` that is missing, or misspelt.
    return "<leaf>" if "as" in value or isinstance(value.get("enum"), dict) else "<object>"


def _leaf(value: object) -> object:
    if isinstance(value, str):
        return {"from": value}
    if isinstance(value, (dict, Leaf)):
        return value
    raise refuse("mapping", "null" if value is None else "[…]")


def _nested(value: object) -> object:
    return {"map": value}


MapEntry: TypeAlias = Annotated[
    Annotated[Leaf, BeforeValidator(_leaf), Tag("<leaf>")]
    | Annotated[Each, Tag("<each>")]
    | Annotated[Nested, Tag("<nested>")]
    | Annotated[Nested, BeforeValidator(_nested), Tag("<object>")],
    Discriminator(_entry_kind),
]
FieldMap: TypeAlias = dict[String, MapEntry]


class Request(Model):
    """What is sent.  At most one body: `json`, `form`, `xml` or `graphql`; templates stand in every text."""

    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] | None = None
    path: Template = ""
    query: dict[String, JsonValue] = Field(default_factory=dict)
    headers: dict[String, Template] = Field(default_factory=dict)
    json_body: JsonValue = Field(default=None, alias="json")
    form: dict[String, JsonValue] | None = None
    xml: Template | None = None
    soap_action: Words | None = None
    graphql: String | None = None
    variables: dict[String, JsonValue] = Field(default_factory=dict)

    @property
    def verb(self) -> str:
        """The HTTP method: as written, else POST where there is a body, else GET."""
        body = self.json_body is not None or any(part is not None for part in (self.form, self.xml, self.graphql))
        return self.method or ("POST" if body else "GET")


class Paging(Model):
    """How the backend pages.  `total`, `next`: expressions over the unwrapped answer.

    number: `${page.number}` from `first`; offset: `${page.offset}`; cursor: `${page.cursor}`; all: one big page.
    """

    style: Literal["none", "number", "offset", "cursor", "all"]
    first: Whole = 1
    size: Positive = 20
    total: Expression | None = None
    next: Expression | None = None
    sorted_by: SortedBy | None = None


class Response(Model):
    """`items`: a list operation's rows; `item`: one object; neither: the unwrapped answer is the object."""

    items: Expression | None = None
    item: Expression | None = None
    mapping: FieldMap = Field(alias="map")


class Batch(Model):
    """Ask for many by key in one call: keys from `by`, at most `max`, matched back by the mapped field `key`."""

    by: String
    max: Positive
    key: String


class Poll(Model):
    every: Period
    until: tuple[String, ...]


class Outcome(Model):
    """How to learn, after a lost answer, whether a write happened: a read by our request number.

    `match`: its arguments.  `after`: how long a request may still be under way; before that, "never arrived" is not believed.
    """

    operation: String
    match: dict[String, Template] = Field(default_factory=dict)
    after: Duration = timedelta(seconds=5)


class Operation(Model):
    """One canonical or local operation in the city's own protocol."""

    backend: String
    needs: tuple[ClaimKey, ...] = ()
    vars: dict[String, Annotated[Leaf, BeforeValidator(_leaf)]] = Field(default_factory=dict)
    request: Request
    page: Paging | None = None
    response: Response
    errors: tuple[ErrorRule, ...] = ()
    cache: Cache | None = None
    timeout: Timeout | None = None
    batch: Batch | None = None
    poll: Poll | None = None
    outcome: Outcome | None = None
    deliver_later: Flag = False
    """While the city is down the gateway takes the request in, and delivers it once."""


def _partners(value: object) -> str:
    return "<cities>" if isinstance(value, (list, tuple)) else "<any>"


Partners: TypeAlias = Annotated[
    Annotated[Literal["ANY"], Tag("<any>")] | Annotated[tuple[Slug, ...], Tag("<cities>")], Discriminator(_partners)
]


class Offer(Model):
    """What the city opens to citizens of other cities; without an agreement it is inert."""

    services: tuple[ServiceCode, ...]
    to: Partners
    claims: tuple[Claim, ...] = ()


class Roaming(Model):
    offers: tuple[Offer, ...] = ()


class ChannelFile(Model):
    """`channel.yaml` after its overlays."""

    roam: FormatVersion
    city: City
    rollout: Rollout | None = None
    auth: dict[String, Auth] = Field(default_factory=dict)
    backends: dict[String, Backend]
    services: tuple[ServiceRow, ...] = ()
    catalogue: Catalogue | None = None
    operations: dict[String, Operation] = Field(default_factory=dict)
    local: dict[String, Operation] = Field(default_factory=dict)
    roaming: Roaming = Roaming()
    citizen_token: CitizenTokenRule | None = None
    web_at: dict[String, Url] = Field(default_factory=dict)
    """Where services' pages stand in this environment: the beginning of a `web` address, and what takes its place."""


Each.model_rebuild()
Nested.model_rebuild()
Response.model_rebuild()

__all__ = [
    "NOT_GIVEN",
    "ApiKeyAuth",
    "Auth",
    "Backend",
    "BackendBase",
    "Batch",
    "Bilingual",
    "Binding",
    "Breaker",
    "Bulkhead",
    "Cache",
    "Catalogue",
    "ChannelFile",
    "CitizenTokenRule",
    "City",
    "Contact",
    "Each",
    "Envelope",
    "ErrorRule",
    "FederationBackend",
    "FieldMap",
    "GatewayJwtAuth",
    "GraphqlBackend",
    "Leaf",
    "MapEntry",
    "Model",
    "Nested",
    "OAuth2ClientAuth",
    "Offer",
    "Operation",
    "Outcome",
    "Paging",
    "Poll",
    "Probe",
    "Rate",
    "Request",
    "Response",
    "RestBackend",
    "Retry",
    "Roaming",
    "Rollout",
    "ServiceRow",
    "SignAuth",
    "SoapBackend",
    "Timeout",
    "Tls",
    "WsSecurityAuth",
]
