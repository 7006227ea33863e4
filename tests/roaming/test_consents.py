"""Consents: the citizen's own, dated, taken back in a moment, and never deleted."""

import asyncio
from datetime import UTC, datetime, timedelta

from roaming import Consent, Consents
from storage import Database

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


async def granted(consents: Consents, citizen: str = "me", at: datetime = NOW, days: int = 30) -> Consent:
    chosen = {"services": ["WATER-QUERY"], "claims": ["PAIRWISE_ID"]}
    return await consents.grant(citizen, provider="deyang", consumer="chengdu", days=days, at=at, **chosen)


async def test_a_consent_comes_back_as_it_was_granted(database: Database) -> None:
    consents = Consents(database)
    consent = await granted(consents)
    assert await consents.of("me") == (consent,)
    assert await consents.at("me", consent.id) == consent
    assert (consent.services, consent.claims) == (("WATER-QUERY",), ("PAIRWISE_ID",))


async def test_another_citizens_consent_is_as_unknown_as_none(database: Database) -> None:
    """An id is not a right."""
    consents = Consents(database)
    consent = await granted(consents)
    assert await consents.at("you", consent.id) is None
    assert await consents.revoke("you", consent.id, at=NOW) is None
    assert (await consents.of("me"))[0].revoked_at is None


async def test_a_consent_stands_until_its_day_or_until_it_is_taken_back(database: Database) -> None:
    consents = Consents(database)
    consent = await granted(consents, days=1)
    assert consent.active(NOW + timedelta(hours=23, minutes=59))
    assert not consent.active(NOW + timedelta(days=1))
    revoked = await consents.revoke("me", consent.id, at=NOW + timedelta(minutes=1))
    assert revoked
    assert not revoked.active(NOW + timedelta(minutes=1))


async def test_taking_it_back_twice_keeps_the_first_moment(database: Database) -> None:
    """What the record says about the past does not change."""
    consents = Consents(database)
    consent = await granted(consents)
    async with asyncio.TaskGroup() as group:
        ends = [group.create_task(consents.revoke("me", consent.id, at=NOW + timedelta(hours=n))) for n in range(4)]
    assert len({str(end.result()) for end in ends}) == 1
    assert await consents.revoke("me", consent.id, at=NOW + timedelta(days=9)) == ends[0].result()


async def test_the_newest_comes_first(database: Database) -> None:
    consents = Consents(database)
    made = [await granted(consents, at=NOW + timedelta(hours=n)) for n in range(3)]
    assert await consents.of("me") == tuple(reversed(made))
