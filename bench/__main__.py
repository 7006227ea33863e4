"""`python -m bench`: measures the gateway beside the hand-written handler in one run, and prints the table.

Bounded: ROUNDS x SECONDS for each case and side, 20 minutes at the very most; every process it starts ends with it.
"""

import argparse
import signal
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from bench import door, report
from bench.measure import measured
from bench.stage import stage
from bench.startup import seconds_to_first_answer

LIMIT_SECONDS = 20 * 60


def main() -> int:
    """Read the options, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="The gateway beside a hand-written handler.")
    parser.add_argument("--rounds", type=int, default=5, help="rounds that count, after one that warms up (5)")
    parser.add_argument("--seconds", type=int, default=3, help="length of one burst in whole seconds (3)")
    parser.add_argument("--only", default="", help="cases whose name has this in it")
    parser.add_argument("--no-startup", action="store_true", help="leave out the starts of `roam up`")
    parser.add_argument("--door", action="store_true", help="only what the door costs: tokens, proofs, sessions")
    options = parser.parse_args()
    for number in (signal.SIGALRM, signal.SIGTERM):
        signal.signal(number, lambda *_: sys.exit("stopped"))
    signal.alarm(LIMIT_SECONDS)
    if options.door:
        say(door.costs())
        return 0
    with tempfile.TemporaryDirectory(prefix="roam-bench-") as folder:
        if not options.no_startup:
            say(report.start_up(starts(Path(folder))))
        with stage(Path(folder)) as standing:
            results = list(measured(standing, rounds=options.rounds, seconds=options.seconds, only=options.only))
            say(report.table(results))
            say(report.memory((standing.gateway, standing.uncached, standing.handler)))
    return 0


def starts(folder: Path) -> dict[str, float]:
    """A start that makes its keys and stores, and one that finds them."""
    place = folder / "up"
    place.mkdir()
    return {name: seconds_to_first_answer(place) for name in ("empty folder", "afterwards")}


def say(lines: Iterable[str]) -> None:
    """Print as soon as it is known."""
    for line in lines:
        sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
