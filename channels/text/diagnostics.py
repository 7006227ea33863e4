"""What is wrong with a file, where, and what to do: one value, shown in Chinese or English.

Wordings stand in `messages.py`; nothing here decides what a mistake is.
"""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from channels.text.messages import MESSAGES

Severity: TypeAlias = Literal["error", "warning", "info"]
Lang: TypeAlias = Literal["zh", "en"]

SEVERITY_NAMES = {
    "zh": {"error": "错误", "warning": "警告", "info": "提示"},
    "en": {"error": "error", "warning": "warning", "info": "info"},
}
HELP = {"zh": "建议 ", "en": "help: "}


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A spot in a file.  `line` and `column` from 1, in characters; `width`: how many to underline."""

    path: str
    line: int
    column: int
    width: int = 1


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding.  `hint_*` may be empty.

    `kind`: its wording, a key of MESSAGES.  `about`: the name or value that it is about, where it is about one.  `meant`: the
    name that was probably meant.  `names`: those that are missing, or allowed.
    """

    place: Place
    severity: Severity
    code: str
    zh: str
    en: str
    hint_zh: str = ""
    hint_en: str = ""
    about: str = ""
    kind: str = ""
    meant: str = ""
    names: tuple[str, ...] = ()

    def message(self, lang: Lang) -> str:
        return self.zh if lang == "zh" else self.en

    def hint(self, lang: Lang) -> str:
        return self.hint_zh if lang == "zh" else self.hint_en

    def as_json(self, lang: Lang) -> dict[str, Any]:
        """The shape of `--json`: path, line, column, severity, code, message, hint."""
        return {
            "path": self.place.path,
            "line": self.place.line,
            "column": self.place.column,
            "severity": self.severity,
            "code": self.code,
            "message": self.message(lang),
            "hint": self.hint(lang),
        }


class _Wording(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return ""


def report(kind: str, place: Place, /, **context: Any) -> Diagnostic:
    """The diagnostic of one `kind` (a key of MESSAGES) at `place`.

    `near_zh`, `near_en` are filled from `near` (what was written) and `choices`; lists are joined per language.
    """
    wording = MESSAGES[kind]
    severity = context.pop("severity", None) or wording.severity
    zh, en = _context(context, "zh"), _context(context, "en")
    choices = tuple(context.get("choices", ()))
    return Diagnostic(
        place=place,
        severity=severity,
        code=wording.code,
        zh=wording.zh.format_map(zh).strip(),
        en=wording.en.format_map(en).strip(),
        hint_zh=wording.hint_zh.format_map(zh).strip(),
        hint_en=wording.hint_en.format_map(en).strip(),
        about=str(context.get("name") or context.get("found") or context.get("field") or ""),
        kind=kind,
        meant=(nearest(context["near"], choices) or "") if context.get("near") else "",
        names=choices,
    )


def nearest(written: str, choices: Iterable[str]) -> str | None:
    """The choice most like what was written, or None when none is close."""
    known = {choice.lower(): choice for choice in choices}
    if swapped := next((choice for choice in known if sorted(choice) == sorted(written.lower())), None):
        return known[swapped]  # `form` is `from`, not `format`
    close = difflib.get_close_matches(written.lower(), known, n=1, cutoff=0.6)
    return known[close[0]] if close else None


def _context(context: dict[str, Any], lang: Lang) -> _Wording:
    comma = "、" if lang == "zh" else ", "
    values = _Wording()
    for key, value in context.items():
        if isinstance(value, dict) and {"zh", "en"} <= value.keys():
            value = value[lang]
        values[key] = comma.join(map(str, value)) if isinstance(value, (list, tuple)) else value
    near = context.get("near")
    values["near"] = _did_you_mean(near, context.get("choices", ()), lang) if near else ""
    return values


def _did_you_mean(written: str, choices: Sequence[str], lang: Lang) -> str:
    found = nearest(written, choices)
    if not found:
        return ""
    return f"是不是想写 `{found}`?" if lang == "zh" else f"did you mean `{found}`? "


@dataclass(frozen=True, slots=True)
class Renderer:
    """Diagnostics as text with the source line and a caret.  `sources`: lines of each file by path."""

    lang: Lang
    sources: dict[str, Sequence[str]] = field(default_factory=dict)

    def render(self, found: Diagnostic) -> str:
        place = found.place
        name = SEVERITY_NAMES[self.lang][found.severity]
        head = f"{place.path}:{place.line}:{place.column}: {name} {found.code} {found.message(self.lang)}"
        return "\n".join([head, *self._excerpt(place), *self._help(found)])

    def _excerpt(self, place: Place) -> list[str]:
        lines = self.sources.get(place.path, ())
        if not 1 <= place.line <= len(lines):
            return []
        line = lines[place.line - 1]
        start = place.column - 1
        pad, carets = _cells(line[:start]), max(_cells(line[start : start + place.width]), 1)
        return [f"{place.line:>6} | {line}", f"{'':>6} | {' ' * pad}{'^' * carets}"]

    def _help(self, found: Diagnostic) -> list[str]:
        hint = found.hint(self.lang)
        return [f"{'':>6} = {HELP[self.lang]}{hint}"] if hint else []


def _cells(text: str) -> int:
    """How many terminal cells the text takes: a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def ordered(found: Iterable[Diagnostic]) -> list[Diagnostic]:
    """By file, line, column, each once."""
    return sorted(dict.fromkeys(found), key=lambda item: (item.place, item.code, item.en))
