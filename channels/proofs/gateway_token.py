"""The short token by which a city knows for whom the gateway asks: as its `Authorization`, or beside another proof.

One is made afresh for every attempt (`identity/exchange.py` says what is in it), for the audience of that city alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from channels.answer import Failure
from channels.ask import Ask
from channels.proofs.credentials import BadCredential, Clock, Credential, Nothing
from channels.protocols.draft import Draft
from identity.exchange import Algorithm, BadSigningKey, OnBehalf, SigningKey, exchange

PAIRWISE = "pairwise_id"


@dataclass(frozen=True, slots=True)
class TokenRule:
    """What the tokens of one city have in common; `issuer` is the gateway's public address."""

    issuer: str
    audience: str
    ttl: timedelta
    key: SigningKey
    clock: Clock

    def token(self, ask: Ask) -> str:
        """The compact token for one ask."""
        return exchange(
            on_behalf(ask),
            self.key,
            issuer=self.issuer,
            audience=self.audience,
            scope=ask.operation,
            acr=ask.assurance,
            now=self.clock(),
            lifetime=self.ttl,
        )


class GatewayToken(Nothing):
    """Puts a fresh bearer token on each draft, also on those about nobody: it is the gateway's own proof."""

    def __init__(self, rule: TokenRule) -> None:
        self._rule = rule

    async def apply(self, draft: Draft, ask: Ask) -> Failure | None:
        draft.headers["Authorization"] = f"Bearer {self._rule.token(ask)}"
        return None

    def public_keys(self) -> tuple[Mapping[str, str], ...]:
        return (self._rule.key.public,)


class CitizenToken:
    """Puts the token into a header of its own, beside `proof`; a question about nobody carries none."""

    def __init__(self, rule: TokenRule, header: str, proof: Credential) -> None:
        self._rule, self._header, self._proof = rule, header, proof

    async def apply(self, draft: Draft, ask: Ask) -> Failure | None:
        if on_behalf(ask) is not None:
            draft.headers[self._header] = self._rule.token(ask)
        return await self._proof.apply(draft, ask)

    def refused(self) -> bool:
        return self._proof.refused()

    def public_keys(self) -> tuple[Mapping[str, str], ...]:
        return (self._rule.key.public, *self._proof.public_keys())


def on_behalf(ask: Ask) -> OnBehalf | None:
    """For whom the city is asked. What the gateway sends on its own account later names the citizen by the claim alone."""
    pairwise = ask.claims.get(PAIRWISE)
    return ask.behalf or (OnBehalf(pairwise) if pairwise else None)


def read_key(pem: str, algorithm: Algorithm, name: str) -> SigningKey:
    """The key behind a secret's name. Raises BadCredential."""
    try:
        return SigningKey.read(pem, algorithm)
    except BadSigningKey as bad:
        raise BadCredential(f"{name} is {bad}") from bad
