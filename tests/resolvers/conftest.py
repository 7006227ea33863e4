"""What several tests of the resolvers stand on."""

from collections.abc import AsyncIterator

import pytest

from storage import Database
from tests.resolvers.simulator import store


@pytest.fixture
async def database() -> AsyncIterator[Database]:
    """A real store of its own for each test."""
    async with store() as opened:
        yield opened
