"""Where a failing fixture points: at the line of the channel that made the difference, not at the file that noticed it.

Several cases that fail for one reason are one finding: a wrong mapping line shows in every case, a wrong envelope in every
operation of the backend.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from channels.diagnostics import Diagnostic, Place, report
from channels.positions import MapNode, Node, ScalarNode, find, key_place, value_place
from schema.codes import ErrorCode

Path = tuple[str | int, ...]
SEVERAL = 2
BROKEN = str(ErrorCode.BACKEND_CONTRACT_BROKEN)


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One difference.  `operation`: its id; `what`: `request.path`, `items`, `error`, `dropped` or a field; `noticed`: the
    place of the expectation; `field`: the field for whose sake a row was withheld,
    `steps.label` where it is one of a list's."""

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
    unread = _unread(mismatch.backend, all_of_them)
    if mismatch.what.startswith("request.") or mismatch.what == "args":
        yield (*operation, "request", mismatch.what.partition(".")[2]), True
        yield (*operation, "request"), True
    elif unread is not None and not mismatch.code:
        yield (*wrapper, unread), False
        yield wrapper, True
    elif _lost(mismatch):
        yield (*operation, "response", "items"), False
        yield (*operation, "response", "item"), False
        yield (*operation, "response"), True
    elif mismatch.what == "error" and not mismatch.field:
        if _shared(mismatch, all_of_them):
            yield (*wrapper, "code"), False
            yield wrapper, True
        yield from _rules(node, (*operation, "errors"), mismatch.code)
        yield from _rules(node, ("backends", mismatch.backend, "errors"), mismatch.code)
        yield ("backends", mismatch.backend, "errors"), True
    else:
        steps = (mismatch.field or mismatch.what).split(".")
        for end in range(len(steps), 0, -1):
            inner = [part for step in steps[:end] for part in ("map", step)]
            yield (*operation, "response", *inner), True
        yield (*operation, "response", "map"), True


def _lost(mismatch: Mismatch) -> bool:
    """Whether the answer as a whole was not what it should be, rather than a field of it."""
    return mismatch.what == "items" or (mismatch.what == "error" and not mismatch.code and not mismatch.field)


def _unread(backend: str, all_of_them: Sequence[Mismatch]) -> str | None:
    """What of a backend's envelope is to blame: answers of several operations were lost, so it is not one operation's doing."""
    lost = [mismatch for mismatch in all_of_them if mismatch.backend == backend and _lost(mismatch)]
    if len({mismatch.operation for mismatch in lost}) < SEVERAL:
        return None
    opened = any(mismatch.what == "items" or BROKEN in mismatch.found for mismatch in lost)
    return "data" if opened else "ok"


def _shared(mismatch: Mismatch, all_of_them: Sequence[Mismatch]) -> bool:
    """Whether several codes of the backend are not told apart: then it is not one rule's doing."""
    alike = (other for other in all_of_them if other.backend == mismatch.backend and other.what == mismatch.what)
    return len({other.code for other in alike if other.code}) >= SEVERAL


def _rules(node: Node, path: Path, code: str) -> Iterator[tuple[Path, bool]]:
    listed = find(node, path)
    for index, rule in enumerate(getattr(listed, "items", ()) if not isinstance(listed, MapNode) else ()):
        to = find(rule, ("to",))
        if isinstance(to, ScalarNode) and to.text == code:
            yield (*path, index), True
