"""Consents: the citizen's own, dated, taken back in a moment, never changed and never deleted."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from roaming import Consent, Consents, Terms, Verdict, consents, verify_consents
from roaming.terms import Named
from schema.codes import ConsentState
from storage import Database, Migrations, StorageConflict, StorageUnusable

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
WATER = Terms(
    provider="deyang",
    consumer="chengdu",
    named=(Named("WATER-QUERY", {"zh": "水费查询", "en": "Water bills"}, "2026-002", "乘车、缴费"),),
    claims=("PAIRWISE_ID",),
    recipient={"zh": "德阳市", "en": "Deyang"},
    contact="dpo@dy.example.gov.cn",
)
PAY = Named("WATER-PAY", {"zh": "水费缴纳", "en": "Pay for water"}, "2026-002", "乘车、缴费")
BOTH = replace(WATER, named=(*WATER.named, PAY))


async def granted(
    consents: Consents, citizen: str = "me", at: datetime = NOW, days: int = 30, terms: Terms = WATER
) -> Consent:
    return await consents.grant(citizen, terms, days=days, at=at)


async def test_a_consent_comes_back_as_it_was_granted(database: Database) -> None:
    consents = Consents(database)
    consent = await granted(consents)
    assert await consents.of("me") == (consent,)
    assert await consents.at("me", consent.id) == consent
    assert (consent.services, consent.claims) == (("WATER-QUERY",), ("PAIRWISE_ID",))
    assert consent.purposes == {"WATER-QUERY": "乘车、缴费"}


async def test_the_text_that_the_citizen_saw_is_kept(database: Database) -> None:
    """What was consented to must be known after the files have changed."""
    consents = Consents(database)
    consent = await granted(consents)
    kept = await consents.texts([WATER.version, "no such version"])
    assert list(kept) == [consent.version]
    assert kept[WATER.version]["text"] == WATER.text
    assert (kept[WATER.version]["purpose"], kept[WATER.version]["contact"]) == (WATER.purpose, WATER.contact)


@pytest.mark.parametrize(
    "change",
    [
        {"claims": ("PAIRWISE_ID", "PHONE")},
        {"contact": "other"},
        {"recipient": {"zh": "眉山市", "en": "Meishan"}},
        {"named": (replace(WATER.named[0], purpose="别的目的"),)},
    ],
)
def test_another_text_has_another_version(change: dict[str, object]) -> None:
    """Recipient, contact, purpose and kinds of data: PIPL Art. 23 names them, so each is part of the text."""
    assert replace(WATER, **change).version != WATER.version  # type: ignore[arg-type]


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
    assert consent.state(NOW + timedelta(days=1)) is ConsentState.EXPIRED
    revoked = await consents.revoke("me", consent.id, at=NOW + timedelta(minutes=1))
    assert revoked
    assert revoked.state(NOW) is ConsentState.REVOKED
    assert revoked.state(NOW + timedelta(days=9)) is ConsentState.REVOKED


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
    made = [await granted(consents, at=NOW + timedelta(hours=n), terms=t) for n, t in enumerate((BOTH, WATER))]
    assert await consents.of("me") == tuple(reversed(made))


async def test_a_new_consent_supersedes_what_it_covers_and_both_are_kept(database: Database) -> None:
    """The citizen's latest word counts; the earlier one stays on record."""
    consents = Consents(database)
    old, other = await granted(consents), await granted(consents, "you")
    new = await granted(consents, at=NOW + timedelta(hours=1), terms=BOTH)
    assert [(each.id, each.state(NOW)) for each in await consents.of("me")] == [
        (new.id, ConsentState.GRANTED),
        (old.id, ConsentState.SUPERSEDED),
    ]
    assert (await consents.of("you"))[0].state(NOW) is ConsentState.GRANTED
    assert other.active(NOW)


async def test_a_consent_to_fewer_services_leaves_the_others_of_the_old_one(database: Database) -> None:
    """Nobody loses a consent that they said nothing about."""
    consents = Consents(database)
    await granted(consents, terms=BOTH)
    await granted(consents, at=NOW + timedelta(hours=1), terms=WATER)
    assert [each.state(NOW) for each in await consents.of("me")] == [ConsentState.GRANTED, ConsentState.GRANTED]


async def test_the_same_request_is_recorded_once(database: Database) -> None:
    """A request that comes again after a crash adds nothing."""
    consents = Consents(database)
    first = await consents.grant("me", WATER, days=30, at=NOW, number="n1")
    assert await consents.grant("me", WATER, days=30, at=NOW + timedelta(minutes=5), number="n1") == first
    assert len(await consents.of("me")) == 1


async def filled(database: Database) -> Consents:
    """Six events: three grants, two of them superseding the one before, and a revocation."""
    consents = Consents(database)
    for hours in range(3):
        last = await granted(consents, at=NOW + timedelta(hours=hours))
    await consents.revoke("me", last.id, at=NOW + timedelta(days=1))
    return consents


async def test_an_untouched_record_is_verified(database: Database) -> None:
    await filled(database)
    assert await verify_consents(database) == Verdict(6)


@pytest.mark.parametrize(
    "sql", ["UPDATE consent_events SET citizen = 'x'", "DELETE FROM consent_events", "DELETE FROM consent_texts"]
)
async def test_the_record_refuses_to_be_changed(database: Database, sql: str) -> None:
    """Events are added, nothing else."""
    await filled(database)
    with pytest.raises(StorageConflict):
        async with database.transaction() as transaction:
            await transaction.execute(sql)


DAMAGE = {
    "claims widened": (
        "UPDATE consent_events SET body = replace(body, 'PAIRWISE_ID', 'ID_NUMBER') WHERE number = 2",
        2,
    ),
    "one byte that is no text": (
        "UPDATE consent_events SET body = CAST(x'ff' || substr(body, 2) AS TEXT) WHERE number = 4",
        4,
    ),
    "another moment": ("UPDATE consent_events SET at = '2020-01-01T00:00:00+00:00' WHERE number = 1", 1),
    "a record removed": ("DELETE FROM consent_events WHERE number = 3", 3),
    "the last one removed": ("DELETE FROM consent_events WHERE number = 6", 6),
    "all removed": ("DELETE FROM consent_events", 1),
    "a digest forged": ("UPDATE consent_events SET digest = previous WHERE number = 5", 5),
    "two records exchanged": (
        "UPDATE consent_events SET number = CASE number WHEN 2 THEN -3 WHEN 3 THEN -2 ELSE number END;"
        "UPDATE consent_events SET number = -number WHERE number < 0",
        2,
    ),
    "a revocation taken away with its text": ("UPDATE consent_events SET kind = 'SUPERSEDED' WHERE number = 6", 6),
}


@pytest.mark.parametrize("name", DAMAGE)
async def test_verification_names_the_first_bad_record(database: Database, name: str) -> None:
    """Whoever gets round the triggers is found, and the place is named."""
    await filled(database)
    sql, number = DAMAGE[name]
    async with database.transaction() as transaction:
        for trigger in ("consent_events_stay", "consent_events_last"):
            await transaction.execute(f"DROP TRIGGER {trigger}")
        for statement in sql.split(";"):
            await transaction.execute(statement)
    verdict = await verify_consents(database)
    assert not verdict.intact
    assert verdict.number == number


async def test_an_event_that_was_changed_opens_nothing(database: Database) -> None:
    """Claims widened in the file itself: whoever reads that citizen's consents is refused, before anybody verifies."""
    consents = Consents(database)
    consent, other = await granted(consents), await granted(consents, "you")
    async with database.transaction() as transaction:
        await transaction.execute("DROP TRIGGER consent_events_stay")
        sql = "UPDATE consent_events SET body = replace(body, 'PAIRWISE_ID', 'ID_NUMBER') WHERE consent = ?"
        await transaction.execute(sql, (consent.id,))
    with pytest.raises(StorageUnusable, match="event 1 "):
        await consents.of("me")
    assert await consents.of("you") == (other,)


async def test_a_text_that_was_changed_is_found(database: Database) -> None:
    """A consent to other words is no consent."""
    await filled(database)
    async with database.transaction() as transaction:
        await transaction.execute("DROP TRIGGER consent_texts_stay")
        await transaction.execute("UPDATE consent_texts SET body = replace(body, '缴费', '营销')")
    verdict = await verify_consents(database)
    assert verdict.problem
    assert WATER.version in verdict.problem


async def test_consents_of_the_early_form_are_kept_and_decide_nothing(tmp_path: Path) -> None:
    """They named no purpose and showed no text: their citizens are asked again, and see what they had given."""
    path = tmp_path / "gateway.sqlite"
    early = Migrations("consents", consents.MIGRATIONS.texts[:1])
    row = ("me", "deyang", "chengdu", '["WATER-QUERY"]', '["PAIRWISE_ID"]', NOW.isoformat())
    until = (NOW + timedelta(days=90)).isoformat()
    async with await Database.open(path, (early,)) as database, database.transaction() as transaction:
        for key, revoked in (("standing", None), ("revoked", (NOW + timedelta(days=1)).isoformat())):
            sql = "INSERT INTO consents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
            await transaction.execute(sql, (key, *row, until, revoked))
    async with await Database.open(path, (consents.MIGRATIONS,)) as database:
        for _ in range(2):  # starting again takes nothing over twice
            opened = await Consents.opened(database, at=NOW + timedelta(days=2))
        found = {each.id: each for each in await opened.of("me")}
        assert found["standing"].state(NOW) is ConsentState.SUPERSEDED
        assert found["revoked"].revoked_at == NOW + timedelta(days=1)
        assert found["standing"].granted_at == NOW
        assert (await verify_consents(database)).intact
