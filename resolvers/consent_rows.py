"""Consents and their terms as rows of the graph."""

from collections.abc import Iterable, Mapping
from typing import Any

from resolvers.context import Context
from resolvers.ids import seal_id
from resolvers.provenance import city_row, instant
from resolvers.service_rows import service_row
from roaming import Consent, Terms

Row = dict[str, Any]
NO_TEXT: Mapping[str, Any] = {}  # of a consent from before texts were recorded


def terms_row(context: Context, terms: Terms) -> Row:
    """The ConsentTerms row."""
    return {
        "provider": city_row(context, context.channel(terms.provider)),
        "consumer": city_row(context, context.channel(terms.consumer)),
        "services": service_rows(context, terms.services),
        "claims": list(terms.claims),
        "recipient": dict(terms.recipient),
        "contact": terms.contact,
        "purpose": terms.purpose,
        "method": dict(terms.method),
        "text": dict(terms.text),
        "textVersion": terms.version,
        "agreementIds": list(terms.agreement_ids),
    }


def service_rows(context: Context, codes: Iterable[str]) -> list[Row]:
    """The services that somebody still lists."""
    return [service_row(context, code) for code in codes if code in context.services.listing.items]


def consent_row(context: Context, consent: Consent, text: Mapping[str, Any]) -> Row:
    """The Consent row. `text`: what the citizen was shown, as it was kept."""
    revoked = consent.revoked_at
    return {
        "__typename": "Consent",
        "id": seal_id(context.services.sealer, "Consent", "", consent.id),
        "provider": city_row(context, context.channel(consent.provider)),
        "consumer": city_row(context, context.channel(consent.consumer)),
        "services": service_rows(context, consent.services),
        "claims": list(consent.claims),
        "grantedAt": instant(consent.granted_at),
        "expiresAt": instant(consent.expires_at),
        "revokedAt": instant(revoked) if revoked else None,
        "state": consent.state(context.now).value,
        "textVersion": consent.version,
        **{name: text.get(name) for name in ("recipient", "contact", "purpose", "method", "text")},
    }


async def consent_rows(context: Context, consents: Iterable[Consent]) -> list[Row]:
    """The Consent rows; a city that has left the graph cannot be shown, and neither can a consent towards it."""
    known = context.snapshot.channels
    shown = [each for each in consents if each.provider in known and each.consumer in known]
    texts = await context.services.consents.texts([each.version for each in shown if each.version])
    return [consent_row(context, each, texts.get(each.version or "", NO_TEXT)) for each in shown]
