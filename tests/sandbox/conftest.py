"""Cities on free ports, in the test's own event loop, with a clock that the test moves."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from sandbox.serve import Site, serving
from tests.sandbox.callers import SECRETS, Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as session:
        yield session


@pytest.fixture
async def serve(tmp_path: Path, clock: Clock) -> AsyncIterator[Callable[[str], Any]]:
    """`await serve("deyang")` gives a Site that lives as long as the test."""
    async with AsyncExitStack() as stack:

        async def start(slug: str) -> Site:
            return await stack.enter_async_context(serving(slug, tmp_path, SECRETS, clock=clock))

        yield start
