"""A real uvicorn on a free port, with the edge's routes over the small graph of `town`."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import aiohttp
import pytest
import uvicorn
from starlette.applications import Starlette

from edge import Limits, Site, server_config
from edge.routes import routes
from tests.edge.town import Gateway

Serve = Callable[..., Awaitable[str]]


class Announced(uvicorn.Server):
    """Says when it listens, and leaves when told, not at the next tick of a clock."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = asyncio.Event()
        self.leave = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.up.set()

    async def main_loop(self) -> None:
        await self.leave.wait()


@asynccontextmanager
async def serving(app: Starlette, **settings: Any) -> AsyncIterator[str]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        server = Announced(server_config(app, "127.0.0.1", 0, **settings))
        running = asyncio.ensure_future(server.serve(sockets=[listener]))
        await server.up.wait()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.leave.set()
            await running


@pytest.fixture
def gateway() -> Gateway:
    return Gateway()


@pytest.fixture
async def serve(gateway: Gateway) -> AsyncIterator[Serve]:
    """Start a server for this test; returns its base URL."""
    async with AsyncExitStack() as stack:

        async def start(*, limits: Limits | None = None, site: Site | None = None, **settings: Any) -> str:
            if limits is not None:
                gateway.limits = limits
            app = Starlette(routes=routes(gateway, site))
            return await stack.enter_async_context(serving(app, **settings))

        yield start


@pytest.fixture
async def client() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as session:
        yield session
