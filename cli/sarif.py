"""Findings as SARIF 2.1.0, which code hosts and editors show beside the lines.  Source: OASIS SARIF 2.1.0."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from channels.checks.lessons import Lesson, lessons
from channels.text.diagnostics import Diagnostic, Lang
from channels.text.messages import MESSAGES

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
LEVELS = {"error": "error", "warning": "warning", "info": "note"}
PAGE = "docs/errors.md"


def sarif(found: Sequence[Diagnostic], language: Lang, version: str) -> dict[str, Any]:
    """Return: one run with a rule for every code of the checker, and a result for each finding."""
    rules = [_rule(code, lesson, language) for code, lesson in lessons().items()]
    index = {rule["id"]: at for at, rule in enumerate(rules)}
    driver = {"name": "roam city check", "version": version, "language": language, "rules": rules}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(item, language, index) for item in found],
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(code: str, lesson: Lesson, language: Lang) -> dict[str, Any]:
    severity = next((wording.severity for wording in MESSAGES.values() if wording.code == code), "error")
    cause, fix = lesson.cause.text(language), lesson.fix.text(language)
    example = f"{lesson.wrong.rstrip()}\n→\n{lesson.right.rstrip()}"
    return {
        "id": code,
        "shortDescription": {"text": cause},
        "fullDescription": {"text": cause},
        "help": {"text": f"{fix}\n\n{example}"},
        "defaultConfiguration": {"level": LEVELS[severity]},
    }


def _result(item: Diagnostic, language: Lang, index: dict[str, int]) -> dict[str, Any]:
    hint = item.hint(language)
    text = item.message(language) + (f"\n{hint}" if hint else "")
    place = item.place
    region = {
        "startLine": place.line,
        "startColumn": place.column,
        "endLine": place.line,
        "endColumn": place.column + place.width,
    }
    location = {"physicalLocation": {"artifactLocation": {"uri": _uri(place.path)}, "region": region}}
    found: dict[str, Any] = {"ruleId": item.code, "level": LEVELS[item.severity], "message": {"text": text}}
    if item.code in index:
        found["ruleIndex"] = index[item.code]
    return found | {"locations": [location]}


def _uri(path: str) -> str:
    """A relative reference where the path is relative, else a file URI (RFC 3986, RFC 8089)."""
    given = Path(path)
    return given.as_uri() if given.is_absolute() else quote(given.as_posix())
