"""A channel file as frozen values: the city, its backends, services, operations, offers.

Every field of `cities/<city>/channel.yaml` is here, or in the module of its block (`auth`, `backends`, `operation`, `mapping`,
`rollout`) and offered here with the rest.
The models know shapes only; what may stand together is decided in `checks`.
"""

from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, Discriminator, Field, Tag

from channels.declared.auth import (
    ApiKeyAuth,
    Auth,
    CitizenTokenRule,
    GatewayJwtAuth,
    OAuth2ClientAuth,
    SignAuth,
    WsSecurityAuth,
)
from channels.declared.backends import (
    Backend,
    BackendBase,
    Breaker,
    Bulkhead,
    Cache,
    Envelope,
    ErrorRule,
    FederationBackend,
    GraphqlBackend,
    Probe,
    Rate,
    RestBackend,
    Retry,
    SoapBackend,
    Timeout,
    Tls,
)
from channels.declared.mapping import NOT_GIVEN, Each, FieldMap, Leaf, MapEntry, Nested
from channels.declared.operation import Batch, Operation, Outcome, Paging, Poll, Request, Response
from channels.declared.references import CitySlug, whom
from channels.declared.rollout import Rollout
from channels.declared.strict_model import Bilingual, FormatVersion, Model
from channels.declared.vocabulary import (
    Assurance,
    ChannelStatus,
    Claim,
    ContactRole,
    IntegrationStatus,
    ServiceType,
    SourceLevel,
    Theme,
)
from channels.text.constraints import between
from channels.text.scalars import (
    CityCode,
    Day,
    Flag,
    ServiceCode,
    Slug,
    String,
    Url,
    Whole,
    Words,
)


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


YEARS = (1949, 2199)


class Catalogue(Model):
    """An official list in CSV.  `year`: its dates name month and day only; `"*"` binds every code not named."""

    file: String
    year: Annotated[Whole, AfterValidator(between(*YEARS))]
    bind: dict[String, Binding] = Field(default_factory=dict)


Partners: TypeAlias = Annotated[
    Annotated[Literal["ANY"], Tag("<any>")] | Annotated[tuple[CitySlug, ...], Tag("<cities>")],
    Discriminator(whom("ANY")),
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


__all__ = [
    "NOT_GIVEN",
    "ApiKeyAuth",
    "Auth",
    "Backend",
    "BackendBase",
    "Batch",
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
