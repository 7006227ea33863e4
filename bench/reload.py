"""`python -m bench.reload`: a city joins, breaks, is mended and rolled back under 500 subscriptions and steady queries.

Tells how long it takes from saving to serving, what the slowest request beside it costs more than one in quiet times, and how
many requests failed and subscriptions were dropped: none may. Bounded: about a minute; every process it starts ends with it.
"""

import argparse
import asyncio
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from sandbox.up import Stack

HERE = Path(__file__).resolve().parent.parent
BILLS = (
    "query B($cities: [CityId!]!) { me { bills(cities: $cities) { nodes { id } coverage { city { slug } outcome } } } }"
)
AVAILABILITY = "subscription A { channelAvailability(cities: [CHENGDU, DEYANG]) { slug availability } }"
LIMIT_SECONDS = 30.0
QUIET_SECONDS = 5.0
PAUSE_SECONDS = 0.02


@dataclass
class Seen:
    """`took`: moment and seconds of every request."""

    took: list[tuple[float, float]] = field(default_factory=list)
    failed: int = 0
    dropped: int = 0
    events: int = 0

    def worst(self, begun: float, ended: float) -> float:
        """Milliseconds of the slowest request that was under way between two moments."""
        return 1_000 * max((s for at, s in self.took if begun <= at + s and at <= ended), default=0.0)

    def share(self, begun: float, ended: float, part: float) -> float:
        """Milliseconds under which this part of the requests stayed."""
        found = sorted(s for at, s in self.took if begun <= at + s and at <= ended)
        return 1_000 * found[min(int(part * len(found)), len(found) - 1)] if found else 0.0


async def subscribed(url: str, count: int, seen: Seen, ready: asyncio.Semaphore) -> None:
    """One socket with some subscriptions, to the end."""
    try:
        async with connect(url.replace("http", "ws", 1), subprotocols=[Subprotocol("graphql-transport-ws")]) as socket:
            await socket.send(json.dumps({"type": "connection_init"}))
            await socket.recv()
            for number in range(count):
                payload = {"id": str(number), "type": "subscribe", "payload": {"query": AVAILABILITY}}
                await socket.send(json.dumps(payload))
            heard: set[str] = set()
            async for text in socket:
                message = json.loads(text)
                seen.events += message["type"] == "next"
                if message["type"] not in ("next", "ping"):
                    seen.dropped += 1
                if message.get("id") not in heard and message["type"] == "next":
                    heard.add(message["id"])
                    ready.release()
        seen.dropped += count
    except OSError:
        seen.dropped += count


async def asking(session: aiohttp.ClientSession, url: str, token: str, seen: Seen) -> None:
    """One citizen, again and again."""
    headers, body = (
        {"authorization": f"Bearer {token}"},
        {"query": BILLS, "variables": {"cities": ["CHENGDU", "MEISHAN"]}},
    )
    while True:
        begun = time.monotonic()
        try:
            async with session.post(url, json=body, headers=headers) as response:
                told = await response.json()
            seen.failed += response.status != 200 or "errors" in told
        except aiohttp.ClientError:
            seen.failed += 1
        seen.took.append((begun, time.monotonic() - begun))
        await asyncio.sleep(PAUSE_SECONDS)


async def told(session: aiohttp.ClientSession, url: str) -> Any:
    """The slugs and the configuration now."""
    async with session.post(url, json={"query": "{ cities { slug } }"}) as response:
        answer = await response.json()
    return {city["slug"] for city in answer["data"]["cities"]}, answer["extensions"]["roam"]["config"]


@dataclass
class Bench:
    """One run: the stack, and what was seen."""

    stack: Stack
    session: aiohttp.ClientSession
    seen: Seen

    @property
    def url(self) -> str:
        return f"{self.stack.gateway_url}/graphql"

    async def step(self, name: str, act: Callable[[], Awaitable[object]], done: Callable[[Any], bool]) -> str:
        """Do one thing, wait until it is served, and tell what it cost."""
        begun = time.monotonic()
        await act()
        saved = time.monotonic()
        while not done(await told(self.session, self.url)):
            if time.monotonic() - saved > LIMIT_SECONDS:
                return f"| {name} | never | | |"
            await asyncio.sleep(0.01)
        served = time.monotonic()
        await asyncio.sleep(1.0)
        p99, worst = self.seen.share(begun, served, 0.99), self.seen.worst(begun, served + 1.0)
        return f"| {name} | {served - saved:.2f} s | {p99:.0f} ms | {worst:.0f} ms |"

    async def all_steps(self, root: Path) -> list[str]:
        """Quiet, then J19."""
        begun = time.monotonic()
        await asyncio.sleep(QUIET_SECONDS)
        now = time.monotonic()
        quiet = f"| nothing | | {self.seen.share(begun, now, 0.99):.0f} ms | {self.seen.worst(begun, now):.0f} ms |"
        channel = root / "leshan" / "channel.yaml"
        joined = await self.step(
            "a sixth city joins",
            lambda: asyncio.to_thread(shutil.copytree, HERE / "docs" / "examples" / "leshan", root / "leshan"),
            lambda found: "leshan" in found[0],
        )
        good, (_, first) = channel.read_text("utf-8"), await told(self.session, self.url)
        log = self.stack.places.logs / "gateway.log"
        broken = await self.step(
            "its file is broken (told in the log)",
            lambda: asyncio.to_thread(channel.write_text, good.replace("    timeout:", "    timeouts:", 1), "utf-8"),
            lambda _: "edit_rejected" in log.read_text("utf-8"),
        )
        mended = await self.step(
            "its file is mended",
            lambda: asyncio.to_thread(channel.write_text, f"{good}# mended\n", "utf-8"),
            lambda found: found[1] != first,
        )
        _, second = await told(self.session, self.url)
        back = await self.step("it is rolled back", self.rolled_back, lambda found: found[1] != second)
        return [quiet, joined, broken, mended, back]

    async def rolled_back(self) -> None:
        places = self.stack.places
        environment = {**os.environ, "ROAM_STATE": str(places.state), "ROAM_ROOT": str(places.root)}
        command = [sys.executable, "-m", "cli.main", "city", "rollback", "leshan", "--reason", "bench"]
        await asyncio.to_thread(subprocess.run, command, env=environment, cwd=HERE, check=True, capture_output=True)


async def measured(stack: Stack, root: Path, subscriptions: int, askers: int) -> Iterable[str]:
    """The table."""
    seen, ready, token, a_socket = Seen(), asyncio.Semaphore(0), stack.token("mei"), 10
    async with aiohttp.ClientSession() as session, asyncio.TaskGroup() as group:
        bench = Bench(stack, session, seen)
        sockets = [subscribed(bench.url, a_socket, seen, ready) for _ in range(subscriptions // a_socket)]
        tasks = [group.create_task(one) for one in sockets]
        for _ in range(len(sockets) * a_socket):
            await ready.acquire()
        tasks += [group.create_task(asking(session, bench.url, token, seen)) for _ in range(askers)]
        rows = await bench.all_steps(root)
        for task in tasks:
            task.cancel()
    return [
        "| step | save to serving | p99 beside it | slowest beside it |",
        "|---|--:|--:|--:|",
        *rows,
        "",
        f"{len(seen.took)} requests, {seen.failed} failed; {len(sockets) * a_socket} subscriptions, {seen.dropped} dropped.",
    ]


def main() -> int:
    """Run it once and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.reload", description=__doc__)
    parser.add_argument("--subscriptions", type=int, default=500)
    parser.add_argument("--askers", type=int, default=4)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="roam-reload-") as folder:
        root = Path(folder) / "cities"
        shutil.copytree(HERE / "cities", root)
        with Stack.start(root, Path(folder) / "home") as stack:
            for line in asyncio.run(measured(stack, root, options.subscriptions, options.askers)):
                sys.stdout.write(f"{line}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
