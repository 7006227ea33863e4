"""`python -m bench.reload`: a city joins, is edited, breaks, is mended and rolled back under 500 subscriptions and steady queries.

Tells how long it takes from saving to serving, how much longer the slowest request beside it took than the slowest of the quiet
seconds before, how long the gateway's loop kept somebody waiting (`bench.delay`), what it cost in CPU, and how many requests
failed and subscriptions were dropped: none may. Exit 1 where a target is missed. Bounded: about a minute; every process it
starts ends with it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from bench.reload_step import MOST_MORE_SECONDS, MOST_SERVING_SECONDS, Step
from channels.revisions.history import standing_in
from sandbox.up import Stack
from starting import DATABASE

HERE = Path(__file__).resolve().parent.parent
BILLS = (
    "query B($cities: [CityId!]!) { me { bills(cities: $cities) { nodes { id } coverage { city { slug } outcome } } } }"
)
AVAILABILITY = "subscription A { channelAvailability(cities: [CHENGDU, DEYANG]) { slug availability } }"
LIMIT_SECONDS = 30.0
QUIET_SECONDS = 8.0
AFTER_SECONDS = 1.0
PAUSE_SECONDS = 0.02
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Seen:
    """`took`: moment and seconds of every request."""

    took: list[tuple[float, float]] = field(default_factory=list)
    failed: int = 0
    dropped: int = 0
    events: int = 0


def cpu_seconds(pid: int) -> float:
    """What a process has used so far, in user and system time."""
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


@contextmanager
def looking(url: str) -> Iterator[list[tuple[float, float]]]:
    """Look at the gateway from a process of its own; what it saw is in the list when the block has ended."""
    at, found = urlsplit(url), list[tuple[float, float]]()
    command = [sys.executable, "-m", "bench.delay", at.hostname or "", str(at.port)]
    with subprocess.Popen(command, cwd=HERE, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        try:
            yield found
        finally:
            told, _ = process.communicate()
            found += [
                (float(one), float(other)) for one, _, other in (line.partition(" ") for line in told.splitlines())
            ]


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

    @property
    def pid(self) -> int:
        return self.stack.pids()["gateway"]

    async def step(
        self,
        name: str,
        act: Callable[[], Awaitable[object]],
        done: Callable[[Any], bool],
        since: Callable[[], float] | None = None,
    ) -> Step:
        """Do one thing and wait until it is served.  `since`: tells afterwards when it was done, where `act` only begins it."""
        begun, used = time.monotonic(), cpu_seconds(self.pid)
        await act()
        saved, served = time.monotonic(), None
        while served is None and time.monotonic() - saved < LIMIT_SECONDS:
            served = time.monotonic() if done(await told(self.session, self.url)) else None
            await asyncio.sleep(0.01)
        serving = served - (since() if since else saved) if served else None
        await asyncio.sleep(AFTER_SECONDS)
        return Step(name, begun, time.monotonic(), serving, cpu_seconds(self.pid) - used)

    async def quiet(self) -> Step:
        """Some seconds in which nothing is done."""
        begun, used = time.monotonic(), cpu_seconds(self.pid)
        await asyncio.sleep(QUIET_SECONDS)
        return Step("nothing", begun, time.monotonic(), None, cpu_seconds(self.pid) - used)

    async def all_steps(self, root: Path) -> list[Step]:
        """Quiet, then J19."""
        quiet = await self.quiet()
        channel = root / "leshan" / "channel.yaml"
        joined = await self.step(
            "a sixth city joins",
            lambda: asyncio.to_thread(shutil.copytree, HERE / "docs" / "examples" / "leshan", root / "leshan"),
            lambda found: "leshan" in found[0],
        )
        good, (_, zeroth) = channel.read_text("utf-8"), await told(self.session, self.url)
        edited = await self.step(
            "its file is edited",
            lambda: asyncio.to_thread(channel.write_text, f"{good}# edited\n", "utf-8"),
            lambda found: found[1] != zeroth,
        )
        _, first = await told(self.session, self.url)
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
        back = await self.step(
            "`roam city rollback`, once written down",
            self.roll_back,
            lambda found: found[1] != second,
            self.rolled_back_at,
        )
        return [quiet, joined, edited, broken, mended, back]

    async def roll_back(self) -> None:
        """Type the command; it is waited for by who waits for what it does."""
        places = self.stack.places
        environment = {**os.environ, "ROAM_STATE": str(places.state), "ROAM_ROOT": str(places.root)}
        command = [sys.executable, "-m", "cli.main", "city", "rollback", "leshan", "--reason", "bench"]
        await asyncio.create_subprocess_exec(*command, env=environment, cwd=HERE, stdout=subprocess.DEVNULL)

    def rolled_back_at(self) -> float:
        """When the command had written down what is wanted, on the clock of the other figures."""
        at = standing_in(self.stack.places.state / DATABASE).holds["leshan"].at
        return time.monotonic() - (datetime.now(UTC) - at).total_seconds()


async def measured(stack: Stack, root: Path, subscriptions: int, askers: int) -> tuple[list[str], bool]:
    """The table, and whether every target is met."""
    seen, ready, token, a_socket = Seen(), asyncio.Semaphore(0), stack.token("mei"), 10
    async with aiohttp.ClientSession() as session, asyncio.TaskGroup() as group:
        bench = Bench(stack, session, seen)
        sockets = [subscribed(bench.url, a_socket, seen, ready) for _ in range(subscriptions // a_socket)]
        tasks = [group.create_task(one) for one in sockets]
        for _ in range(len(sockets) * a_socket):
            await ready.acquire()
        tasks += [group.create_task(asking(session, bench.url, token, seen)) for _ in range(askers)]
        with looking(stack.gateway_url) as looks:
            steps = await bench.all_steps(root)
        for task in tasks:
            task.cancel()
    quiet, *done = steps
    missed = [step.name for step in done if step.misses(quiet, seen.took)]
    lines = [
        "| step | save to serving | requests beside it, p99 | slowest | than the quiet slowest | the loop kept waiting, p99 / most | CPU |",
        "|---|--:|--:|--:|--:|--:|--:|",
        *(step.row(quiet, seen.took, looks) for step in steps),
        "",
        f"{len(seen.took)} requests, {seen.failed} failed; {len(sockets) * a_socket} subscriptions, {seen.dropped} dropped, "
        f"{seen.events} events.",
        f"Target: served within {MOST_SERVING_SECONDS:g} s, no request more than {1_000 * MOST_MORE_SECONDS:.0f} ms slower: "
        + (f"missed by: {', '.join(missed)}" if missed else "met"),
    ]
    return lines, not (missed or seen.failed or seen.dropped)


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
            lines, met = asyncio.run(measured(stack, root, options.subscriptions, options.askers))
            sys.stdout.write("".join(f"{line}\n" for line in lines))
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
