"""Real-name claims for the bearer of an access token (OpenID Connect Core 1.0 §5.3).

The provider checks its own tokens by itself, not with the gateway's code: two sides that share a check share its
mistakes.
"""

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from sandbox.idp.minting import ALGORITHM
from sandbox.idp.provider import Provider
from sandbox.personas import Persona

PREFIX = "bearer "  # RFC 6750 §2.1; the scheme is compared without case


class InvalidTokenError(Exception):
    """Not an access token of ours that still holds; the text is safe for the client."""


def bearer(provider: Provider, authorization: str) -> Persona:
    """The persona whose access token this is. Raises InvalidTokenError."""
    if not authorization.lower().startswith(PREFIX):
        raise InvalidTokenError("an access token is needed")
    try:
        keys = KeySet(list(provider.keys.published))
        token = jwt.decode(authorization[len(PREFIX) :].strip(), keys, algorithms=[ALGORITHM])
    except (JoseError, ValueError) as error:
        raise InvalidTokenError("the token is not one of ours") from error
    held = {"typ": token.header.get("typ"), "iss": token.claims.get("iss"), "aud": token.claims.get("aud")}
    if held != {"typ": "at+jwt", "iss": provider.issuer, "aud": provider.audience}:
        raise InvalidTokenError("the token is not an access token for the gateway")
    if token.claims["exp"] <= provider.clock().timestamp():
        raise InvalidTokenError("the token has expired")
    persona = provider.of_subject(str(token.claims["sub"]))
    if persona is None:
        raise InvalidTokenError("the token speaks for nobody here")
    return persona


def userinfo(persona: Persona) -> dict[str, str]:
    """What the provider knows of a persona, under OpenID Connect's names where it has them."""
    known = {
        "sub": persona.subject,
        "name": persona.name,
        "id_number": persona.id_number,
        "phone_number": persona.phone,
    }
    return {name: value for name, value in known.items() if value}
