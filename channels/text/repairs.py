"""What was probably meant: small changes to a text that is not YAML, one at a time, until it is.

Whoever types in Chinese types `，` and `【` without seeing it; others leave out a space or a quote.  A parser tells where it
got lost, which may be many lines below.  Here the change that makes the text readable is the mistake, told at its place;
the mended text goes on to the model, so that one mistake has no fallout.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from channels.text.diagnostics import Diagnostic, Place, report
from channels.text.lines import SourceText

ASCII = {
    "：": ":", "，": ",", "、": ",", "；": ",", "｛": "{", "｝": "}", "［": "[", "］": "]", "【": "[", "】": "]",
    "“": '"', "”": '"', "‘": "'", "’": "'", "＂": '"', "＇": "'", "\u3000": " ", "\u00a0": " ", "－": "-", "＃": "#",
    "（": "(", "）": ")", "｜": "|",
}  # fmt: skip
MOST_REPAIRS = 6
NEAR_LINES = 40
_QUOTED = re.compile(r"\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\n]|'')*'|(?<![^\s])#.*")
_NO_SPACE = re.compile(r"(?:^\s*(?:- +)*|[{,]\s*)(?P<key>[A-Za-z_][\w.\-]*):(?=[^\s:/]|/(?!/))")
_NO_COLON = re.compile(r"^\s*(?:- +)*(?P<key>[A-Za-z_][\w.\-]*)(?= +\S|\s*$)")
_SECRET_SPACE = re.compile(r"(?<=: )secret:(?P<gap> +)(?P<name>[A-Za-z][\w]*)")
_NO_COMMA = re.compile(r"(?<=[^\s,{\[:])(?P<gap> +)(?=[A-Za-z_][\w\-]*: )")
_AFTER_QUOTE = re.compile(r" *(?:[,:}\]]|#|$)")
_STRAY_LINE = re.compile(r"\s*(?P<found>//|/\*|<!--|<!|</?[A-Za-z]|```|~~~|={3,}|\*{3,}|-{4,})")
_STRAY_START = re.compile(r"\s*(?P<found>[>+|])(?= )")
_BULLET = re.compile(r"\s*(?P<found>[\u2010-\u2015\u2212\u2022\u00b7\u25cf\u25aa\u30fb*])(?P<gap>[\s\u00a0]*)(?=\S)")
_TRAILING = re.compile(r"(?P<found>,)\s*(?:#.*)?$")
_CLOSING = {"{": "}", "[": "]"}


@dataclass(frozen=True, slots=True)
class Repair:
    """A changed text, and what would be wrong with the old one."""

    text: str
    found: Diagnostic


Reads = Callable[[str], int | None]
"""The line at which a text stops being YAML; None when it is YAML throughout."""


def repaired(source: SourceText, stops: int, reads: Reads) -> tuple[SourceText, list[Diagnostic]]:
    """Return: the text after the changes that each made it readable further, and what they mended; maybe nothing."""
    found: list[Diagnostic] = []
    at: int | None = stops
    while at is not None and len(found) < MOST_REPAIRS:
        best: tuple[int, Repair] | None = None
        for repair in candidates(source, at):
            stop = reads(repair.text)
            if stop is None or (stop > at + 1 and (best is None or stop > best[0])):
                best = (stop if stop is not None else 1 << 30, repair)
            if stop is None:
                break
        if best is None:
            break
        found.append(best[1].found)
        source = SourceText.of(source.path, best[1].text)
        at = None if best[0] == 1 << 30 else best[0]
    return (source, found) if at is None else (source, [])


def candidates(source: SourceText, stops: int) -> Iterator[Repair]:
    """Changes near the line where reading stops: that line first, then those above it."""
    first = max(1, stops - NEAR_LINES)
    numbers = [*range(min(stops, len(source.lines)), first - 1, -1)]
    for number in numbers:
        yield from _full_width(source, number)
    for number in numbers[:3]:
        yield from _foreign(source, number)
        yield from _spacing(source, number)
    # A file begins at the margin: where it does not, its first line is the one that is off.
    head = next(
        (at for at, line in enumerate(source.lines, 1) if line.strip() and not line.lstrip().startswith("#")), 0
    )
    off = head in numbers[:2] and source.lines[head - 1].startswith(" ")
    for number in [head, *numbers[:2]] if off else numbers[:2]:
        yield from _indented(source, number)
    for number in numbers:
        yield from _unclosed(source, number)


def full_width(line: str) -> list[int]:
    """Offsets of full-width punctuation outside of quotes and comments."""
    hidden = [match.span() for match in _QUOTED.finditer(line)]
    return [at for at, char in enumerate(line) if char in ASCII and not any(a <= at < b for a, b in hidden)]


def _full_width(source: SourceText, number: int) -> Iterator[Repair]:
    line = source.lines[number - 1]
    spots = full_width(line)
    if not spots:
        return
    for chosen in ([at] for at in spots):
        yield _straight(source, number, line, chosen)
    if len(spots) > 1:
        yield _straight(source, number, line, spots)


def _straight(source: SourceText, number: int, line: str, spots: list[int]) -> Repair:
    chars = list(line)
    for at in spots:
        right = ASCII[line[at]]
        tight = right in ":," and line[at + 1 : at + 2] not in (" ", "")
        chars[at] = f"{right} " if tight else right
    char = line[spots[0]]
    place = Place(source.path, number, spots[0] + 1, 1)
    if char == "：":
        key = re.split(r"[\s{,\[]", line[: spots[0]])[-1]
        found = report("full_width_colon", place, key=key)
    else:
        found = report("full_width", place, found=char, right=ASCII[char])
    return _changed(source, number, "".join(chars), found)


def _foreign(source: SourceText, number: int) -> Iterator[Repair]:
    """What other notations have: comments of another language, bullets, marks of a mail or of a comparison, JSON's comma."""
    line = source.lines[number - 1]
    if match := _STRAY_LINE.match(line):
        yield _changed(source, number, "#", report("stray_line", _at(source, number, match), found=match["found"]))
    if match := _STRAY_START.match(line):
        place = _at(source, number, match)
        for text in (line[match.end() + 1 :], f"{line[: match.start('found')]} {line[match.end() :]}"):
            yield _changed(source, number, text, report("stray_start", place, found=match["found"]))
    if match := _BULLET.match(line):
        text = f"{line[: match.start('found')]}- {line[match.end() :]}"
        yield _changed(source, number, text, report("bullet", _at(source, number, match), found=match["found"]))
    if match := _TRAILING.search(line):
        text = f"{line[: match.start('found')]}{line[match.end('found') :]}"
        yield _changed(source, number, text, report("trailing_comma", _at(source, number, match)))


def _at(source: SourceText, number: int, match: re.Match[str]) -> Place:
    return Place(source.path, number, match.start("found") + 1, len(match["found"]))


def _indented(source: SourceText, number: int) -> Iterator[Repair]:
    """A line that stands deeper or less deep than its neighbours."""
    line = source.lines[number - 1]
    found = len(line) - len(line.lstrip(" "))
    if not line.strip() or line.lstrip().startswith("#"):
        return
    near = [other for at in (number - 2, number) if 0 <= at < len(source.lines) and (other := source.lines[at]).strip()]
    for right in dict.fromkeys(len(other) - len(other.lstrip(" ")) for other in near):
        if right != found:
            place = Place(source.path, number, found + 1, 1)
            text = " " * right + line.lstrip(" ")
            yield _changed(source, number, text, report("indentation", place, found=found, right=right))


def _spacing(source: SourceText, number: int) -> Iterator[Repair]:
    line = source.lines[number - 1]
    for match in _NO_SPACE.finditer(line):
        place = Place(source.path, number, match.start("key") + 1, len(match["key"]) + 1)
        end = match.end()
        yield _changed(source, number, f"{line[:end]} {line[end:]}", report("colon_space", place, key=match["key"]))
    for match in _SECRET_SPACE.finditer(line):
        place = Place(source.path, number, match.start() + 1, len(match[0]))
        text = f"{line[: match.start('gap')]}{line[match.end('gap') :]}"
        yield _changed(source, number, text, report("secret_space", place, name=match["name"]))
    if (found := _NO_COLON.match(line)) and not re.search(r":(?: |$)", _QUOTED.sub("", line)):
        place, end = Place(source.path, number, found.start("key") + 1, len(found["key"])), found.end()
        yield _changed(source, number, f"{line[:end]}:{line[end:]}", report("no_colon", place, key=found["key"]))
    for match in _NO_COMMA.finditer(line):
        place = Place(source.path, number, match.start() + 1, 1)
        yield _changed(source, number, f"{line[: match.start()]},{line[match.start() :]}", report("no_comma", place))


def _unclosed(source: SourceText, number: int) -> Iterator[Repair]:
    """A quote or a bracket that is opened on a line and not closed there."""
    line = source.lines[number - 1]
    bare = _QUOTED.sub(lambda match: (" " if match[0][0] == "#" else "x") * len(match[0]), line)
    for quote in "\"'":
        for at in _opened(line, bare, quote):
            place = Place(source.path, number, at + 1, 1)
            for match in re.finditer(r"[,}\]]| #|$", line[at + 1 :]):
                cut = at + 1 + match.start()
                text = f"{line[:cut]}{quote}{line[cut:]}"
                yield _changed(source, number, text, report("unclosed", place, found=quote))
    stack: list[tuple[str, int]] = []
    for at, char in enumerate(bare):
        if char in _CLOSING:
            stack.append((char, at))
        elif char in "}]" and stack and _CLOSING[stack[-1][0]] == char:
            stack.pop()
        elif char in "}]" and stack:
            opened, began = stack[-1]
            place = Place(source.path, number, began + 1, 1)
            text = f"{line[:at]}{_CLOSING[opened]}{line[at:]}"
            yield _changed(source, number, text, report("unclosed", place, found=opened))
    for opened, began in reversed(stack):
        place = Place(source.path, number, began + 1, 1)
        found = report("unclosed", place, found=opened)
        body = bare.rstrip()
        cut = len(body)
        yield _changed(source, number, line[:cut] + _CLOSING[opened] + line[cut:], found)
        for match in reversed(list(re.finditer(r",", bare[began:]))):
            cut = began + match.start()
            yield _changed(source, number, line[:cut] + _CLOSING[opened] + line[cut:], found)


def _opened(line: str, bare: str, quote: str) -> Iterator[int]:
    """Where quotes stand whose other half may be missing, the likeliest first.

    One that is not closed goes on to the next one on its line: then no comma or bracket follows, as it must.
    """
    told = [match for match in _QUOTED.finditer(line) if match[0][0] == quote]
    yield from (match.start() for match in told if not _AFTER_QUOTE.match(line, match.end()))
    at = bare.find(quote)
    if at == 0 or (at > 0 and bare[at - 1] in " [{,"):
        yield at


def _changed(source: SourceText, number: int, line: str, found: Diagnostic) -> Repair:
    lines = [*source.lines[: number - 1], line, *source.lines[number:]]
    return Repair("\n".join(lines) + "\n", found)
