"""A real store with the tables of consents and the journal."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from roaming import consents, journal
from storage import Database


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with await Database.open(tmp_path / "gateway.sqlite", (consents.MIGRATIONS, journal.MIGRATIONS)) as opened:
        yield opened
