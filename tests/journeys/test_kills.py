"""Payments and bookings with random faults of the cities while the gateway's workers are killed: none lost, doubled or unlogged.

The short form of `python -m bench.kills`, in processes of its own: the personas it needs are made when its processes begin.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 300  # far more than it takes; a run that hangs is a failure, not a pause


def test_nothing_is_lost_doubled_or_unlogged_when_the_gateway_is_killed() -> None:
    """A worker may die at any moment; what a citizen was told stays true, and what nobody was told is found out."""
    command = [sys.executable, "-m", "bench.kills", "--operations", "120", "--kills", "3"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert run.returncode == 0, f"{run.stdout}\n{run.stderr[-2_000:]}"
    for line in ("kills        3", "lost         0", "doubled      0", "unlogged     0", "ledger       verified"):
        assert line in run.stdout
