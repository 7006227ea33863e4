"""Consenting and withdrawing as a front-end does, with what a refusal told it."""

from collections.abc import Mapping, Sequence
from typing import Any

from tests.client import Answer, FrontEnd, new_key

GRANT = """
mutation Grant($provider: CityId!, $services: [ID!]!, $claims: [Claim!]!, $days: Int! = 30, $version: String, $key: IdempotencyKey!) {
  grantConsent(input: {
    provider: $provider, services: $services, claims: $claims, days: $days, textVersion: $version, idempotencyKey: $key
  }) {
    consent { id state provider { slug } consumer { slug } services { code } claims purpose contact recipient method text
              textVersion grantedAt expiresAt revokedAt }
    userErrors { code message field consent { textVersion } } idempotency { replayed }
  }
}
"""
REVOKE = """
mutation Revoke($id: ID!, $key: IdempotencyKey!) {
  revokeConsent(input: {consentId: $id, idempotencyKey: $key}) { consent { id state revokedAt } userErrors { code } }
}
"""


def grant(front: FrontEnd, provider: str, services: Sequence[str], claims: Sequence[str], **more: Any) -> Any:
    """The payload of `grantConsent`."""
    chosen = {"provider": provider, "services": list(services), "claims": list(claims), "key": new_key("consent")}
    return front.ask(GRANT, **{**chosen, **more}).whole()["grantConsent"]


def consent(front: FrontEnd, provider: str, services: Sequence[str], claims: Sequence[str], **more: Any) -> str:
    """The id of a consent that was granted."""
    told = grant(front, provider, services, claims, **more)
    assert told["userErrors"] == []
    granted: str = told["consent"]["id"]
    return granted


def consent_to(front: FrontEnd, wanted: Mapping[str, Any]) -> str:
    """Consent to exactly what an error's `extensions.consent` names."""
    return consent(front, wanted["provider"], wanted["services"], wanted["claims"], version=wanted["textVersion"])


def revoke(front: FrontEnd, granted: str) -> Any:
    """The consent as it stands after it was taken back."""
    told = front.ask(REVOKE, id=granted, key=new_key("revoke")).whole()["revokeConsent"]
    assert told["userErrors"] == []
    return told["consent"]


def wanted(answer: Answer) -> Any:
    """What the one CONSENT_REQUIRED error of an answer says would be sent."""
    assert answer.codes == ["CONSENT_REQUIRED"]
    return answer.errors[0]["extensions"]["consent"]
