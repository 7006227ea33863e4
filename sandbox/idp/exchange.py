"""The token endpoint: a code and its verifier for tokens (RFC 6749 §4.1.3, RFC 7636 §4.5)."""

from collections.abc import Mapping

from sandbox.idp.authorization import RefusedError
from sandbox.idp.clients import CLIENTS
from sandbox.idp.codes import Grant, proves
from sandbox.idp.minting import TOKEN_LIFETIME, access_token, id_token
from sandbox.idp.possession import BadProofError
from sandbox.idp.provider import Provider

REQUIRED = ("grant_type", "code", "client_id", "redirect_uri", "code_verifier")


def exchanged(
    parameters: Mapping[str, str], repeated: frozenset[str], provider: Provider, proof: str | None = None
) -> dict[str, str | int]:
    """The token response; with a proof of possession (RFC 9449) the access token is bound to its key. Raises RefusedError."""
    bound_to = "" if proof is None else _bound(proof, provider)
    grant = _redeemed(parameters, repeated, provider)
    persona, now = provider.everyone[grant.persona], provider.clock()
    access = access_token(provider, grant, persona, now, bound_to)
    return {
        "access_token": access,
        "token_type": "DPoP" if bound_to else "Bearer",
        "expires_in": int(TOKEN_LIFETIME.total_seconds()),
        "scope": grant.scope,
        "id_token": id_token(provider, grant, persona, now, access),
    }


def _bound(proof: str, provider: Provider) -> str:
    try:
        return provider.proven.thumbprint(proof, f"{provider.issuer}/token", provider.clock())
    except BadProofError as error:
        raise RefusedError("invalid_dpop_proof", str(error)) from None


def _redeemed(parameters: Mapping[str, str], repeated: frozenset[str], provider: Provider) -> Grant:
    if repeated:
        raise RefusedError("invalid_request", f"sent more than once: {', '.join(sorted(repeated))}")
    if parameters.get("grant_type", "authorization_code") != "authorization_code":
        raise RefusedError("unsupported_grant_type", "only authorization_code is supported")
    for name in REQUIRED:
        if name not in parameters:
            raise RefusedError("invalid_request", f"{name} is missing")
    if parameters["client_id"] not in CLIENTS:
        raise RefusedError("invalid_client", "the client is not registered")
    grant = provider.codes.redeem(parameters["code"], provider.clock())
    if grant is None:
        raise RefusedError("invalid_grant", "the code is unknown, used or older than a minute")
    if (grant.client_id, grant.redirect_uri) != (parameters["client_id"], parameters["redirect_uri"]):
        raise RefusedError("invalid_grant", "the code was issued to another client or redirect_uri")
    if not proves(parameters["code_verifier"], grant.challenge):
        raise RefusedError("invalid_grant", "code_verifier does not match code_challenge")
    return grant
