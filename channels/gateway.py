"""`roam.yaml`: what belongs to the gateway and to no city."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from channels.models import FormatVersion, Model
from channels.scalars import Assurance, Duration, Flag, Positive, String, Url, refuse


def _source(value: str) -> str:
    if value == "env" or value.startswith("file:"):
        return value
    raise refuse("secret_source", value)


SecretSource = Annotated[String, AfterValidator(_source)]


class GatewaySettings(Model):
    """`secrets`: `env`, `file:DIR`; the folder holds one file per secret, named in lower case."""

    public_url: Url
    default_language: Literal["zh", "en"] = "zh"
    fanout_budget: Duration = timedelta(seconds=8)
    config_history: Positive = 20
    secrets: tuple[SecretSource, ...] = ("env",)


class Environment(Model):
    """`overlay`: which `channel.<overlay>.yaml`; `secrets`: a file of NAME=value lines beside `roam.yaml`."""

    overlay: String | None = None
    graphiql: Flag = False
    secrets: String | None = None
    issuer: Url | None = None


class Issuer(Model):
    """An identity provider.  `acr`: its words for how well it knows a citizen, as assurance levels."""

    issuer: Url
    audience: String | None = None
    acr: dict[String, Assurance] = Field(default_factory=dict)


class IdentitySettings(Model):
    issuers: tuple[Issuer, ...] = ()


class GatewayFile(Model):
    roam: FormatVersion
    gateway: GatewaySettings
    environments: dict[String, Environment] = Field(default_factory=dict)
    identity: IdentitySettings = IdentitySettings()
