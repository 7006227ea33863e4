"""A city on loopback: a raw HTTP server whose every byte a test decides, and a snapshot with one channel that speaks to it."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from channels.ask import Ask
from channels.calls.connections import Connections
from channels.declared.gateway import Environment, GatewayFile
from channels.declared.models import ChannelFile
from channels.declared.secrets import Secrets
from channels.deployment.snapshot import Channel, Snapshot
from channels.protocols.compiled import LOCAL, compile_operation

NOW = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
BILL = {"id": "b1", "payee": "水司", "amount": 3860, "flag": "0", "due": "20261130"}
BILL_MAP = {
    "id": "id",
    "kind": {"value": "WATER"},
    "state": {"from": "flag", "enum": {"0": "UNPAID", "1": "PAID"}},
    "payee": "payee",
    "amount": {"from": "amount", "as": "money.fen"},
    "dueOn": {"from": "due", "as": "date", "format": "yyyyMMdd"},
}
BILLS = {
    "backend": "api",
    "needs": ["pairwise_id"],
    "request": {"method": "GET", "path": "/bills/${citizen.pairwise_id}"},
    "response": {"items": "rows", "map": BILL_MAP},
}
PAY = {
    "backend": "api",
    "needs": ["pairwise_id"],
    "request": {
        "method": "PUT",
        "path": "/pay/${args.billId}",
        "headers": {"Idempotency-Key": "${request.idempotency_key}"},
        "json": {"amount": "${args.amount}"},
    },
    "response": {"map": {"orderNo": "no", "cashierUrl": "url", "state": {"value": "PROCESSING"}}},
}
PAID = {"no": "o1", "url": "https://pay.example.gov.cn/o1"}


@dataclass
class Asked:
    """One request as the city saw it."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


Respond = Callable[["City", Asked, asyncio.StreamWriter], Awaitable[bytes | None]]


@dataclass
class City:
    """`respond` returns the bytes of an HTTP answer; None when it wrote them itself or wants the connection closed."""

    respond: Respond
    asked: list[Asked] = field(default_factory=list)
    port: int = 0
    connections: int = 0
    secure: bool = False
    news: asyncio.Event = field(default_factory=asyncio.Event)

    async def has_been_asked(self, times: int) -> None:
        """Wait until this many requests have arrived."""
        while len(self.asked) < times:
            self.news.clear()
            await self.news.wait()

    @property
    def url(self) -> str:
        return f"{'https' if self.secure else 'http'}://127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
                method, target, _ = head[0].split(" ")
                headers = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in head[1:] if line)}
                body = await reader.readexactly(int(headers.get("content-length", 0)))
                asked = Asked(method, target, headers, body)
                self.asked.append(asked)
                self.news.set()
                answer = await self.respond(self, asked, writer)
                if answer is None:
                    break
                writer.write(answer)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def served(respond: Respond, tls: ssl.SSLContext | None = None) -> AsyncIterator[City]:
    city = City(respond, secure=tls is not None)
    tasks: set[asyncio.Task[None]] = set()

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.get_running_loop().create_task(city.serve(reader, writer))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    server = await asyncio.start_server(connected, "127.0.0.1", 0, ssl=tls)
    city.port = server.sockets[0].getsockname()[1]
    try:
        yield city
    finally:
        server.close()
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def http(body: bytes | str | Any = b"", status: int = 200, **headers: str) -> bytes:
    """The bytes of a whole answer; anything but bytes and text is sent as JSON."""
    if not isinstance(body, bytes | str):
        body = json.dumps(body, ensure_ascii=False)
        headers.setdefault("content_type", "application/json")
    raw = body.encode() if isinstance(body, str) else body
    named = {"content-length": str(len(raw)), **{key.replace("_", "-"): value for key, value in headers.items()}}
    head = f"HTTP/1.1 {status} X\r\n" + "".join(f"{key}: {value}\r\n" for key, value in named.items()) + "\r\n"
    return head.encode("latin-1") + raw


def always(answer: bytes) -> Respond:
    async def respond(city: City, asked: Asked, writer: asyncio.StreamWriter) -> bytes:
        return answer

    return respond


def snapshot(
    base_url: str,
    *,
    backend: Mapping[str, Any] | None = None,
    operations: Mapping[str, Any] | None = None,
    secrets: Mapping[str, str] | None = None,
    **parts: Any,
) -> Snapshot:
    """A snapshot of one city, `testville`, with one backend, `api`."""
    file = {
        "roam": "1",
        "city": {
            "id": "testville",
            "code": "510100",
            "name": {"zh": "测试市"},
            "app": {"zh": "测试"},
            "status": "LIVE",
        },
        "backends": {"api": {"kind": "rest", "base_url": base_url, **(backend or {})}},
        "operations": operations if operations is not None else {"bills.list": BILLS, "bills.pay": PAY},
        **parts,
    }
    config = ChannelFile.model_validate(file)
    named = {**config.operations, **{LOCAL + name: rule for name, rule in config.local.items()}}
    compiled = {name: compile_operation(name, rule, config.backends[rule.backend]) for name, rule in named.items()}
    held = Secrets(MappingProxyType(dict(secrets or {})))
    settings = GatewayFile.model_validate({"roam": "1", "gateway": {"public_url": "https://graph.example/graphql"}})
    return Snapshot(
        version="cfg-1·test",
        environment_name="test",
        settings=settings,
        environment=Environment(),
        register={},
        agreements=(),
        channels={"testville": Channel(config, compiled, (), None, held)},
        broken={},
        statistics={},
        secrets=held,
    )


@asynccontextmanager
async def connected(held: Snapshot, **more: Any) -> AsyncIterator[Callable[..., Awaitable[Any]]]:
    """Yield: `call(operation, position=None, **ask)` over fresh connections; its `connections` is what it calls."""
    async with Connections(held, lambda: NOW, **more) as connections:

        async def call(operation: str = "bills.list", position: Any = None, **fields: Any) -> Any:
            return await connections.call(held.channels["testville"], question(operation, **fields), position)

        call.connections = connections  # type: ignore[attr-defined]
        yield call


def question(operation: str = "bills.list", *, seconds: float = 5.0, **fields: Any) -> Ask:
    made = {
        "args": {},
        "claims": {"pairwise_id": "p1"},
        "subject": "s1",
        "assurance": "REAL_NAME",
        "request_id": "r1",
        "idempotency_key": "k" * 16,
        "deadline": asyncio.get_running_loop().time() + seconds,
    }
    return Ask(operation, **(made | fields))  # type: ignore[arg-type]
