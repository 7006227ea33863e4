"""Findings as they are shown: the cause, not its fallout; a repeated mistake once; in the order of the files.

Fallout: what a later stage says about a line that could not be read in the first place, or about a text in which a
full-width comma or bracket holds together what was meant to be apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from channels.text.diagnostics import Diagnostic, ordered, report
from channels.text.repairs import ASCII, full_width

FOLDED = frozenset(
    {
        "ROAM-102",
        "ROAM-103",
        "ROAM-109",
        "ROAM-204",
        "ROAM-304",
        "ROAM-306",
        "ROAM-308",
        "ROAM-313",
        "ROAM-317",
        "ROAM-352",
        "ROAM-358",
    }
)
"""Codes of which one cause shows in several places: one character typed throughout, one name that is nowhere declared."""
ONE_CAUSE = frozenset({"ROAM-352"})
"""Codes that say the same whatever the name: all types lack one prefix."""
SPACES = {
    "\u00a0": {"zh": "不换行空格(多从网页或 Word 带来)", "en": "a no-break one"},
    "\u3000": {"zh": "全角空格", "en": "a full-width one"},
}
PUNCTUATION = frozenset(ASCII) - set("（）｜\u00a0－＃")
TOUCHED = frozenset({"ROAM-201", "ROAM-203", "ROAM-206", "ROAM-207", "ROAM-309", "ROAM-313", "ROAM-314", "ROAM-401"})
MOST_NAMED = 5
SYNTAX = "ROAM-105"


def refine(found: Iterable[Diagnostic], sources: Mapping[str, Sequence[str]]) -> list[Diagnostic]:
    """Return: what to show, in order."""
    kept = without_fallout(first_of_line(ordered(found)))
    return folded(ordered(punctuated(item, sources) for item in kept))


def without_fallout(found: Sequence[Diagnostic]) -> list[Diagnostic]:
    """Nothing but the refusal of the text on lines whose text was refused."""
    unread = {(item.place.path, item.place.line) for item in found if refuses_text(item)}
    return [item for item in found if refuses_text(item) or (item.place.path, item.place.line) not in unread]


def first_of_line(found: Sequence[Diagnostic]) -> list[Diagnostic]:
    """Of what is not YAML on one line the first: after it, a line is read otherwise than it was meant."""
    told: set[tuple[str, int]] = set()
    kept = []
    for item in found:
        line = (item.place.path, item.place.line)
        if item.code != SYNTAX or line not in told:
            kept.append(item)
        if item.code == SYNTAX:
            told.add(line)
    return kept


def refuses_text(item: Diagnostic) -> bool:
    """Whether it is about characters, brackets or keys as they are typed, before anything is known of their meaning."""
    return item.code.startswith("ROAM-10") and item.code not in ("ROAM-107", "ROAM-108")


def punctuated(item: Diagnostic, sources: Mapping[str, Sequence[str]]) -> Diagnostic:
    """A refused value that holds full-width punctuation: that is the mistake, unless it stands in a sentence."""
    lines, place = sources.get(item.place.path, ()), item.place
    if item.severity != "error" or item.code not in TOUCHED or not 1 <= place.line <= len(lines):
        return item
    line = lines[place.line - 1]
    end = place.column - 1 + place.width
    edges = (place.column - 1, min(end, len(line)) - 1)
    odd = next((at for at in edges if at < len(line) and line[at] in SPACES), None)
    if odd is not None:
        return report("odd_space", replace(place, column=odd + 1, width=1), found=SPACES[line[odd]])
    spots = [at for at in full_width(line) if place.column - 1 <= at < end and line[at] in PUNCTUATION]
    if not spots:
        return item
    char = line[spots[0]]
    return report("full_width", replace(place, column=spots[0] + 1, width=1), found=char, right=ASCII[char])


def folded(found: Sequence[Diagnostic]) -> list[Diagnostic]:
    """One finding for each cause; it names the other lines."""
    first: dict[tuple[str, str, str], int] = {}
    kept: list[Diagnostic] = []
    more: dict[int, list[int]] = {}
    for item in found:
        cause = (item.place.path, item.code, "" if item.code in ONE_CAUSE else item.en)
        if item.severity == "error" and item.code in FOLDED and cause in first:
            more.setdefault(first[cause], []).append(item.place.line)
        else:
            first.setdefault(cause, len(kept))
            kept.append(item)
    for at, lines in more.items():
        kept[at] = with_lines(kept[at], [line for line in dict.fromkeys(lines) if line != kept[at].place.line])
    return kept


def with_lines(item: Diagnostic, lines: list[int]) -> Diagnostic:
    """The finding, which names the other lines where the same shows."""
    if not lines:
        return item
    shown = [str(line) for line in lines[:MOST_NAMED]]
    rest = len(lines) - len(shown)
    zh = f"(还有第 {'、'.join(shown)} 行{f'等 {len(lines)} 处' if rest else ''})"
    en = f" (also line{'s' if len(lines) > 1 else ''} {', '.join(shown)}{f' and {rest} more' if rest else ''})"
    return replace(item, zh=item.zh + zh, en=item.en + en)
