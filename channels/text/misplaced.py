"""The one line whose place explains what is refused: one that stands too deep, or not deep enough, or is gone.

To a parser a key that is out of line belongs to another section, and what is refused then shows in several places, none of
which is the mistake.  Here lines near those places are moved, one at a time, to where their neighbours stand; the move after
which the file makes sense as a whole is the mistake.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import islice

from channels.text.diagnostics import Diagnostic
from channels.text.lines import SourceText
from channels.text.moves import NAMELESS, SEVERAL, SYNTAX, Move, depth_of, moves, shifted
from channels.text.pairing import MISSING, UNKNOWN, missing_keys
from channels.text.plain_yaml import Unusual, read
from channels.text.tree import Node

STRUCTURE = frozenset({SYNTAX, "ROAM-106", "ROAM-201", "ROAM-202", "ROAM-207", "ROAM-208", "ROAM-306", "ROAM-310"})
"""Codes of what a key in a wrong place looks like."""
ALONE = frozenset({SYNTAX, "ROAM-207"})
"""Those of which one by itself may be one; and so may a key that is not known."""
MOST_TRIALS = 120
MOST_BESIDE = 2

Judge = Callable[[Node], Iterable[Diagnostic]]
"""What is refused of a tree."""


@dataclass(frozen=True, slots=True)
class Misplaced:
    """`found`: the mistake.  `node`: the tree as it was meant; None where a line is gone."""

    found: Diagnostic
    node: Node | None


def misplaced(source: SourceText, found: Iterable[Diagnostic], judge: Judge) -> Misplaced | None:
    """Return: what one line explains; None where what is refused says it already, or no line does.

    `found`: everything that is refused of the text of `source` and of what it means.
    """
    errors = [item for item in found if item.severity == "error" and item.place.path == source.path]
    if [item.kind for item in errors] == [UNKNOWN]:
        return _elsewhere(source, errors[0], judge)
    if not any(item.code in STRUCTURE for item in errors) or (len(errors) == 1 and errors[0].code not in ALONE):
        return None
    known, lost = {_at(item) for item in errors}, any(item.code == SYNTAX for item in errors)
    nearly: list[tuple[int, Misplaced]] = []
    for move in islice(moves(source, errors), MOST_TRIALS):
        try:
            node, left = _tried(source, move, judge)
        except Unusual:
            continue
        if (told := _told(source, move, left, judge)) is not None:
            return Misplaced(told, node if move.guess == "place" else None)
        if move.guess == "place":
            if {_at(item) for item in left} < known and len(left) + SEVERAL <= len(errors):
                return Misplaced(move.found, node)
            if lost and len(left) <= MOST_BESIDE:
                nearly.append((len(left), Misplaced(move.found, node)))
    return min(nearly, key=lambda each: each[0])[1] if nearly else None


def _told(source: SourceText, move: Move, left: Sequence[Diagnostic], judge: Judge) -> Diagnostic | None:
    """The mistake, where a changed text shows it: it leaves nothing to say, or what the key that is gone was called."""
    if move.guess == "nameless":
        return _named(source, move, left, judge)
    if move.guess == "dash" and [(item.kind, item.place.line) for item in left] == [(MISSING, move.found.place.line)]:
        return left[0]
    return None if left else move.found


def _elsewhere(source: SourceText, unknown: Diagnostic, judge: Judge) -> Misplaced | None:
    """One key that is not known where it stands, and is where others of its name do: told as before, with its right place."""
    number = unknown.place.line
    key, head = _key_of(source.lines, number), source.lines[number - 1].rstrip().endswith(":")
    for move in shifted(source, number):
        depth = depth_of(move.lines, number)
        alike = any(
            _key_of(source.lines, each) == key and depth_of(source.lines, each) == depth
            for each in range(1, len(source.lines) + 1)
        )
        with suppress(Unusual):
            if (head or alike) and not (tried := _tried(source, move, judge))[1]:
                meant = replace(unknown, hint_zh=move.found.hint_zh, hint_en=move.found.hint_en)
                return Misplaced(meant, tried[0])
    return None


def _key_of(lines: Sequence[str], number: int) -> str:
    return lines[number - 1].strip().partition(":")[0]


def _at(item: Diagnostic) -> tuple[str, int]:
    return item.code, item.place.line


def _tried(source: SourceText, move: Move, judge: Judge) -> tuple[Node, list[Diagnostic]]:
    """Return: the tree of a changed text, and the errors in it.  Raises: Unusual: it is no YAML yet."""
    node = read(source.path, "\n".join(move.lines) + "\n")
    return node, [item for item in judge(node) if item.severity == "error"]


def _named(source: SourceText, move: Move, left: Sequence[Diagnostic], judge: Judge) -> Diagnostic | None:
    """Which key is gone: the one that is missing, or the one under which nothing is wrong."""
    if [(item.kind, item.about) for item in left] != [(UNKNOWN, NAMELESS)]:
        return None
    if left[0].meant:
        return missing_keys(move.found.place, left[0].meant)
    for name in left[0].names:
        lines = tuple(f"{line[:-2]}{name}:" if line.strip() == f"{NAMELESS}:" else line for line in move.lines)
        with suppress(Unusual):
            if not _tried(source, replace(move, lines=lines), judge)[1]:
                return missing_keys(move.found.place, name)
    return None
