"""Files: how long a check and a load take for many cities, and how much memory: `python -m bench.files`.

Makes a deployment of made-up cities in a temporary folder: the example city's file, each with its own id, code and list of
services.  Nothing is asked over a network.  Each is the best of some runs, wall and processor time with imports; exit 1 where a
target is missed.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
AT = "2026-11-22"
MOST_MEGABYTES = 500
LOAD = """
import resource, sys
from datetime import date
from pathlib import Path
from channels.deployment.snapshot import load
from edge.server import spare_memory
spare_memory()
loaded = load(Path(sys.argv[1]), environment="sandbox", at=date.fromisoformat(sys.argv[2]))
assert loaded.snapshot is not None and not loaded.snapshot.broken, loaded.diagnostics[:3]
providers = sum(len(channel.providers) for channel in loaded.snapshot.channels.values())
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, providers)
"""


@dataclass(frozen=True)
class Figure:
    """One measured command.  `most`: the target for `wall`, in seconds; `megabytes`: at the most, where it was asked for."""

    name: str
    wall: float
    cpu: float
    most: float
    megabytes: int = 0

    @property
    def met(self) -> bool:
        return self.wall < self.most and self.megabytes < MOST_MEGABYTES

    def row(self) -> str:
        """A line of the table."""
        memory = f"{self.megabytes} MB" if self.megabytes else ""
        limit = f"{self.most:g} s" + (f", {MOST_MEGABYTES} MB" if memory else "")
        return f"| {self.name} | {self.wall:.2f} s | {self.cpu:.2f} s | {memory} | {limit} | {'met' if self.met else 'MISSED'} |"


def deployment(folder: Path, cities: int, services: int) -> Path:
    """Write a deployment of so many cities with so many services each."""
    root = folder / "cities"
    (root / "agreements").mkdir(parents=True)
    for name in ("roam.yaml", "services.yaml", "secrets.sandbox"):
        text = (ROOT / "cities" / name).read_text("utf-8")
        (root / name).write_text(text, "utf-8")
    example = (ROOT / "docs/examples/leshan/channel.yaml").read_text("utf-8")
    for number in range(cities):
        _city(root, example, number, services)
    return root


def _city(root: Path, example: str, number: int, services: int) -> None:
    slug = f"city{number:03}"
    text = example.replace("id: leshan", f"id: {slug}").replace('"511100"', f'"{620000 + number}"')
    text = text.replace("乐山市, en: Leshan", f"示范{number}市, en: Model{number}").replace("LE-BUDDHA", "MO-BUDDHA")
    text = text[: text.index("\nroaming:")] + text[text.index("\n# 每次涉及市民") :]
    rows = "".join(
        f"  - {{code: MO-{at:04}, name: {{zh: 事项{at}}}, theme: OTHER, type: INFO, department: 示范单位{at % 30}, "
        f"status: LIVE, web: https://m.{slug}.example.gov.cn/s/{at}}}\n"
        for at in range(services - 3)
    )
    (root / slug).mkdir()
    (root / slug / "channel.yaml").write_text(text.replace("\noperations:", f"{rows}\noperations:", 1), "utf-8")


def timed(command: list[str]) -> tuple[float, float, str]:
    """Run a command.  Return: wall and processor seconds, and what it printed."""
    began, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603
    wall, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    if ended.returncode != 0:
        raise SystemExit(ended.stdout[-2000:] + ended.stderr)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, ended.stdout


def checked(name: str, root: Path, most: float, runs: int) -> Figure:
    """The whole command `roam city check`, as it is typed."""
    command = [sys.executable, "-m", "cli.main", "city", "check", "--root", str(root), "--at", AT]
    wall, cpu, _ = min(timed(command) for _ in range(runs))
    return Figure(f"check of {name}", wall, cpu, most)


def loaded(name: str, root: Path, most: float, runs: int) -> Figure:
    """What a gateway does with the files when it starts."""
    wall, cpu, told = min(timed([sys.executable, "-c", LOAD, str(root), AT]) for _ in range(runs))
    megabytes, providers = told.split()
    return Figure(f"load of {name} ({providers} providers)", wall, cpu, most, int(megabytes))


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--cities", type=int, default=100)
    options.add_argument("--services", type=int, default=400)
    asked = options.parse_args()
    with tempfile.TemporaryDirectory() as name:
        six = deployment(Path(name) / "six", 6, 20)
        hundred = deployment(Path(name) / "hundred", asked.cities, 20)
        large = deployment(Path(name) / "large", asked.cities, asked.services)
        figures = (
            checked("six cities", six, 1.0, 5),
            checked("the project's own five", ROOT / "cities", 1.0, 5),
            checked(f"{asked.cities} cities", hundred, 10.0, 2),
            loaded(f"{asked.cities} x {asked.services} services", large, 20.0, 2),
        )
    head = ("| | wall | processor | memory | target | |", "|---|--:|--:|--:|--:|---|")
    sys.stdout.write("\n".join((*head, *(figure.row() for figure in figures))) + "\n")
    sys.exit(0 if all(figure.met for figure in figures) else 1)


if __name__ == "__main__":
    main()
