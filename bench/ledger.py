"""`python -m bench.ledger`: durable appends a second, checking a million records, and what deciding and recording cost a request.

Works in a temporary folder on the disk that TMPDIR names: a disk in memory would show nothing. Ends after 15 minutes at the latest.
"""

import argparse
import asyncio
import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

from starlette.applications import Starlette

from app import Gateway, now
from channels.answer import Failure, Page
from channels.deployment.snapshot import load
from edge.ports import Credentials
from resolvers import Context
from resolvers.asking.consented import consented
from resolvers.asking.recording import record_answer, unrecordable, usage_of
from resolvers.asking.spending import spend
from resolvers.fixed import CHINA
from roaming import Denial, Grant, Outcome, SqliteLedger, Usage, authorize, subject_of
from roaming.ledger_store import FILE, MIGRATIONS, write
from sandbox import programs
from sandbox.up import Stack
from starting import Settings, usable
from storage import Database
from storage.plain import writer

LIMIT_SECONDS = 15 * 60
ROOT = Path(__file__).resolve().parent.parent / "cities"
NUMBERS = count(1)
AT_ONCE = 2_000
QUOTA = re.compile(r"(per_\w+: *)\d+")
ROUNDS = 2_000
PERSONA, CITY, OPERATION = "deng", "chengdu", "bills.list"


def usage(number: int) -> Usage:
    """One of many calls of 5 000 citizens."""
    return Usage(
        at=datetime(2026, 11, 22, tzinfo=UTC) + timedelta(milliseconds=number),
        call=f"{number:032x}",
        home="510600",
        visited="510100",
        operation=OPERATION,
        outcome=Outcome.OK,
        subject=subject_of(str(number % 5_000)),
        latency_ms=number % 90,
        purpose="为异地就医和生活缴费提供查询",
        agreement="2026-001",
        consent="0f9d6b0c2b7a4e6f8d1e3a5c7b9d0f12",
        app="roam-cli",
    )


async def appends(folder: Path, callers: int, seconds: float) -> float:
    """Durable appends a second, of callers who each wait for one before the next."""
    done = 0

    async def caller(ledger: SqliteLedger, until: float) -> None:
        nonlocal done
        while time.monotonic() < until:
            await ledger.append(usage(next(NUMBERS)))
            done += 1

    async with SqliteLedger.opened(folder / FILE) as ledger:
        begun = time.monotonic()
        async with asyncio.TaskGroup() as group:
            for _ in range(callers):
                group.create_task(caller(ledger, begun + seconds))
        return done / (time.monotonic() - begun)


async def filled(path: Path, records: int) -> float:
    """A ledger of so many records; how many a second one writer put there, in commits of AT_ONCE."""
    async with await Database.open(path, (MIGRATIONS,)):
        begun = time.monotonic()
        with closing(writer(path)) as connection:
            for start in range(0, records, AT_ONCE):
                write(connection, path, [usage(next(NUMBERS)) for _ in range(min(AT_ONCE, records - start))])
        return records / (time.monotonic() - begun)


def checked(state: Path) -> tuple[float, float]:
    """Seconds and MB of memory at most that `roam ledger verify` takes. Raises SystemExit: it finds something wrong."""
    begun = time.monotonic()
    child = subprocess.Popen([sys.executable, "-m", "cli.main", "ledger", "verify", "--state", str(state)])  # noqa: S603
    _, status, used = os.wait4(child.pid, 0)
    if status:
        raise SystemExit("the ledger that was just written is not whole")
    return time.monotonic() - begun, used.ru_maxrss / 1024


def without_quotas(folder: Path) -> Path:
    """The channels, with room for every round in each quota: a citizen's real one is used up in seconds."""
    shutil.copytree(ROOT, folder)
    for file in (folder / "agreements").glob("*.yaml"):
        file.write_text(QUOTA.sub(r"\g<1>100000000", file.read_text("utf-8")), "utf-8")
    return folder


def costs(folder: Path) -> dict[str, float]:
    """Median milliseconds of each stage that a request with known keys goes through, in a gateway beside a running sandbox."""
    with Stack.start(without_quotas(folder / "cities"), folder / "sandbox") as stack:
        token = stack.token(PERSONA)
        settings = Settings.from_environment(programs.gateway(stack.places, stack.ports, {}).environment)
        loaded = load(
            settings.root,
            environment=settings.environment,
            at=now().astimezone(CHINA).date(),
            secrets=settings.secrets,
            overlays=settings.overlays,
        )
        return asyncio.run(stages(Gateway(settings, usable(loaded, settings)), token))


async def stages(gateway: Gateway, token: str) -> dict[str, float]:
    """Each stage by itself, ROUNDS times, on a request of its own."""
    async with gateway.lifespan(Starlette()):
        return await timed(gateway, token)


async def timed(gateway: Gateway, token: str) -> dict[str, float]:
    """Medians in milliseconds, by stage."""
    took: dict[str, list[float]] = {"token and context": [], "policy": [], "ledger": []}
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        context = await gateway.context(Credentials({"authorization": f"Bearer {token}"}, "bench"))
        verified = time.perf_counter()
        grant = await policy(context)
        allowed = time.perf_counter()
        await recorded(context, grant)
        ended = time.perf_counter()
        for name, span in zip(took, (verified - begun, allowed - verified, ended - allowed), strict=True):
            took[name].append(span * 1_000)
    medians = {name: statistics.median(spans) for name, spans in took.items()}
    whole = [sum(spans) for spans in zip(*took.values(), strict=True)]
    return medians | {"together": statistics.median(whole), "together, 95 %": sorted(whole)[ROUNDS * 95 // 100]}


async def policy(context: Context) -> Grant:
    """Agreement, consent and quota of one crossing."""
    channel = context.channel(CITY)
    grant: Grant | Denial | Failure
    grant = authorize(context.snapshot, channel, OPERATION, context.home, context.today)
    for stage in (consented, spend):
        if not isinstance(grant, Grant):
            break
        grant = await stage(context, channel, OPERATION, grant)
    if not isinstance(grant, Grant):
        raise SystemExit(f"{OPERATION} in {CITY} is refused: {grant.code}")
    return grant


async def recorded(context: Context, grant: Grant) -> None:
    """What the ledger adds to a read: may it be recorded, and the record."""
    channel = context.channel(CITY)
    if await unrecordable(context, channel, OPERATION):
        raise SystemExit("the ledger cannot be written")
    usage = usage_of(context, channel, OPERATION, grant)
    await record_answer(context, usage, Page((), 0, None, None, context.now), number=None)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.ledger", description="What the usage ledger costs.")
    parser.add_argument("--records", type=int, default=1_000_000, help="records to verify (1 000 000)")
    parser.add_argument("--seconds", type=float, default=5, help="length of each round of appends (5)")
    options = parser.parse_args()
    signal.signal(signal.SIGALRM, lambda *_: sys.exit("stopped"))
    signal.alarm(LIMIT_SECONDS)
    with tempfile.TemporaryDirectory(prefix="roam-bench-") as name:
        folder = Path(name)
        for callers in (1, 10, 100, 500):
            rate = asyncio.run(appends(folder, callers, options.seconds))
            say(f"durable appends, {callers} callers: {rate:,.0f} a second")
        path = folder / "large" / FILE
        say(f"filled by one writer in commits of {AT_ONCE}: {asyncio.run(filled(path, options.records)):,.0f} a second")
        seconds, memory = checked(path.parent)
        say(f"verified, {path.stat().st_size / 1e6:,.0f} MB of file: {seconds:.1f} s, {memory:.0f} MB of memory")
        for stage, spent in costs(folder).items():
            say(f"{stage}: {spent:.3f} ms")


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
