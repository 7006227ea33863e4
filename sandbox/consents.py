"""The named personas' consents in the gateway's own store, seeded before the gateway starts.

chen, deng, mei, zi and mian have consented to everything that the files let cross to them, under the texts that the gateway
would show; the test personas to nothing, which is what shows CONSENT_REQUIRED. A text that a persona was seeded with once is
never seeded again: a consent taken back stays taken back.
"""

import asyncio
import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sandbox.links import DATABASE, CannotSeed
from sandbox.personas import CITY_CODES, CROWD, PERSONAS, Persona

if TYPE_CHECKING:
    from channels.deployment.snapshot import Snapshot
    from roaming import Terms

NAMED = ("chen", "deng", "mei", "zi", "mian")
DAYS = 1_096
CHINA = ZoneInfo("Asia/Shanghai")


def seed(root: Path, state: Path, key: str, issuer: str) -> None:
    """Grant what the files of `root` allow and no persona was asked before, for the issuer's subjects.

    `key` is the gateway's key for citizens' names.  Raises CannotSeed.
    """
    marker, database = state / "consents-seeded", state / DATABASE
    done = f"{issuer} {len(PERSONAS)} {fingerprint(root)}"
    if database.is_file() and marker.is_file() and marker.read_text(encoding="utf-8") == done:
        return
    asyncio.run(_seed(_snapshot(root), database, key.encode(), issuer))
    marker.write_text(done, encoding="utf-8")


def fingerprint(root: Path) -> str:
    """A digest of the files that decide what may cross: reading them all is dearer than looking whether they changed."""
    files = sorted([*root.glob("*.yaml"), *root.glob("agreements/*.yaml"), *root.glob("*/channel.yaml")])
    digest = hashlib.sha256()
    for path in files:
        digest.update(f"{path.relative_to(root)}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _snapshot(root: Path) -> "Snapshot | None":
    """The files as the gateway reads them. A root that the gateway will refuse has nothing to consent to."""
    from channels.deployment.snapshot import load

    return load(root, environment="sandbox", at=datetime.now(UTC).astimezone(CHINA).date()).snapshot


async def _seed(snapshot: "Snapshot | None", path: Path, key: bytes, issuer: str) -> None:
    from identity.links import citizen_key
    from roaming import Consents
    from roaming.consents import MIGRATIONS
    from storage import Database, StorageError

    at = datetime.now(UTC)
    try:
        async with await Database.open(path, (MIGRATIONS,)) as database:
            consents = await Consents.opened(database, at=at)
            for persona in (each for each in PERSONAS.values() if each.key in NAMED or each.key.startswith(CROWD)):
                citizen = citizen_key(key, issuer, persona.subject)
                known = {consent.version for consent in await consents.of(citizen)}
                for terms in offered(snapshot, persona, at) if snapshot else ():
                    if terms.version not in known:
                        await consents.grant(citizen, terms, days=DAYS, at=at)
    except StorageError as error:
        raise CannotSeed(str(error)) from error


def offered(snapshot: "Snapshot", persona: Persona, at: datetime) -> "Iterator[Terms]":
    """What may cross to the persona: one text for each city and agreement, with all that both offer and agreement name."""
    from channels.deployment.snapshot import Channel
    from roaming import Share, draft, shares
    from roaming.shares import is_to

    def claims(channel: Channel, share: Share) -> set[str]:
        offers = [offer for offer in channel.offers if is_to(offer, home) and share.service in offer.services]
        agreed = share.agreement.claims if share.agreement else ()
        return {str(claim) for offer in offers for claim in offer.claims if claim in agreed}

    home = next(slug for slug, code in CITY_CODES.items() if code == persona.home_city)
    for channel in snapshot.channels.values():
        if channel.slug == home or home not in snapshot.channels:
            continue
        open_now = [
            s for s in shares(snapshot, channel, home, at.astimezone(CHINA).date()) if s.allowed and s.agreement
        ]
        for number in dict.fromkeys(s.agreement.id for s in open_now if s.agreement):
            group = [s for s in open_now if s.agreement and s.agreement.id == number]
            yield draft(channel, home, group, set().union(*(claims(channel, share) for share in group)))
