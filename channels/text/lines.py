"""The text of a file before it is YAML: its encoding, its lines, and what must not stand in them."""

from __future__ import annotations

import codecs
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field

from channels.text.diagnostics import Diagnostic, Place, report

_BLOCK = re.compile(r"(?:^|[:\-]\s+)[|>][+-]?\d?[+-]?\s*(?:#.*)?$")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff\ud800-\udfff]|\ufeff")
_NO_COLON = re.compile(r"^\s*(?:- +)*(?P<key>[A-Za-z_][\w.\-]*) +(?:\{.*: .*\}|\[.*\])\s*(?:#.*)?$")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064]")
_CONFLICT = re.compile(r"(?:<{7}|={7}|>{7}|\|{7})(?: .*)?$")
_NUMBERED = re.compile(r"\s*(?P<number>\d{1,5})(?:[:.|)\t ]|\s*$)")
NUMBERED_LINES = 3
_FULL_WIDTH = re.compile(r"^\s*(?:- +)*(?P<key>[A-Za-z_][\w.\-]*|\"[^\"]*\"|'[^']*')\s*(?P<colon>：)")


@dataclass(frozen=True, slots=True)
class SourceText:
    """A decoded file.  `path`: as shown in messages."""

    path: str
    text: str
    lines: tuple[str, ...] = field(default=())

    @classmethod
    def of(cls, path: str, text: str) -> SourceText:
        return cls(path, text, tuple(lines_of(text)))


def lines_of(text: str) -> list[str]:
    """The lines as an editor numbers them: a form feed or a Unicode line separator ends none."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return lines[:-1] if lines and not lines[-1] else lines


def decode(path: str, raw: bytes) -> tuple[SourceText, list[Diagnostic]]:
    """Return: the text, decoded as well as can be, and a refusal when it is not UTF-8."""
    try:
        return SourceText.of(path, raw.decode("utf-8-sig")), []
    except UnicodeDecodeError as error:
        return _not_utf8(path, raw, error.start)


def _not_utf8(path: str, raw: bytes, start: int) -> tuple[SourceText, list[Diagnostic]]:
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        source = SourceText.of(path, raw.decode("utf-16", "replace"))
        return source, [report("encoding_utf16", Place(path, 1, 1), path=shlex.quote(path))]
    head = raw[:start]
    line = head.count(b"\n") + 1
    column = len(head.rpartition(b"\n")[2].decode("utf-8", "replace")) + 1
    place = Place(path, line, column)
    try:
        source = SourceText.of(path, raw.decode("gb18030"))
    except UnicodeDecodeError:
        return SourceText.of(path, raw.decode("utf-8", "replace")), [report("encoding", place)]
    return source, [report("encoding_gbk", place, path=shlex.quote(path))]


def structural_lines(source: SourceText) -> Iterator[tuple[int, str]]:
    """Each line that YAML reads as structure, with its number: no comments, no bodies of block text."""
    block: int | None = None
    for number, line in enumerate(source.lines, 1):
        indent = len(line) - len(line.lstrip(" "))
        if block is not None and (not line.strip() or indent > block):
            continue
        block = indent if _BLOCK.search(line) else None
        if not line.lstrip().startswith("#"):
            yield number, line


def controls(source: SourceText) -> Iterator[tuple[Place, str]]:
    """Characters that no text has: NUL and its like, with their number."""
    for number, line in enumerate(source.lines, 1):
        if found := _CONTROL.search(line):
            yield Place(source.path, number, found.start() + 1, 1), f"U+{ord(found[0]):04X}"


def invisible(source: SourceText) -> Iterator[tuple[Place, str]]:
    """Characters that nobody sees and that make a word another one, with their number; not those of comments."""
    for number, line in enumerate(source.lines, 1):
        if (found := _INVISIBLE.search(line)) and not line.lstrip().startswith("#"):
            yield Place(source.path, number, found.start() + 1, 1), f"U+{ord(found[0]):04X}"


def conflict(source: SourceText) -> tuple[Place, str] | None:
    """Where a merge left its first marker, and the marker."""
    for number, line in enumerate(source.lines, 1):
        if line[:1] in "<=>|" and _CONFLICT.match(line):
            return Place(source.path, number, 1, len(line)), line[:7]
    return None


def numbered(source: SourceText) -> Place | None:
    """Where lines begin to bear their own numbers, as a viewer or a mail shows them; blank lines may lack them."""
    first, expected, seen = None, 0, 0
    for number, line in enumerate(source.lines, 1):
        match = _NUMBERED.match(line)
        if match and (not seen or int(match["number"]) == expected):
            first = first or Place(source.path, number, match.start("number") + 1, len(match["number"]))
            expected, seen = int(match["number"]) + 1, seen + 1
        elif line.strip():
            return None
        else:
            expected += 1
    return first if seen >= NUMBERED_LINES else None


def tabs(source: SourceText) -> Iterator[Place]:
    """Tabs where YAML would read structure."""
    for number, line in structural_lines(source):
        column = line.partition(" #")[0].find("\t")
        if column >= 0:
            yield Place(source.path, number, column + 1, 1)


def full_width_colons(source: SourceText) -> Iterator[tuple[Place, str]]:
    """Full-width colons after a key at the start of a line, with the key."""
    for number, line in structural_lines(source):
        if match := _FULL_WIDTH.match(line):
            yield Place(source.path, number, match.start("colon") + 1), match["key"]


def absent_colons(source: SourceText) -> Iterator[tuple[Place, str]]:
    """Keys before a bracket that have no colon, at the start of a line."""
    for number, line in structural_lines(source):
        if match := _NO_COLON.match(line):
            yield Place(source.path, number, match.start("key") + 1, len(match["key"])), match["key"]
