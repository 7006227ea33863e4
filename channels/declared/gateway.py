"""`roam.yaml`: what belongs to the gateway and to no city."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, Discriminator, Field, Tag

from channels.declared.references import CitySlug, whom
from channels.declared.strict_model import FormatVersion, Model
from channels.declared.vocabulary import Assurance
from channels.text.refusal import refuse
from channels.text.scalars import CityCode, Duration, EachOnce, Flag, Positive, Some, String, Url, Words
from channels.text.written import SecretRef


def _source(value: str) -> str:
    if value == "env" or value.startswith("file:"):
        return value
    raise refuse("secret_source", value)


SecretSource = Annotated[String, AfterValidator(_source)]


class QuotaStore(Model):
    """Where crossings are counted: `memory`, of this process alone, or a Redis that every worker shares."""

    store: Literal["memory", "redis"] = "memory"
    url: SecretRef | None = None


class GatewaySettings(Model):
    """`secrets`: `env`, `file:DIR`; the folder holds one file per secret, named in lower case."""

    public_url: Url
    default_language: Literal["zh", "en"] = "zh"
    fanout_budget: Duration = timedelta(seconds=8)
    config_history: Positive = 20
    secrets: tuple[SecretSource, ...] = ("env",)
    quotas: QuotaStore = QuotaStore()

    @property
    def secret_folders(self) -> tuple[Path, ...]:
        """The folders in which secrets are looked for."""
        return tuple(Path(source[5:]) for source in self.secrets if source.startswith("file:"))


Reach: TypeAlias = Annotated[
    Annotated[Literal["ALL"], Tag("<any>")] | Annotated[tuple[CitySlug, ...], EachOnce, Tag("<cities>")],
    Discriminator(whom("ALL")),
]


class Operator(Model):
    """Somebody who may open the console, by the subject under which a provider signs them in.

    `issuer`: the provider; None: the environment's first.  `cities`: where they may act; everybody here sees all of them.
    """

    subject: Words
    name: Words
    issuer: Url | None = None
    role: Literal["view", "act"] = "view"
    cities: Reach = ()


class Environment(Model):
    """`overlay`: which `channel.<overlay>.yaml`; `secrets`: a file of NAME=value lines beside `roam.yaml`.

    `faults`: testers may switch the sandbox cities' faults through the gateway.
    """

    overlay: Words | None = None
    graphiql: Flag = False
    faults: Flag = False
    secrets: Words | None = None
    issuer: Url | None = None
    operators: tuple[Operator, ...] = ()
    test_personas: Flag = False
    """Its provider knows made-up citizens, so that the conformance kit may ask the cities about them."""


class SignIn(Model):
    """The gateway as a client of a provider, for browsers that sign in here.  A public client has no secret."""

    client_id: Words = "roam-graphiql"
    client_secret: SecretRef | None = None
    scope: Words = "openid"


class Issuer(Model):
    """An identity provider.  `acr`, `amr`: its words for how well it knows a citizen, as assurance levels.

    `cities`: whose citizens it may vouch for, by city code; None: everybody's.  `groups`: the claim of a citizen's groups.
    """

    issuer: Url
    audience: Words | None = None
    acr: dict[String, Assurance] = Field(default_factory=dict)
    amr: dict[String, Assurance] = Field(default_factory=dict)
    algorithms: Annotated[tuple[Literal["ES256", "EdDSA", "RS256", "PS256"], ...], EachOnce, Some] = ("ES256",)
    cities: Annotated[tuple[CityCode, ...], EachOnce, Some] | None = None
    groups: String = "groups"
    sign_in: SignIn = SignIn()


class ProofSettings(Model):
    """Tokens bound to a client's key (RFC 9449).  `mutations`: whether a mutation needs one."""

    mutations: Literal["required", "optional"] = "optional"


class SessionSettings(Model):
    """Browsers' sessions: how long one lives at all, and unused."""

    absolute: Duration = timedelta(hours=8)
    idle: Duration = timedelta(minutes=30)


class IdentitySettings(Model):
    issuers: tuple[Issuer, ...] = ()
    dpop: ProofSettings = ProofSettings()
    sessions: SessionSettings = SessionSettings()


class GatewayFile(Model):
    roam: FormatVersion
    gateway: GatewaySettings
    environments: dict[String, Environment] = Field(default_factory=dict)
    identity: IdentitySettings = IdentitySettings()
