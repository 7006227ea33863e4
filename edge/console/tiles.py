"""A schematic map: the prefectures as hexagons, roughly where they lie. No boundary is drawn, so none can be drawn wrong.

`tiles.csv` says which hexagons are whose: `x` counts half widths from the west, `row` rows from the north; the name
stands once for each prefecture. A city elsewhere has no tile and stands in the list alone.
"""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from math import sqrt
from pathlib import Path

from .html import Child, Markup, tag

FILE = Path(__file__).with_name("tiles.csv")
SIDE = 46.0
HALF = SIDE * sqrt(3) / 2
MARGIN = 6.0
GAP = 2.0  # between the hexagons of neighbours, in the map's own units


@dataclass(frozen=True, slots=True)
class Tile:
    """One hexagon; `label` is empty where another of the prefecture has it."""

    code: str
    x: int
    row: int
    label: Mapping[str, str]

    @property
    def centre(self) -> tuple[float, float]:
        return MARGIN + HALF * (self.x + 1), MARGIN + SIDE * (1 + 1.5 * self.row)

    def corners(self, gap: float) -> str:
        """The outline, for a `points` attribute."""
        x, y = self.centre
        side, half = SIDE - gap, HALF - gap
        around = ((0, -side), (half, -side / 2), (half, side / 2), (0, side), (-half, side / 2), (-half, -side / 2))
        return " ".join(f"{x + dx:.1f},{y + dy:.1f}" for dx, dy in around)


@cache
def tiles() -> tuple[Tile, ...]:
    """Every hexagon, in the file's order."""
    with FILE.open(encoding="utf-8", newline="") as file:
        return tuple(
            Tile(row["code"], int(row["x"]), int(row["row"]), {"zh": row["zh"], "en": row["en"]})
            for row in csv.DictReader(file)
        )


@dataclass(frozen=True, slots=True)
class Mark:
    """How a joined city's tiles look: `state` is the class, `word` what the label says below the name."""

    state: str
    word: str
    href: str
    title: str
    warned: bool = False


def drawn(marks: Mapping[str, Mark], lang: str, title: str) -> Markup:
    """The map as SVG. `marks` by city code; prefectures without one are grey."""
    shapes = by_code(tiles())
    width = max(tile.centre[0] for tile in tiles()) + HALF + MARGIN
    height = max(tile.centre[1] for tile in tiles()) + SIDE + MARGIN
    cities = [_city(own, marks.get(code), lang) for code, own in shapes.items()]
    box = f"0 0 {width:.0f} {height:.0f}"
    return tag("svg", tag("title", title), cities, viewBox=box, role="group", aria_label=title, cls="map")


def by_code(found: Iterable[Tile]) -> dict[str, list[Tile]]:
    """The tiles of each prefecture."""
    shapes: dict[str, list[Tile]] = {}
    for tile in found:
        shapes.setdefault(tile.code, []).append(tile)
    return shapes


def _city(own: list[Tile], mark: Mark | None, lang: str) -> Markup:
    named = next(tile for tile in own if tile.label[lang])
    x, y = named.centre
    gap = GAP if len(own) == 1 else 0.0
    parts: list[Child] = [tag("polygon", points=tile.corners(gap)) for tile in own]
    if len(own) > 1:  # what belongs together shows no seam, only its border
        parts.append(tag("path", d=border(own), cls="border"))
    if mark is None:
        label = tag("text", named.label[lang], x=f"{x:.1f}", y=f"{y + 5:.1f}")
        return tag("g", tag("title", named.label[lang]), parts, label, cls="tile none")
    parts.append(tag("text", named.label[lang], x=f"{x:.1f}", y=f"{y - 1:.1f}", cls="name"))
    parts.append(tag("text", mark.word, x=f"{x:.1f}", y=f"{y + 17:.1f}", cls="word"))
    if mark.warned:
        parts.append(tag("circle", cx=f"{x + 24:.1f}", cy=f"{y - 24:.1f}", r="5", cls="warned"))
    group = tag("g", tag("title", mark.title), parts, cls=f"tile {mark.state.lower()}")
    return tag("a", group, href=mark.href, aria_label=mark.title)


def border(own: Iterable[Tile]) -> str:
    """The edges between these tiles and all others, for a `d` attribute."""
    found = list(own)
    taken = {(tile.x, tile.row) for tile in found}
    # Clockwise from the upper right: each edge's neighbour, as steps of `x` and `row`.
    beside = ((1, -1), (2, 0), (1, 1), (-1, 1), (-2, 0), (-1, -1))
    edges = []
    for tile in found:
        corners = tile.corners(0.0).split()
        for number, (dx, down) in enumerate(beside):
            if (tile.x + dx, tile.row + down) not in taken:
                edges.append(f"M{corners[number]}L{corners[(number + 1) % 6]}")
    return "".join(edges)
