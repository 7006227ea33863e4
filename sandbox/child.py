"""One process of the sandbox: started in a group of its own, tied to its parent's life, writing to a log file."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
GRACE_SECONDS = 3.0
LAST_LINES = 12


@dataclass(frozen=True, slots=True)
class Program:
    """What to run: `module` as the main program with `arguments`; `health` is a URL that answers 200 when it serves."""

    name: str
    module: str
    arguments: tuple[str, ...]
    environment: Mapping[str, str]
    health: str


class Child:
    """A running program.  Raises OSError: its log cannot be written or no process can be made."""

    def __init__(self, program: Program, log: Path) -> None:
        self.program, self.log = program, log
        log.parent.mkdir(parents=True, exist_ok=True)
        theirs, self._ours = os.pipe()
        command = [sys.executable, "-m", "sandbox.tether", str(theirs), program.module, *program.arguments]
        try:
            with log.open("wb") as output:
                self._process = subprocess.Popen(  # noqa: S603 - our own modules
                    command,
                    env=_environment(program.environment),
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    pass_fds=(theirs,),
                    start_new_session=True,  # Ctrl-C reaches only the parent, which stops everybody in order
                )
        finally:
            os.close(theirs)

    @property
    def name(self) -> str:
        return self.program.name

    @property
    def pid(self) -> int:
        return self._process.pid

    def exit_status(self) -> int | None:
        """None while it runs; minus the signal when one ended it."""
        return self._process.poll()

    def last_lines(self) -> str:
        """The end of its log."""
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        return "\n".join(lines[-LAST_LINES:])

    def signal(self, number: signal.Signals) -> None:
        """Signal the whole group; no harm when it is gone."""
        if self._process.returncode is None:
            try:
                os.killpg(self._process.pid, number)
            except ProcessLookupError:
                self._process.poll()

    def wait(self, deadline: float) -> bool:
        """Wait for its end until a time of `time.monotonic()`; True when it has ended."""
        try:
            self._process.wait(max(deadline - time.monotonic(), 0))
        except subprocess.TimeoutExpired:
            return False
        return True

    def release(self) -> None:
        """Let go of the pipe."""
        if self._ours >= 0:
            os.close(self._ours)
            self._ours = -1


def stop(children: Iterable[Child], grace_seconds: float = GRACE_SECONDS) -> None:
    """End every child: all asked at once, those that do not listen killed after a grace period."""
    everyone = list(children)
    for child in everyone:
        child.signal(signal.SIGTERM)
    deadline = time.monotonic() + grace_seconds
    for child in everyone:
        if not child.wait(deadline):
            child.signal(signal.SIGKILL)
            child.wait(time.monotonic() + GRACE_SECONDS)
        child.release()


def _environment(additions: Mapping[str, str]) -> dict[str, str]:
    """Ours and the additions; the project comes first on the path, also from another folder."""
    paths = [str(PROJECT), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONUNBUFFERED": "1", **additions, "PYTHONPATH": os.pathsep.join(paths)}
