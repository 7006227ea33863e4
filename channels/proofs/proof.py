"""From an `auth:` entry and the secrets to a Credential."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from channels.declared.models import (
    ApiKeyAuth,
    Auth,
    ChannelFile,
    CitizenTokenRule,
    GatewayJwtAuth,
    OAuth2ClientAuth,
    SignAuth,
    WsSecurityAuth,
)
from channels.proofs.credentials import ApiKey, Clock, Credential, Nothing
from channels.proofs.gateway_token import CitizenToken, GatewayToken, TokenRule, read_key
from channels.proofs.oauth import ClientCredentials, Post
from channels.proofs.signing import Signer
from channels.proofs.soap_security import UsernameToken
from channels.text.written import SecretRef

AUDIENCE = "urn:roam:city:"


@dataclass(frozen=True, slots=True)
class Means:
    """What credentials are made with.  `reveal` raises LookupError for a secret that is not set."""

    reveal: Callable[[SecretRef | str], str]
    issuer: str
    clock: Clock
    post: Post


def make_credential(rule: Auth | None, means: Means) -> Credential:
    """Return: the credential of a backend.  Raises: BadCredential, LookupError: a secret is missing or is no such thing."""
    reveal = means.reveal
    match rule:
        case None:
            return Nothing()
        case ApiKeyAuth():
            return ApiKey(rule.header, reveal(rule.value))
        case SignAuth():
            return Signer(rule, reveal(rule.app_id), reveal(rule.key), means.clock)
        case WsSecurityAuth():
            return UsernameToken(reveal(rule.username), reveal(rule.password), digest=rule.digest, clock=means.clock)
        case OAuth2ClientAuth():
            now = asyncio.get_running_loop().time
            return ClientCredentials(rule, reveal(rule.client_id), reveal(rule.client_secret), post=means.post, now=now)
        case GatewayJwtAuth():
            return GatewayToken(_token_rule(rule, rule.audience, means))


def make_proof(file: ChannelFile, auth: Auth | None, means: Means) -> Credential:
    """Return: the credential of a backend, with the city's token for citizens beside it.  Raises: as `make_credential`."""
    proof, rule = make_credential(auth, means), file.citizen_token
    if rule is None:
        return proof
    audience = rule.audience or f"{AUDIENCE}{file.city.code}"
    return CitizenToken(_token_rule(rule, audience, means), rule.header, proof)


def _token_rule(rule: GatewayJwtAuth | CitizenTokenRule, audience: str, means: Means) -> TokenRule:
    key = read_key(means.reveal(rule.key), rule.algorithm, str(rule.key))
    return TokenRule(means.issuer, audience, rule.ttl, key, means.clock)
