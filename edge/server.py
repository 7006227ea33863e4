"""uvicorn as we run it: httptools, uvloop, websockets; and a clock on every request that is still being sent.

uvicorn waits for ever for the rest of a request head or body. `GuardedProtocol` gives each its time: a client that
trickles bytes (slowloris) gets 408 and the connection back, and a head that does not end gets 431.
"""

import asyncio
import gc
from typing import Any

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_SECONDS = 10.0
BODY_SECONDS = 30.0
MAX_HEAD_BYTES = 64 * 1024


class GuardedProtocol(HttpToolsProtocol):
    """httptools' protocol with a timer for the head, then for the body, and a cap on the head's size."""

    head_seconds = HEAD_SECONDS
    body_seconds = BODY_SECONDS

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self._timer: asyncio.TimerHandle | None = None
        self._head_bytes = 0
        self._reading_body = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._arm(self.head_seconds)

    def data_received(self, data: bytes) -> None:
        between = self.cycle is None or self.cycle.response_complete
        if self._timer is None and between:
            self._arm(self.head_seconds)
        if not self._reading_body:
            self._head_bytes += len(data)
        super().data_received(data)
        # Counted after the parser: a body that came along with its head is not head.
        if not self._reading_body and self._timer is not None and self._head_bytes > MAX_HEAD_BYTES:
            self._refuse(b"431 Request Header Fields Too Large")

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._arm(self.head_seconds)

    def on_headers_complete(self) -> None:
        super().on_headers_complete()
        self._reading_body = True
        self._arm(self.body_seconds)

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._reading_body = False
        self._head_bytes = 0
        self._disarm()

    def handle_websocket_upgrade(self) -> None:
        self._disarm()
        super().handle_websocket_upgrade()

    def connection_lost(self, exc: Exception | None) -> None:
        self._disarm()
        super().connection_lost(exc)

    def _arm(self, seconds: float) -> None:
        self._disarm()
        self._timer = self.loop.call_later(seconds, self._refuse, b"408 Request Timeout")

    def _disarm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _refuse(self, status: bytes) -> None:
        self._disarm()
        if self.transport.is_closing():
            return
        answering = self.cycle is not None and not self.cycle.response_complete
        if answering and not self._reading_body:
            self._arm(self.head_seconds)  # the head of a pipelined request; the answer before it may take its time
            return
        if not answering or not self.cycle.response_started:
            self.transport.write(b"HTTP/1.1 " + status + b"\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        self.transport.close()


def spare_memory() -> None:
    """While everything is built nothing is thrown away, so the collector looks at new objects alone: half of a large start."""
    gc.set_threshold(50_000, 1_000, 1_000)


def settle_memory() -> None:
    """What was built before the first request lives as long as the process: the collector need not look at it again,
    nor so often at what requests leave behind.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 1_000)


def server_config(app: ASGIApp, host: str, port: int, **more: Any) -> uvicorn.Config:
    """The settings every process uses; `more` overrides single ones (log level, TLS files, a test's own protocol)."""
    settings: dict[str, Any] = {
        "http": GuardedProtocol,
        "ws": "websockets-sansio",
        "loop": "uvloop",
        "lifespan": "on",
        "access_log": False,  # a URL may carry a query's variables
        "server_header": False,
        "proxy_headers": False,  # who the client is decides nothing here; a proxy's word need not be trusted
        "ws_max_size": 1 << 20,
        "ws_per_message_deflate": False,  # memory per socket, for messages of a few hundred bytes
        "timeout_keep_alive": 30,
        "timeout_graceful_shutdown": 5,
        "log_level": "warning",
    }
    return uvicorn.Config(app, host=host, port=port, **(settings | more))
