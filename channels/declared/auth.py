"""`auth:` of a channel: how the gateway proves itself to a city, and the token that speaks of a citizen.

Models only; the room `proofs` makes proofs of them.
"""

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from channels.declared.strict_model import Model
from channels.text.dates import known_format
from channels.text.refusal import refuse
from channels.text.scalars import Duration, Flag, String, Url, Words
from channels.text.written import SecretRef

TokenAlgorithm = Literal["ES256", "EdDSA"]


def _clock(value: str) -> str:
    if value in ("ms", "s") or known_format(value):
        return value
    raise refuse("clock", value)


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
