"""`python -m bench.outage`: one city goes down and comes back, again and again; what do the other four cost meanwhile?

Citizens ask each of the other cities for bills, one city a request, at a steady pace; others ask the city that goes down. Rounds
with the city well and with it down take turns, and the 99th percentile of the requests to the four is held against each other.
The channels are the project's own with the sandbox's breakers, without `cache:` and without limits of their own, so that every
request goes to its city. Every process it starts ends with it.
"""

import argparse
import asyncio
import shutil
import statistics
import tempfile
import time
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import aiohttp

from bench.stage import CACHE, ROOT, UNLIMITED
from sandbox.up import Stack

BILLS = """
query B($cities: [CityId!], $before: Date) {
  me { bills(cities: $cities, filter: {dueBefore: $before}) { nodes { id } coverage { outcome code } } }
}
"""
OTHERS, PATIENT = 8, 16  # citizens at the other cities together, and at the one that goes down
PAUSE_SECONDS, PATIENT_PAUSE_SECONDS = 0.04, 0.4
PERSONA = "deng"  # linked in all five
SETTLE_SECONDS = 4.0  # until the circuit has opened, also where each call waits for its timeout; or closed again


@dataclass
class Round:
    """`took`: seconds of every request to the others. `codes`: what the city that goes down came to, by code."""

    took: list[float] = field(default_factory=list)
    codes: dict[str, int] = field(default_factory=dict)
    failed: int = 0

    def percentile(self, share: float) -> float:
        """Milliseconds."""
        ordered = sorted(self.took)
        return 1_000 * ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0


@dataclass
class Bench:
    """`measured`: the round that counts now; None between rounds."""

    session: aiohttp.ClientSession
    url: str
    token: str
    measured: Round | None = None

    async def bills(self, city: str, number: int) -> str | None:
        """One request. Returns: the code of the city's coverage. What two ask at once is one call, if it is the same."""
        before = date(2030, 1, 1) + timedelta(days=number)
        headers = {"authorization": f"Bearer {self.token}"}
        body = {"query": BILLS, "variables": {"cities": [city.upper()], "before": before.isoformat()}}
        async with self.session.post(self.url, json=body, headers=headers) as response:
            told = await response.json()
        [row] = told["data"]["me"]["bills"]["coverage"]
        code: str | None = row["code"]
        return code

    async def ask_others(self, cities: tuple[str, ...], number: int) -> None:
        """One citizen at the other cities, in turns."""
        turn = number
        while True:
            begun, counted = time.perf_counter(), self.measured
            code = await self.bills(cities[turn % len(cities)], number)
            if counted is not None and counted is self.measured:
                counted.took.append(time.perf_counter() - begun)
                counted.failed += code is not None
            turn += 1
            await asyncio.sleep(PAUSE_SECONDS)

    async def ask_down(self, city: str, number: int) -> None:
        """One citizen who goes on asking the city that is down."""
        while True:
            code = await self.bills(city, number) or "OK"
            if (counted := self.measured) is not None:
                counted.codes[code] = counted.codes.get(code, 0) + 1
            await asyncio.sleep(PATIENT_PAUSE_SECONDS)


def channels(folder: Path) -> Path:
    """A copy of the cities in which every request goes to its city."""
    root = folder / "cities"
    shutil.copytree(ROOT, root)
    for file in root.glob("*/channel.yaml"):
        file.write_text(CACHE.sub("", file.read_text("utf-8")), "utf-8")
    for file in root.glob("*/channel.sandbox.yaml"):
        text = file.read_text("utf-8").replace("dedicated_line: loopback", f"dedicated_line: loopback, {UNLIMITED}")
        file.write_text(text, "utf-8")
    return root


async def measure(stack: Stack, city: str, fault: str, rounds: int, seconds: float) -> list[tuple[Round, Round]]:
    """Pairs of rounds: the city well, the city down."""
    others = tuple(slug for slug in stack.cities if slug != city)
    token = await asyncio.to_thread(stack.token, PERSONA)
    found: list[tuple[Round, Round]] = []
    async with aiohttp.ClientSession() as session, asyncio.TaskGroup() as group:
        bench = Bench(session, f"{stack.gateway_url}/graphql", token)
        tasks = [group.create_task(bench.ask_others(others, number)) for number in range(OTHERS)]
        tasks += [group.create_task(bench.ask_down(city, number)) for number in range(PATIENT)]
        for _ in range(rounds):
            pair = []
            for state in ("none", fault):
                await asyncio.to_thread(stack.fault, city, state)
                await asyncio.sleep(SETTLE_SECONDS)
                bench.measured = counted = Round()
                await asyncio.sleep(seconds)
                bench.measured = None
                pair.append(counted)
            found.append((pair[0], pair[1]))
        for task in tasks:
            task.cancel()
    return found


def report(city: str, fault: str, found: list[tuple[Round, Round]]) -> str:
    """A few lines for people."""
    lines = [f"{city} under `{fault}`: the other cities, milliseconds, {len(found)} pairs of rounds"]
    well, down = (Round([each for one in side for each in one.took]) for side in zip(*found, strict=True))
    for name, share in (("p50", 0.5), ("p99", 0.99)):
        before, after = well.percentile(share), down.percentile(share)
        ratios = sorted(two.percentile(share) / one.percentile(share) for one, two in found)
        spread = f"of one pair {ratios[0]:.2f} to {ratios[-1]:.2f}, middle {statistics.median(ratios):.2f}"
        lines.append(f"  {name}: well {before:.1f}, down {after:.1f}, ratio {after / before:.2f} ({spread})")
    asked, failed = (sum(len(r.took) for p in found for r in p), sum(r.failed for p in found for r in p))
    codes: dict[str, int] = {}
    for _, down in found:
        for code, count in down.codes.items():
            codes[code] = codes.get(code, 0) + count
    lines.append(f"  {asked} requests to the others, {failed} failed; at {city}: {dict(sorted(codes.items()))}")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.outage", description=__doc__)
    parser.add_argument("--city", default="deyang")
    parser.add_argument("--faults", nargs="+", default=["refuse", "5xx", "hang"])
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=4.0)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, Stack.start(channels(Path(folder)), Path(folder) / "home") as stack:
        for fault in chosen.faults:
            found = asyncio.run(measure(stack, chosen.city, fault, chosen.rounds, chosen.seconds))
            stack.fault(chosen.city, "none")
            print(report(chosen.city, fault, found), flush=True)  # noqa: T201 - the report is the output


if __name__ == "__main__":
    main()
