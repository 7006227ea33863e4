"""Which cities a citizen's account is linked to survives a restart and names nobody in the file."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from identity import Links, citizen_key
from identity.links import MIGRATIONS, WeakLinkKey
from schema.codes import AccountState
from storage import Database

AT = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
KEY = b"k" * 32


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with await Database.open(tmp_path / "gateway.sqlite", [MIGRATIONS]) as database:
        yield database


async def test_a_link_is_recorded_and_changes_keep_when_it_began(database: Database) -> None:
    links, deng = Links(database), citizen_key(KEY, "https://idp.example", "deng")
    assert await links.at(deng, "510100") is None
    await links.record(deng, "510100", AccountState.LINKED, at=AT)
    later = AT + timedelta(days=1)
    link = await links.record(deng, "510100", AccountState.SUSPENDED, at=later)
    assert (link.state, link.linked_at, link.changed_at) == (AccountState.SUSPENDED, AT, later)
    await links.record(deng, "510600", AccountState.CONFLICT, at=later)
    found = await links.of(deng)
    assert [(city, link.state, link.linked_at) for city, link in found.items()] == [
        ("510100", AccountState.SUSPENDED, AT),
        ("510600", AccountState.CONFLICT, None),
    ]


async def test_citizens_do_not_see_each_others_links(database: Database) -> None:
    links = Links(database)
    await links.record(citizen_key(KEY, "i", "deng"), "510100", AccountState.LINKED, at=AT)
    assert await links.of(citizen_key(KEY, "i", "chen")) == {}
    assert await links.of(citizen_key(KEY, "j", "deng")) == {}


async def test_seeding_never_overwrites(database: Database) -> None:
    links, deng = Links(database), citizen_key(KEY, "i", "deng")
    await links.record(deng, "510100", AccountState.CONFLICT, at=AT)
    await links.seed(deng, ("510100", "510600"), AT)
    assert [link.state for link in (await links.of(deng)).values()] == [AccountState.CONFLICT, AccountState.LINKED]


async def test_links_survive_a_restart_and_the_file_names_nobody(tmp_path: Path) -> None:
    path, deng = tmp_path / "gateway.sqlite", citizen_key(KEY, "https://idp.example", "citizen-deng")
    async with await Database.open(path, [MIGRATIONS]) as database:
        await Links(database).record(deng, "510100", AccountState.LINKED, at=AT)
    async with await Database.open(path, [MIGRATIONS]) as database:
        assert (await Links(database).of(deng))["510100"].state is AccountState.LINKED
    with closing(sqlite3.connect(path)) as connection:
        assert "citizen-deng" not in "\n".join(connection.iterdump())


def test_a_short_key_is_refused() -> None:
    with pytest.raises(WeakLinkKey):
        citizen_key(b"short", "i", "deng")
