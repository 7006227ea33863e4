"""Payments and bookings under random faults of the cities and SIGKILLs of the gateway: is any lost, doubled or unlogged?

`python -m bench.kills` runs it in full. Real processes throughout: an identity provider, Deyang and Chengdu, and several gateway
workers over one state folder, all of which are killed and started again in between. Clients keep asking with the same key until
they are told an end. Then what was told is held against what the cities did and what the ledger says.

The run has a folder of its own with the project's channel files, in which only quotas and rates are raised: a run does in
minutes what the agreements allow in a month.
"""

import argparse
import asyncio
import contextlib
import os
import random
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from bench.kill_audit import Audit, audited
from bench.kill_plan import Operation, planned
from bench.workers import WORKERS, Workers, standing
from sandbox.up import Stack

CLIENTS = 60
READY_SECONDS, END_SECONDS = 60.0, 120.0
REQUEST_SECONDS = 20.0
AGAIN_SECONDS = 0.25
CROWD_VARIABLE = "ROAM_SANDBOX_CROWD"
# fault, how often it is drawn, how many calls it meets
FAULTS = (
    ("none", 10, None),
    ("lost", 4, 2),
    ("truncated", 3, 2),
    ("vanish", 4, 2),
    ("5xx", 3, 2),
    ("html", 2, 2),
    ("slow", 1, 2),
    ("late", 1, 1),
    ("hang", 1, 1),
    ("refuse", 1, None),
)
DECIDED = frozenset({"CONFLICT", "ALREADY_DONE", "NOT_FOUND", "INVALID_INPUT", "IDEMPOTENCY_MISMATCH"})


@dataclass(frozen=True, slots=True)
class Wanted:
    """How much is to be done, in how long at the most."""

    operations: int
    kills: int
    minutes: float
    seed: int


@dataclass
class Told:
    """What the clients were told: by key, the payload of what was done, or the codes of a refusal."""

    begun: set[str] = field(default_factory=set)
    done: dict[str, dict[str, Any]] = field(default_factory=dict)
    refused: dict[str, list[str]] = field(default_factory=dict)
    replies: Counter[str] = field(default_factory=Counter)


def crowd(operations: int) -> int:
    """How many citizens it takes: each owes fifty bills."""
    return max(4, -(-operations // 100))


def run(folder: Path, wanted: Wanted) -> Audit:
    """The whole of it. Returns: what was found."""
    told, chance = Told(), random.Random(wanted.seed)  # noqa: S311 - a run that can be repeated
    with standing(folder) as (stack, workers):
        plan, seconds = asyncio.run(clients(stack, workers, told, wanted, chance))
    sys.stderr.write("".join(f"{line}\n" for line in workers.ended))
    return audited(stack.places, stack.issuer_url, plan, told.done, told.refused, workers.kills, seconds, told.replies)


async def clients(
    stack: Stack, workers: Workers, told: Told, wanted: Wanted, chance: random.Random
) -> tuple[list[Operation], float]:
    """Plan, then do it all. Returns: the operations that were begun, and how many seconds it took."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0, force_close=True)) as session:
        await ready(session, workers.urls)
        plan = await planned(session, workers.urls[0], stack, crowd(wanted.operations), wanted.operations, chance)
        begun = time.monotonic()
        await everything(session, stack, workers, plan, told, wanted, chance)
        return [each for each in plan if each.key in told.begun], time.monotonic() - begun


async def ready(session: aiohttp.ClientSession, urls: list[str]) -> None:
    """Until every worker answers."""
    async with asyncio.timeout(READY_SECONDS):
        for url in urls:
            while True:
                with contextlib.suppress(aiohttp.ClientError):
                    async with session.get(f"{url}/readyz") as answer:
                        if answer.status == 200:
                            break
                await asyncio.sleep(0.1)


async def everything(
    session: aiohttp.ClientSession,
    stack: Stack,
    workers: Workers,
    plan: list[Operation],
    told: Told,
    wanted: Wanted,
    chance: random.Random,
) -> None:
    """Clients, faults and kills side by side; then faults end, and every client asks until it is told."""
    waiting = list(reversed(plan))
    ends_at = time.monotonic() + wanted.minutes * 60

    async def client() -> None:
        while waiting and time.monotonic() < ends_at:
            operation = waiting.pop()
            told.begun.add(operation.key)
            await to_the_end(session, workers, operation, told, chance)

    async with asyncio.TaskGroup() as group:
        trouble = [
            group.create_task(killing(workers, plan, told, wanted.kills, chance)),
            *(group.create_task(faulting(stack, slug, chance)) for slug in ("deyang", "chengdu")),
        ]
        supervisor = group.create_task(mending(workers))
        clients = [group.create_task(client()) for _ in range(CLIENTS)]
        while waiting and time.monotonic() < ends_at:  # noqa: ASYNC110 - two things end it
            await asyncio.sleep(0.2)
        for task in trouble[1:] if not waiting else trouble:
            task.cancel()
        for slug in ("deyang", "chengdu"):
            await asyncio.to_thread(stack.fault, slug, "none")
        _, left = await asyncio.wait([*clients, trouble[0]], timeout=END_SECONDS)
        for task in (supervisor, *left):  # whoever was told no end by now is counted as lost
            task.cancel()


async def mending(workers: Workers) -> None:
    """Look after the workers that nobody killed, too."""
    while True:
        await asyncio.sleep(0.5)
        if workers.killing:
            continue
        workers.mend()


async def killing(workers: Workers, plan: list[Operation], told: Told, kills: int, chance: random.Random) -> None:
    """A kill after every so many operations that have ended, so that kills fall all over the run."""
    every = len(plan) / (kills + 1)
    for number in range(kills):
        while len(told.done) + len(told.refused) < every * (number + 1) * 0.9:  # noqa: ASYNC110 - a count, looked at now and then
            await asyncio.sleep(0.02)
        await asyncio.to_thread(workers.kill, chance.randrange(WORKERS))


async def faulting(stack: Stack, slug: str, chance: random.Random) -> None:
    """Another fault every moment."""
    names, weights = [f for f, *_ in FAULTS], [w for _, w, _ in FAULTS]
    counts = {name: count for name, _, count in FAULTS}
    while True:
        [name] = chance.choices(names, weights)
        operation = None if name in ("none", "refuse") else chance.choice([None, "bills.pay", "appointments.book"])
        await asyncio.to_thread(stack.fault, slug, name, operation, counts[name])
        await asyncio.sleep(chance.uniform(0.1, 1.0) if name != "refuse" else 0.3)
        if name == "refuse":
            await asyncio.to_thread(stack.fault, slug, "none")


async def to_the_end(
    session: aiohttp.ClientSession, workers: Workers, operation: Operation, told: Told, chance: random.Random
) -> None:
    """Ask with the one key until there is an end; now and then twice at once, at two workers."""
    while operation.key not in told.done and operation.key not in told.refused:
        urls = chance.sample(workers.urls, 2 if chance.random() < 0.1 else 1)
        replies = await asyncio.gather(*(asked(session, url, operation) for url in urls))
        for reply in replies:
            heard(operation, reply, told)
        if operation.key not in told.done and operation.key not in told.refused:
            await asyncio.sleep(AGAIN_SECONDS * chance.uniform(0.5, 1.5))


def heard(operation: Operation, reply: Any, told: Told) -> None:
    """Sort one reply: done, refused for good, or nothing yet. A second end must be the first one again."""
    payload = ((reply or {}).get("data") or {}).get(operation.field)
    codes = [error["extensions"].get("code", "") for error in (reply or {}).get("errors", [])]
    codes += [error["code"] for error in payload["userErrors"]] if payload else []
    if payload and payload[operation.main] and not codes:
        told.replies["done, replayed" if payload["idempotency"]["replayed"] else "done"] += 1
        first = told.done.setdefault(operation.key, payload)
        if first[operation.main]["id"] != payload[operation.main]["id"]:
            told.replies["told differently"] += 1
    elif codes and set(codes) <= DECIDED:
        told.replies["refused"] += 1
        told.refused.setdefault(operation.key, codes)
    else:
        told.replies[", ".join(sorted(set(codes))) or "no answer"] += 1


async def asked(session: aiohttp.ClientSession, url: str, operation: Operation) -> Any:
    """One request; None when no answer came (the worker was killed, say)."""
    body = {"query": operation.query, "variables": operation.variables}
    try:
        async with (
            asyncio.timeout(REQUEST_SECONDS),
            session.post(f"{url}/graphql", json=body, headers={"authorization": f"Bearer {operation.token}"}) as answer,
        ):
            return await answer.json(content_type=None)
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError):
        return None


def main() -> int:
    """Read the options, run, print; 1 where anything was lost, doubled or unlogged."""
    parser = argparse.ArgumentParser(prog="python -m bench.kills", description=__doc__.partition("\n")[0])
    parser.add_argument("--operations", type=int, default=10_000)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--minutes", type=float, default=60.0, help="begin nothing new after so long")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="a new folder for the run, which stays to be looked into")
    options = parser.parse_args()
    size = str(crowd(options.operations))
    if os.environ.get(CROWD_VARIABLE) != size:  # read when the personas are made: this process must begin with it
        arguments = [sys.executable, "-m", "bench.kills", *sys.argv[1:]]
        os.execve(sys.executable, arguments, {**os.environ, CROWD_VARIABLE: size})  # noqa: S606 - ourselves
    wanted = Wanted(options.operations, options.kills, options.minutes, options.seed)
    if options.keep:
        options.keep.mkdir(parents=True)
        audit = run(options.keep, wanted)
    else:
        with tempfile.TemporaryDirectory(prefix="roam-kills-") as folder:
            audit = run(Path(folder), wanted)
    sys.stdout.write(f"{audit}\n")
    return 0 if audit.clean else 1


if __name__ == "__main__":
    sys.exit(main())
