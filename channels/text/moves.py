"""Changes to where lines of a YAML text stand, one at a time: the guesses that `misplaced` tries.

A line is moved to where its neighbours stand, alone or with what hangs below it; a key that is gone is put back above the
lines that may have been its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Literal, TypeAlias

from channels.text.diagnostics import Diagnostic, Place, report
from channels.text.lines import SourceText
from channels.text.pairing import MISSING, UNKNOWN, missing_keys

SYNTAX = "ROAM-105"
SEVERAL = 2
MOST_SPOTS = 4
NEAR_LINES = 8
STEP = 2
NAMELESS = "_"
"""Stands for a key that is gone, until it is known which one it was."""


Guess: TypeAlias = Literal["place", "key", "nameless", "dash"]


@dataclass(frozen=True, slots=True)
class Move:
    """A changed text and what it would mean.

    `guess`: what is taken to be wrong: a line that stands in a wrong place, a key that is gone and known by name, one of which
    the name is to be found, an item's dash (and maybe its first key) that is gone.
    """

    lines: tuple[str, ...]
    found: Diagnostic
    guess: Guess


def moves(source: SourceText, errors: Sequence[Diagnostic]) -> Iterator[Move]:
    """The likeliest first."""
    spots = list(dict.fromkeys(item.place.line for item in errors))[:MOST_SPOTS]
    suspects = list(dict.fromkeys(each for spot in spots for each in _suspects(source.lines, spot)))
    yield from _put_back(source, [item for item in errors if item.kind == MISSING], spots)
    for number in suspects:
        yield from shifted(source, number)
    unknown = [item for item in errors if item.kind == UNKNOWN and not item.meant]
    headless = [*(item for item in errors if item.code == SYNTAX), *(unknown if len(unknown) >= SEVERAL else ())]
    lost = [item.place.line for item in headless]
    yield from _nameless(source, [each for spot in lost for each in (spot, *_after(source.lines, spot))])
    for number in suspects:
        yield from _begun(source, number)


def _put_back(source: SourceText, missing: Iterable[Diagnostic], spots: Iterable[int]) -> Iterator[Move]:
    """A key that is missing, above lines that may be its own."""
    for item in missing:
        for name in item.names:
            for spot in spots:
                if spot > item.place.line and (lines := _with_key(source.lines, spot, name)):
                    yield Move(lines, missing_keys(item.place, name), "key")


def _nameless(source: SourceText, spots: Iterable[int]) -> Iterator[Move]:
    """A key that is gone, above lines that may have been its own."""
    for spot in list(dict.fromkeys(spots))[:MOST_SPOTS]:
        if lines := _with_key(source.lines, spot, NAMELESS):
            owner = _owner(source.lines, spot, depth_of(source.lines, spot) - STEP)
            yield Move(lines, missing_keys(_key(source, owner), NAMELESS), "nameless")


def _with_key(lines: Sequence[str], spot: int, name: str) -> tuple[str, ...]:
    """The lines with one more above `spot`, on which it hangs; none where it hangs on nothing."""
    depth = depth_of(lines, spot) - STEP
    return (*lines[: spot - 1], f"{' ' * depth}{name}:", *lines[spot - 1 :]) if depth >= 0 else ()


def _key(source: SourceText, number: int) -> Place:
    """The key of a line; of the first one where there is none."""
    line = source.lines[number - 1] if number else ""
    depth = len(line) - len(line.lstrip(" -"))
    return Place(source.path, max(number, 1), depth + 1, max(len(line[depth:].partition(":")[0]), 1))


def _begun(source: SourceText, number: int) -> Iterator[Move]:
    """The first line of an item whose dash is gone, where it stood or not."""
    lines, depth = source.lines, depth_of(source.lines, number)
    said = lines[number - 1].strip()
    if not said.startswith("- "):
        found = report("no_dash", Place(source.path, number, depth + 1, 1))
        for before in (depth - STEP, depth):
            if before >= 0:
                yield Move((*lines[: number - 1], f"{' ' * before}- {said}", *lines[number:]), found, "dash")


def shifted(source: SourceText, number: int) -> Iterator[Move]:
    """One line, alone or with what hangs below it, where its neighbours stand."""
    lines, depth = source.lines, depth_of(source.lines, number)
    near = range(max(1, number - NEAR_LINES), min(len(lines), number + NEAR_LINES) + 1)
    depths = {depth - STEP, depth + STEP, *(depth_of(lines, each) for each in near if _says(lines, each))} - {depth}
    below = _below(lines, number)
    for right in sorted((each for each in depths if each >= 0), key=lambda each: (abs(each - depth), each)):
        place = Place(source.path, number, depth + 1, 1)
        found = report("indentation", place, found=depth, right=right)
        for last in dict.fromkeys((number, below)):
            yield Move(tuple(_moved(lines, number, last, right - depth)), found, "place")


def _moved(lines: Sequence[str], first: int, last: int, by: int) -> Iterator[str]:
    for number, line in enumerate(lines, 1):
        if not first <= number <= last or not line.strip():
            yield line
        else:
            yield " " * max(0, depth_of(lines, number) + by) + line.lstrip(" ")


def _suspects(lines: Sequence[str], spot: int) -> Iterator[int]:
    """The lines that may be out of line where something is refused: itself, those next to it, those above that it hangs on."""
    if not 1 <= spot <= len(lines):
        return
    yield spot
    before = _before(lines, spot)
    if before:
        yield before
    owner, depth = spot, depth_of(lines, spot)
    while owner := _owner(lines, owner, depth):
        depth = depth_of(lines, owner)
        yield owner
        yield from _after(lines, owner)
        if not depth:
            break
    yield from _after(lines, spot)


def _before(lines: Sequence[str], number: int) -> int:
    return next((each for each in range(number - 1, 0, -1) if _says(lines, each)), 0)


def _after(lines: Sequence[str], number: int) -> list[int]:
    """The next line that says something; none at the end."""
    return list(islice((each for each in range(number + 1, len(lines) + 1) if _says(lines, each)), 1))


def _owner(lines: Sequence[str], number: int, depth: int) -> int:
    """The nearest line above that is less deep; 0 where there is none."""
    above = range(number - 1, 0, -1)
    return next((each for each in above if _says(lines, each) and depth_of(lines, each) < depth), 0)


def _below(lines: Sequence[str], number: int) -> int:
    """The last line that hangs on one."""
    last, depth = number, depth_of(lines, number)
    for each in range(number + 1, len(lines) + 1):
        if _says(lines, each):
            if depth_of(lines, each) <= depth:
                break
            last = each
    return last


def depth_of(lines: Sequence[str], number: int) -> int:
    line = lines[number - 1]
    return len(line) - len(line.lstrip(" "))


def _says(lines: Sequence[str], number: int) -> bool:
    """Whether a line is more than a comment."""
    return bool(line := lines[number - 1].strip()) and not line.startswith("#")
