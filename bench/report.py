"""The figures as a Markdown table, as they stand in README.md."""

from collections.abc import Iterable, Iterator, Mapping

from bench.measure import Result, micros
from bench.process import memory_bytes
from bench.stage import Server

MIB = 1024 * 1024


def table(results: Iterable[Result]) -> Iterator[str]:
    """One row for each case."""
    yield "| | answer | gateway, CPU µs a request | handler | ratio (rounds) | gateway, requests a core-second | handler |"
    yield "|---|--:|--:|--:|--:|--:|--:|"
    for result in results:
        mine, theirs = micros(result.gateway), micros(result.handler)
        low, high = result.ratios
        yield (
            f"| {result.case.name} | {result.answer_bytes / 1000:.1f} kB | {spaced(mine)} | {spaced(theirs)} "
            f"| **{result.ratio:.1f}** ({low:.1f} to {high:.1f}) | {spaced(1e6 / mine)} | {spaced(1e6 / theirs)} |"
        )


def memory(servers: Iterable[Server]) -> Iterator[str]:
    """Resident memory of each server now, and its peak."""
    for server in servers:
        now, peak = memory_bytes(server.pid)
        yield f"memory of the {server.name}: {now / MIB:.0f} MB now, {peak / MIB:.0f} MB at most"


def start_up(seconds: Mapping[str, float]) -> Iterator[str]:
    """Each start."""
    for name, took in seconds.items():
        yield f"`roam up` to the first answer, {name}: {took:.1f} s"


def spaced(number: float) -> str:
    """Thousands apart."""
    return f"{number:,.0f}".replace(",", " ")
