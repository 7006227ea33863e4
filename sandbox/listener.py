"""A listening socket that can really be closed and opened again while its server lives.

uvicorn's HTTP protocol (httptools) on our own listeners: `close` gives "connection refused" to new callers and drops
the connections that are open, `open` listens on the same port again. Deliberately not here: signals, applications.
"""

import asyncio
import socket

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

BACKLOG = 512


class Listener:
    """One ASGI application on one loopback port.

    `port` 0 picks a free one, which stays the same through close and open.  Raises OSError: the port is in use.
    """

    def __init__(self, host: str, port: int) -> None:
        self.host = host
        self._socket: socket.socket | None = _bound(host, port)
        self.port: int = self._socket.getsockname()[1]
        self._state = ServerState()
        self._server: asyncio.Server | None = None
        self._config: uvicorn.Config | None = None

    @property
    def url(self) -> str:
        """`http://host:port`, no slash at the end."""
        return f"http://{self.host}:{self.port}"

    async def open(self, app: ASGIApp | None = None) -> None:
        """Listen (again); the first call names the application.  Does nothing when already listening."""
        if app is not None:
            options = {"lifespan": "off", "ws": "none", "log_config": None, "log_level": "critical"}
            self._config = uvicorn.Config(app, http="httptools", access_log=False, date_header=False, **options)  # type: ignore[arg-type]
            self._config.load()
        if self._server is not None or self._config is None:
            return
        sock, self._socket = self._socket or _bound(self.host, self.port), None
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._protocol, sock=sock, backlog=BACKLOG)

    def close(self) -> None:
        """Stop listening and drop every open connection, at once."""
        if self._server is not None:
            self._server.close()
            self._server = None
        if self._socket is not None:
            self._socket.close()
            self._socket = None
        for connection in list(self._state.connections):
            transport = getattr(connection, "transport", None)
            if transport is not None:
                transport.abort()

    def drop(self, peer: tuple[str, int]) -> None:
        """Break the connection of one peer (its address and port)."""
        for connection in list(self._state.connections):
            transport = getattr(connection, "transport", None)
            if transport is not None and transport.get_extra_info("peername") == peer:
                transport.abort()

    def _protocol(self) -> asyncio.Protocol:
        assert self._config is not None  # noqa: S101  # open() sets it before the first connection
        return HttpToolsProtocol(config=self._config, server_state=self._state, app_state={})


def _bound(host: str, port: int) -> socket.socket:
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((host, port))
    except OSError:
        sock.close()
        raise
    return sock
