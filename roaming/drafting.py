"""The terms of a consent, drafted from what is declared: the channel, its contacts, and the agreements behind the services."""

from collections.abc import Collection, Iterable, Sequence

from channels.declared.models import Contact
from channels.deployment.snapshot import Channel
from schema.codes import Claim

from .shares import Share
from .terms import Named, Terms

CONTACT_ROLES = ("DATA_PROTECTION", "OPERATOR", "CITIZEN_HOTLINE", "ONCALL")  # whom to name, the best first


def draft(channel: Channel, consumer: str, shares: Sequence[Share], claims: Collection[str]) -> Terms:
    """What a citizen of `consumer` consents to when `claims` may be sent for these shares of `channel`.

    Every share is allowed and has its agreement. The order of neither matters: the same things give the same text.
    """
    named = [_named(channel, each) for each in sorted(shares, key=lambda share: share.service)]
    return Terms(
        provider=channel.slug,
        consumer=consumer,
        named=tuple(named),
        claims=tuple(claim.value for claim in Claim if claim.value in claims),
        recipient=_recipient(channel, {each.code for each in named}),
        contact=_contact(channel),
    )


def _named(channel: Channel, share: Share) -> Named:
    name = next((p.name for p in channel.providers if p.code == share.service), None)
    pair = {"zh": name.text("zh"), "en": name.text("en")} if name else {"zh": share.service, "en": share.service}
    assert share.agreement is not None  # noqa: S101 - what needs consent rests on an agreement
    return Named(share.service, pair, share.agreement.id, share.agreement.purpose)


def _recipient(channel: Channel, services: Collection[str]) -> dict[str, str]:
    """City, application, and the departments behind the services. Departments have a Chinese name only."""
    city = channel.city
    departments = _joined(p.department for p in channel.providers if p.code in services)
    zh = f"{city.name.text('zh')}「{city.app.text('zh')}」"
    en = f"{city.name.text('en')} ({city.app.text('en')})"
    return {"zh": f"{zh}{departments}", "en": f"{en}, {departments}"} if departments else {"zh": zh, "en": en}


def _joined(names: Iterable[str]) -> str:
    return "、".join(dict.fromkeys(names))


def _contact(channel: Channel) -> str:
    """Name, phone and e-mail of the contact for personal data; of the city itself where none is declared."""
    found = {contact.role: contact for contact in reversed(channel.city.contacts)}
    best = next((found[role] for role in CONTACT_ROLES if role in found), None)
    return _told(best) if best else channel.city.name.text("zh")


def _told(contact: Contact) -> str:
    return " ".join(part for part in (contact.name, contact.phone, contact.email) if part)
