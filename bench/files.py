"""Files: how long a check and a load take for many cities, and how much memory: `python -m bench.files`.

Makes a deployment of made-up cities in a temporary folder: the example city's file, each with its own id, code and list of
services.  Nothing is asked over a network.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
AT = "2026-11-22"
LOAD = """
import resource, sys, time
from datetime import date
from pathlib import Path
began = time.perf_counter()
from channels.snapshot import load
loaded = load(Path(sys.argv[1]), environment="sandbox", at=date.fromisoformat(sys.argv[2]))
assert loaded.snapshot is not None and not loaded.snapshot.broken, loaded.diagnostics[:3]
providers = sum(len(channel.providers) for channel in loaded.snapshot.channels.values())
print(time.perf_counter() - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, providers)
"""


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


def check_seconds(root: Path) -> float:
    """The whole command, as it is typed."""
    began = time.perf_counter()
    command = [sys.executable, "-m", "cli.main", "city", "check", "--root", str(root), "--at", AT]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603
    if ended.returncode != 0:
        raise SystemExit(ended.stdout[-2000:] + ended.stderr)
    return time.perf_counter() - began


def load_figures(root: Path) -> tuple[float, int, int]:
    """Return: seconds with imports, MB at the most, providers loaded."""
    command = [sys.executable, "-c", LOAD, str(root), AT]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603
    seconds, megabytes, providers = ended.stdout.split()
    return float(seconds), int(megabytes), int(providers)


def main() -> None:
    """Print the figures as JSON."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--cities", type=int, default=100)
    options.add_argument("--services", type=int, default=400)
    asked = options.parse_args()
    with tempfile.TemporaryDirectory() as name:
        six = deployment(Path(name) / "six", 6, 20)
        hundred = deployment(Path(name) / "hundred", asked.cities, 20)
        large = deployment(Path(name) / "large", asked.cities, asked.services)
        seconds, megabytes, providers = load_figures(large)
        figures = {
            "check of 6 cities, s": round(min(check_seconds(six) for _ in range(3)), 2),
            "check of the project's own cities, s": round(min(check_seconds(ROOT / "cities") for _ in range(3)), 2),
            f"check of {asked.cities} cities, s": round(check_seconds(hundred), 2),
            f"load of {asked.cities} x {asked.services} services, s": round(seconds, 2),
            "memory at the most, MB": megabytes,
            "providers": providers,
        }
    sys.stdout.write(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    main()
