"""Rows that stay the same while a snapshot serves: its cities and services. Made once, shared by all answers, never changed."""

from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from channels.declared.providers import Provider
from channels.declared.strict_model import Bilingual
from channels.deployment.snapshot import Channel
from identity.seal import Sealer
from resolvers.ids import seal_id

Row = dict[str, Any]
CHINA = ZoneInfo("Asia/Shanghai")
NO_BADGE = "NONE"  # a badge comes from a conformance report, and no city has one yet


class Named(Protocol):
    """A name that has a text for each language."""

    def text(self, language: str) -> str: ...


@dataclass(frozen=True, slots=True)
class Item:
    """A service that somebody lists, in the register's words or, for a city's own, in that city's."""

    code: str
    name: Bilingual
    theme: str
    type: str


def pair(name: Named) -> dict[str, str]:
    """A bilingual name as the graph's text fields read it."""
    return {"zh": name.text("zh"), "en": name.text("en")}


def provider_key(provider: Provider) -> str:
    """What tells the providers of one city apart: the service and the department, never the service's name."""
    return f"{provider.code}/{sha256(provider.department.encode()).hexdigest()[:12]}"


def city(sealer: Sealer, channel: Channel) -> Row:
    """The City row of a channel. Its other fields are answered from the snapshot by its slug."""
    declared = channel.config.city
    return {
        "__typename": "City",
        "id": seal_id(sealer, "City", channel.slug, channel.slug),
        "slug": channel.slug,
        "code": declared.code,
        "name": pair(declared.name),
        "appName": pair(declared.app),
        "status": channel.status,
        "badge": NO_BADGE,
        "timeZone": CHINA.key,
        "contacts": [{"role": c.role, "name": c.name, "phone": c.phone, "email": c.email} for c in declared.contacts],
    }


def service(sealer: Sealer, item: Item) -> Row:
    """The Service row of an item."""
    return {
        "__typename": "Service",
        "id": seal_id(sealer, "Service", "", item.code),
        "code": item.code,
        "name": pair(item.name),
        "theme": item.theme,
        "type": item.type,
    }
