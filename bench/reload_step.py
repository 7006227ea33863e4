"""One step of a run of `bench.reload`: what it cost the requests that were under way, beside the quiet time of the same run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

MOST_SERVING_SECONDS, MOST_MORE_SECONDS = 2.0, 0.050  # the targets

Took: TypeAlias = Sequence[tuple[float, float]]
"""Moment and seconds of every request, or look."""


@dataclass(frozen=True)
class Step:
    """One thing that was done. `serving`: seconds from the last byte saved; None: never served, or nothing to serve."""

    name: str
    begun: float
    ended: float
    serving: float | None
    cpu_seconds: float

    def within(self, took: Took) -> list[float]:
        """The seconds of what was under way during the step, in order."""
        return sorted(seconds for at, seconds in took if self.begun <= at + seconds and at <= self.ended) or [0.0]

    def row(self, quiet: Step, requests: Took, looks: Took) -> str:
        """A line of the table, beside the quiet time of the same run."""
        found, waited = self.within(requests), self.within(looks)
        more = found[-1] - quiet.within(requests)[-1]
        serving = f"{self.serving:.2f} s" if self.serving is not None else ""
        p99 = found[int(0.99 * (len(found) - 1))]
        cells = (
            serving,
            f"{1_000 * p99:.0f} ms",
            f"{1_000 * found[-1]:.0f} ms",
            f"{1_000 * more:+.0f} ms" if self is not quiet else "",
        )
        delay = f"{1_000 * waited[int(0.99 * (len(waited) - 1))]:.0f} / {1_000 * waited[-1]:.0f} ms"
        return f"| {' | '.join((self.name, *cells, delay, f'{self.cpu_seconds:.2f} s'))} |"

    def misses(self, quiet: Step, requests: Took) -> bool:
        """Whether it came late, or kept a request waiting."""
        late = self.serving is None or self.serving > MOST_SERVING_SECONDS
        return late or self.within(requests)[-1] - quiet.within(requests)[-1] > MOST_MORE_SECONDS
