"""YAML as a tree in which every key and scalar keeps its text and its place.

A small part of YAML is accepted: maps, lists, scalars, block text.  Duplicate keys, anchors, aliases, tags, tabs,
several documents and full-width colons are refused, each at its place.  What a scalar means is for the models to say.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ruamel.yaml.error import MarkedYAMLError, YAMLError

from channels.text.builder import DEEPEST, Builder, TooDeep
from channels.text.diagnostics import Diagnostic, Place, report
from channels.text.lines import (
    SourceText,
    absent_colons,
    conflict,
    controls,
    full_width_colons,
    invisible,
    numbered,
    tabs,
)
from channels.text.plain_yaml import Unusual, read
from channels.text.repairs import repaired
from channels.text.tree import (
    Entry,
    ListNode,
    MapNode,
    Node,
    Path,
    ScalarNode,
    data,
    find,
    key_place,
    value_place,
)
from channels.text.yaml_problems import told

ALIASED = "ROAM-104"

__all__ = [
    "Entry",
    "ListNode",
    "MapNode",
    "Node",
    "Path",
    "ScalarNode",
    "data",
    "find",
    "key_place",
    "parse",
    "parse_fully",
    "value_place",
]


def parse(source: SourceText) -> tuple[Node | None, list[Diagnostic]]:
    """Return: the tree (None when the text is not YAML) and every refusal, in document order."""
    try:
        return read(source.path, source.text), []
    except Unusual:
        return parse_fully(source)


def parse_fully(source: SourceText) -> tuple[Node | None, list[Diagnostic]]:
    """The same by the full parser: slower, and the one that knows what is wrong."""
    found = [report("control", place, found=code) for place, code in controls(source)]
    found += [report("invisible", place, found=code) for place, code in invisible(source)]
    if (left := conflict(source)) is not None:
        found = [report("conflict", left[0], found=left[1])]
    elif (where := numbered(source)) is not None:
        found = [report("numbered", where)]
    if found:
        return None, found
    found = [report("tab", place) for place in tabs(source)]
    colons, absent = list(full_width_colons(source)), list(absent_colons(source))
    found += [report("full_width_colon", place, key=key) for place, key in colons]
    found += [report("no_colon", place, key=key) for place, key in absent]
    if found:
        source = SourceText.of(source.path, _without(source, [*(place for place, _ in colons), *_ends(absent)]))
    node, stopped, more = _built(source)
    if stopped is not None:
        mended, repairs = repaired(source, stopped.place.line, _stops)
        if repairs:
            node, _, more = _built(mended)
            # Where half of it is lost, or lines were moved, nothing is held against the rest.
            moved = any(_moves(item) for item in repairs)
            repairs = [item for item in repairs if not (found and _moves(item))]  # a tab has moved the line
            node = None if moved or _is_cut(source, stopped) else node
        else:  # where reading stopped, the line had been misread already
            more = [item for item in more if item.place.line != stopped.place.line]
        more = [*more, *(repairs or ([stopped] if not found else []))]
    if any(item.code == ALIASED and item.about.startswith("*") for item in more):
        node = None  # an alias leaves a hole where a value should be
    return node, [*found, *more]


def _is_cut(source: SourceText, stopped: Diagnostic) -> bool:
    """Whether the text ends in the middle of its last line."""
    return stopped.place.line >= len(source.lines) and not source.text.endswith(("\n", "\r"))


def _moves(item: Diagnostic) -> bool:
    return item.kind == "indentation"


def _ends(keys: Iterable[tuple[Place, str]]) -> list[Place]:
    """Where the colons of some keys should stand."""
    return [replace(place, column=place.column + place.width, width=1) for place, _ in keys]


def _without(source: SourceText, colons: list[Place]) -> str:
    """The text with spaces for tabs, and ASCII colons: what was meant."""
    lines = [line.replace("\t", "  ") for line in source.lines]
    for place in colons:
        line, at = source.lines[place.line - 1], place.column - 1
        lines[place.line - 1] = f"{line[:at]}: {line[at + 1 :].lstrip()}".replace("\t", "  ")
    return "\n".join(lines) + "\n"


def _built(source: SourceText) -> tuple[Node | None, Diagnostic | None, list[Diagnostic]]:
    """Return: the tree, where reading stopped, and what is refused without stopping."""
    builder = Builder(source)
    try:
        root = builder.build()
        return None if builder.guessed else root, None, builder.found
    except MarkedYAMLError as error:
        return None, _syntax(source, error), builder.found
    except TooDeep as deep:
        return None, None, [report("too_deep", deep.place, most=DEEPEST)]
    except (YAMLError, ValueError, RecursionError):
        return None, report("syntax", Place(source.path, 1, 1, 1), problem="?"), builder.found


def _stops(text: str) -> int | None:
    stopped = _built(SourceText.of("", text))[1]
    return stopped.place.line if stopped else None


def _syntax(source: SourceText, error: MarkedYAMLError) -> Diagnostic:
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    line, column = _shown(source, line, column)
    problem = " ".join(part for part in (error.context, error.problem) if part)
    return report("syntax", Place(source.path, line, column, 1), problem=told(problem))


def _shown(source: SourceText, line: int, column: int) -> tuple[int, int]:
    """A place that exists: the end of a file lies behind its last line."""
    if line <= len(source.lines):
        return line, column
    return max(len(source.lines), 1), max(len(source.lines[-1]) if source.lines else 1, 1)
