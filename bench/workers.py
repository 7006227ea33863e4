"""Several gateway workers over one state folder, beside a sandbox whose cities allow a run's worth of calls."""

import contextlib
import os
import re
import shutil
import signal
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from sandbox import child, programs
from sandbox.child import Child
from sandbox.ports import Ports
from sandbox.up import Stack

ROOT = Path(__file__).resolve().parent.parent
CITIES = ("chengdu", "deyang", "mianyang")
WORKERS = 3


class Workers:
    """The gateway's workers over one state folder. `kill` is SIGKILL to the whole process group, then a new start."""

    def __init__(self, stack: Stack, count: int) -> None:
        self._stack = stack
        taken = [Ports.free(()).gateway for _ in range(count)]
        self._ports = [replace(stack.ports, gateway=port) for port in taken]
        self._running: list[Child | None] = [None] * count
        self.kills = 0
        self.killing = False
        self.ended: list[str] = []

    @property
    def urls(self) -> list[str]:
        return [f"http://127.0.0.1:{ports.gateway}" for ports in self._ports]

    def start(self, number: int) -> None:
        program = programs.gateway(self._stack.places, self._ports[number], self._stack.environment)
        self._running[number] = Child(program, self._stack.places.logs / f"worker-{number}-{self.kills}.log")

    def kill(self, number: int) -> None:
        """No warning, no time to write anything; and up again at once."""
        self.killing = True
        running = self._running[number]
        assert running is not None  # noqa: S101 - started before
        running.signal(signal.SIGKILL)
        running.wait(time.monotonic() + 5)
        running.release()
        self.kills += 1
        self.start(number)
        self.killing = False

    def mend(self) -> None:
        """What a supervisor does: a worker that ended by itself is started again, and counted."""
        for number, running in enumerate(self._running):
            if running is not None and (status := running.exit_status()) is not None:
                running.release()
                self.ended.append(f"worker {number} ended with {status}: {running.last_lines()[-200:]}")
                self.start(number)

    def stop(self) -> None:
        child.stop(one for one in self._running if one is not None)


@contextlib.contextmanager
def standing(folder: Path) -> Iterator[tuple[Stack, Workers]]:
    """The sandbox with a crowd, and workers over its state; everything ends with the block."""
    root = folder / "cities"
    shutil.copytree(ROOT / "cities", root)
    for path in [*root.glob("agreements/*.yaml"), *(root / slug / "channel.yaml" for slug in CITIES)]:
        text = re.sub(
            r"^quota: .*$", "quota: {per_citizen_per_day: 1000000}", path.read_text("utf-8"), flags=re.MULTILINE
        )
        text = re.sub(r"rate: \{per_second: \d+, burst: \d+\}", "rate: {per_second: 2000, burst: 2000}", text)
        path.write_text(text, "utf-8")
    for slug in ("meishan", "ziyang"):  # not needed here, and each is a process
        (root / slug / "channel.yaml").unlink()
        shutil.rmtree(root / slug)
    for path in root.glob("agreements/*.yaml"):
        if re.search(r"^provider: (meishan|ziyang)$", path.read_text("utf-8"), re.MULTILINE):
            path.unlink()
    with Stack.start(root, folder / "sandbox") as stack:
        workers = Workers(stack, WORKERS)
        os.killpg(stack.pids()["gateway"], signal.SIGKILL)  # the run has workers of its own
        try:
            for number in range(WORKERS):
                workers.start(number)
            yield stack, workers
        finally:
            workers.stop()
