"""The five cities at next to no cost: `python -m bench.replay PLAN`.

One process listens on one port for each city. A request it has not seen goes to the sandbox city behind it; the answer
is kept and replayed from then on, as bytes. What is new in every request (signature, nonce, timestamp, token) does not
tell requests apart and is not checked again. The citizen `long` has LONG_ROWS bills in Mianyang, made up here.

PLAN is a JSON file: `{"long": pairwise id, "cities": {slug: {"port": number, "origin": URL}}, "health": port}`.
"""

import asyncio
import json
import sys
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any, cast

import aiohttp
import httptools
import orjson
import uvloop

HOST = "127.0.0.1"
LONG_ROWS = 1_000
LAST_DUE = date(2029, 1, 1)
PASSED_ON = {b"authorization", b"content-type", b"accept", b"soapaction", b"idempotency-key"}
SOAP_BODY = b"<soap:Body>"

Key = tuple[bytes, bytes, bytes]
HEALTH: Key = (b"GET", b"/", b"")


@dataclass(slots=True)
class City:
    """What one city has answered so far. `origin` is the sandbox server, without a path."""

    slug: str
    origin: str
    session: aiohttp.ClientSession
    long: bytes
    known: dict[Key, bytes] = field(default_factory=dict)

    async def ask(self, key: Key, target: str, headers: dict[str, str], body: bytes) -> bytes:
        """Ask the sandbox; only a success is kept."""
        async with self.session.request(key[0].decode(), self.origin + target, data=body, headers=headers) as response:
            content = await response.read()
            answer = framed(response.status, response.headers.get("content-type", "application/json"), content)
            if response.status == 200:
                self.known[key] = answer
            return answer


def framed(status: int, content_type: str, content: bytes) -> bytes:
    """A whole HTTP/1.1 answer."""
    head = f"HTTP/1.1 {status} -\r\ncontent-type: {content_type}\r\ncontent-length: {len(content)}\r\n\r\n"
    return head.encode() + content


def long_page(body: bytes) -> bytes:
    """A page of the made-up bills, in the words of Mianyang's platform."""
    asked = orjson.loads(body)["variables"]
    rows = [long_row(n) for n in range(asked["skip"], min(asked["skip"] + asked["take"], LONG_ROWS))]
    return framed(200, "application/json", orjson.dumps({"data": {"bills": {"total": LONG_ROWS, "rows": rows}}}))


def long_row(n: int) -> dict[str, object]:
    """The n-th bill, latest due day first."""
    due = LAST_DUE - timedelta(days=n)
    return {
        "id": f"MYL{n:05d}",
        "company": "绵阳市水务(集团)有限公司",
        "type": "水气"[n % 2],
        "amountFen": 1_000 + n * 37 % 9_000,
        "due": due.isoformat(),
        "paid": n % 3 == 0,
        "meterNo": f"0816{n:08d}",
        "month": f"{due:%Y-%m}",
    }


class Replay(asyncio.Protocol):
    """One connection; aiohttp sends one request at a time, so nothing is queued."""

    def __init__(self, city: City) -> None:
        self._city = city
        self._parser = httptools.HttpRequestParser(self)
        self._headers: dict[bytes, bytes] = {}
        self._asking: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.WriteTransport, transport)  # uvloop's own class, not asyncio's

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_message_begin(self) -> None:
        self._url, self._body, self._headers = b"", b"", {}

    def on_url(self, url: bytes) -> None:
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers[name.lower()] = value

    def on_body(self, body: bytes) -> None:
        self._body += body

    def on_message_complete(self) -> None:
        key = (self._parser.get_method(), self._url, self._body.rpartition(SOAP_BODY)[2])
        answer = self._city.known.get(key)
        if answer is None and self._city.long in self._body and b'"skip"' in self._body:
            answer = self._city.known[key] = long_page(self._body)
        if answer is not None:
            self._write(answer)
        else:
            self._asking = asyncio.get_running_loop().create_task(self._pass_on(key))

    async def _pass_on(self, key: Key) -> None:
        kept = {k.decode(): v.decode() for k, v in self._headers.items() if k in PASSED_ON or k.startswith(b"x-")}
        self._write(await self._city.ask(key, self._url.decode(), kept, self._body))

    def _write(self, answer: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(answer)


async def serve(plan: dict[str, Any]) -> None:
    """Listen for every city of the plan until the process is ended."""
    cities, long = plan["cities"], plan["long"].encode()
    loop = asyncio.get_running_loop()
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
        for slug, place in cities.items():
            city = City(slug, place["origin"], session, long)
            await loop.create_server(lambda city=city: Replay(city), HOST, place["port"])  # type: ignore[misc]
        await loop.create_server(
            lambda: Replay(City("", "", session, b"-", {HEALTH: framed(200, "text/plain", b"")})), HOST, plan["health"]
        )
        await loop.create_future()


if __name__ == "__main__":
    uvloop.run(serve(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))))
