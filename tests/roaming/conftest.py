"""A real store with the tables of consents, the journal and the deliveries."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from roaming import consents, deliveries, journal
from storage import Database


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    tables = (consents.MIGRATIONS, journal.MIGRATIONS, deliveries.MIGRATIONS)
    async with await Database.open(tmp_path / "gateway.sqlite", tables) as opened:
        yield opened
