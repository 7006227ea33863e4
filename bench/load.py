"""Load on one address for a bounded time: by wrk where it is installed, else by a small asyncio client.

A body may hold `@DAY@`; each request then names another day, so that nothing the gateway keeps or shares can answer it.
"""

import asyncio
import re
import shutil
import subprocess
import time
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import aiohttp

SCRIPT = Path(__file__).with_name("post.lua")
DAY = b"@DAY@"
DONE = re.compile(r"(\d+) requests in ([\d.]+)(ms|s|m), ([\d.]+)(B|KB|MB|GB) read")
BAD = re.compile(
    r"Non-2xx or 3xx responses: (\d+)|Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)"
)
UNITS = {"B": 1, "KB": 1024, "MB": 1024**2, "GB": 1024**3}
SPARE_SECONDS = 30
DAYS_A_ROUND = 100_000  # of the two million that there are


class LoadFailed(Exception):
    """Some requests were not answered with success; the message says how many."""


@dataclass(frozen=True, slots=True)
class Burst:
    """What one run of the load generator got: how many answers, and how large one was, with its head, in bytes."""

    requests: int
    answer_bytes: float


@dataclass(frozen=True, slots=True)
class Target:
    """Where to post what. `token` is an access token, `body` the JSON body."""

    url: str
    token: str
    body: bytes


def burst(target: Target, *, connections: int, seconds: int, offset: int, scratch: Path) -> Burst:
    """Load for `seconds`. `offset` numbers the bursts, so that no two name the same day. Raises LoadFailed."""
    if wrk := shutil.which("wrk"):
        return _by_wrk(wrk, target, connections, seconds, offset, scratch)
    return asyncio.run(_by_asyncio(target, connections, seconds, offset))


def day(number: int) -> str:
    """The same days as post.lua names."""
    return f"{2100 + number // 336 % 7000:04d}-{number // 28 % 12 + 1:02d}-{number % 28 + 1:02d}"


def _by_wrk(wrk: str, target: Target, connections: int, seconds: int, offset: int, scratch: Path) -> Burst:
    body = scratch / "body.json"
    body.write_bytes(target.body)
    options = ["-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "15s", "-s", str(SCRIPT), target.url]
    run = subprocess.run(  # noqa: S603 - wrk as it was found, with our own arguments
        [wrk, *options, "--", target.token, str(body), str(offset * DAYS_A_ROUND)],
        capture_output=True,
        text=True,
        timeout=seconds + SPARE_SECONDS,
        check=False,  # the error would show the token
    )
    done, bad = DONE.search(run.stdout), BAD.search(run.stdout)
    if done is None or bad is not None:
        raise LoadFailed(bad[0] if bad else run.stdout + run.stderr)
    return Burst(int(done[1]), float(done[4]) * UNITS[done[5]] / max(int(done[1]), 1))


async def _by_asyncio(target: Target, connections: int, seconds: int, offset: int) -> Burst:
    ends, numbers = time.monotonic() + seconds, count(offset * DAYS_A_ROUND)
    headers = {"content-type": "application/json", "authorization": f"Bearer {target.token}"}
    sizes: list[int] = []

    async def client(session: aiohttp.ClientSession) -> None:
        while time.monotonic() < ends:
            body = target.body.replace(DAY, day(next(numbers)).encode())
            async with session.post(target.url, data=body, headers=headers) as response:
                content = await response.read()
                if response.status != 200:
                    raise LoadFailed(f"HTTP {response.status}")
                sizes.append(len(content))

    async with aiohttp.ClientSession() as session:
        await asyncio.gather(*(client(session) for _ in range(connections)))
    return Burst(len(sizes), sum(sizes) / max(len(sizes), 1))
