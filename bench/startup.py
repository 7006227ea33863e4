"""How long `roam up` takes to its first answer, by its own word."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

from bench.ports import unused_ports
from bench.stage import ROOT
from sandbox.child import PROJECT
from sandbox.up import slugs

TOLD = re.compile(r"(\d+) of (\d+) cities answered, ([\d.]+) s after the start")
LIMIT_SECONDS = 90


class NoStart(Exception):
    """`roam up` gave no complete answer."""


def seconds_to_first_answer(folder: Path) -> float:
    """Run `roam up` in `folder` until its answer stands, then stop it. Raises NoStart."""
    ports = unused_ports(slugs(ROOT))
    settings = {"ROAM_ROOT": str(ROOT), "ROAM_PORT": str(ports.gateway), "ROAM_SANDBOX_PORT": str(ports.issuer.port)}
    process = subprocess.Popen(
        [sys.executable, "-c", "from cli.main import run; run()", "up"],
        cwd=folder,
        env={**os.environ, **settings, "PYTHONPATH": str(PROJECT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        lines: list[str] = []
        for line in process.stdout or ():
            lines.append(line)
            if (found := TOLD.search(line)) and found[1] == found[2]:
                return float(found[3])
        raise NoStart("".join(lines[-12:]))
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.communicate(timeout=LIMIT_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
