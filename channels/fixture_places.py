"""Where a failing fixture points: at the line of the channel that made the difference, not at the file that noticed it.

Several cases that fail for one reason are one finding: a wrong mapping line shows in every case, a wrong envelope in every
operation of the backend.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from channels.diagnostics import Diagnostic, Place, report
from channels.positions import MapNode, Node, ScalarNode, find, key_place, value_place

Path = tuple[str | int, ...]
SEVERAL = 2


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One difference.  `operation`: its id; `what`: `request.path`, `items`, `error`, `dropped` or a field; `noticed`: the
    place of the expectation; `field`: the field for whose sake a row was withheld."""

    operation: str
    backend: str
    case: str
    what: str
    expected: str
    found: str
    noticed: Place
    field: str = ""
    code: str = ""


def blamed(mismatches: Sequence[Mismatch], node: Node | None) -> list[Diagnostic]:
    """Return: one finding for each place that is to blame.  `node`: the tree of the channel."""
    taken: dict[Place, Diagnostic] = {}
    for mismatch in mismatches:
        place = _place(mismatch, mismatches, node) if node is not None else mismatch.noticed
        if place not in taken:
            taken[place] = _told(mismatch, place)
    return list(taken.values())


def _told(mismatch: Mismatch, place: Place) -> Diagnostic:
    where = f"{mismatch.noticed.path}:{mismatch.noticed.line}"
    return report(
        "fixture_differs",
        place,
        case=mismatch.case,
        what=f"`{mismatch.what}`",
        expected=mismatch.expected,
        found=mismatch.found,
        where=where,
    )


def _place(mismatch: Mismatch, all_of_them: Sequence[Mismatch], node: Node) -> Place:
    for path, at_key in _suspects(mismatch, all_of_them, node):
        if find(node, path) is not None:
            return key_place(node, path) if at_key else value_place(node, path)
    return mismatch.noticed


def _suspects(mismatch: Mismatch, all_of_them: Sequence[Mismatch], node: Node) -> Iterator[tuple[Path, bool]]:
    """Paths into the channel, the likeliest first; the flag says that the key is meant."""
    local, _, field = mismatch.operation.partition("local.")
    operation: Path = ("local", field) if field and not local else ("operations", mismatch.operation)
    wrapper: Path = ("backends", mismatch.backend, "envelope")
    shared = _shared(mismatch, all_of_them)
    if mismatch.what.startswith("request.") or mismatch.what == "args":
        yield (*operation, "request", mismatch.what.partition(".")[2]), True
        yield (*operation, "request"), True
    elif mismatch.what == "items" or (mismatch.what == "error" and not mismatch.code and not mismatch.field):
        if shared:
            yield (*wrapper, "data" if mismatch.what == "items" else "ok"), False
            yield wrapper, True
        yield (*operation, "response", "items"), False
        yield (*operation, "response"), True
    elif mismatch.what == "error" and not mismatch.field:
        if shared:
            yield (*wrapper, "code"), False
        yield from _rules(node, (*operation, "errors"), mismatch.code)
        yield from _rules(node, ("backends", mismatch.backend, "errors"), mismatch.code)
        yield ("backends", mismatch.backend, "errors"), True
    else:
        yield (*operation, "response", "map", mismatch.field or mismatch.what), True
        yield (*operation, "response", "map"), True


def _shared(mismatch: Mismatch, all_of_them: Sequence[Mismatch]) -> bool:
    """Whether the same went wrong in several cases of the backend: then it is not one operation's doing."""
    alike: Any = [
        other
        for other in all_of_them
        if other.backend == mismatch.backend and other.what == mismatch.what and bool(other.code) == bool(mismatch.code)
    ]
    if mismatch.code:
        return len({other.code for other in alike}) >= SEVERAL
    return len({other.operation for other in alike}) >= SEVERAL


def _rules(node: Node, path: Path, code: str) -> Iterator[tuple[Path, bool]]:
    listed = find(node, path)
    for index, rule in enumerate(getattr(listed, "items", ()) if not isinstance(listed, MapNode) else ()):
        to = find(rule, ("to",))
        if isinstance(to, ScalarNode) and to.text == code:
            yield (*path, index), True
