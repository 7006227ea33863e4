"""Machine-local overlays: the sandbox overlays of the cities, with ports moved.

An overlay is the city's own `channel.sandbox.yaml` with its default address replaced, so that it says nothing that
the checked-in one does not say.
"""

from collections.abc import Mapping
from pathlib import Path

from sandbox.ports import HOST, Door
from sandbox.table import CITIES


def write(root: Path, directory: Path, doors: Mapping[str, Door]) -> None:
    """Write `<city>.yaml` for every moved city into `directory`, and remove what an earlier run left there."""
    directory.mkdir(parents=True, exist_ok=True)
    for leftover in directory.glob("*.yaml"):
        leftover.unlink()
    for slug, door in doors.items():
        add(root, directory, slug, door)


def add(root: Path, directory: Path, slug: str, door: Door) -> None:
    """Write one city's, if it has moved."""
    overlay, usual = root / slug / "channel.sandbox.yaml", CITIES[slug].port
    if door.port != usual and overlay.is_file():
        moved = overlay.read_text(encoding="utf-8").replace(f"{HOST}:{usual}", f"{HOST}:{door.port}")
        (directory / f"{slug}.yaml").write_text(moved, encoding="utf-8")
