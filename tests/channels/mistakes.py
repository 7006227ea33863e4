"""One mistake in a deployment's files, and how it must be told: one error, at its very place, in both languages."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from tests.channels.deployment import Deployment, errors, rendered

CHINESE = re.compile("[\u4e00-\u9fff]")
INTERNAL = re.compile(r"None\b|Input should|pydantic|Traceback|<(?:leaf|each|nested|object|any|cities)>")


@dataclass(frozen=True)
class Edit:
    """`new` in the place of `old`; `told`: code, line and column of the one error."""

    file: str
    old: str
    new: str
    told: str


def must_be_told(edit: Edit, folder: Path) -> None:
    """The edit, in a deployment of its city alone, is one error where it was made; no word of it is the program's own."""
    city = edit.file.partition("/")[0]
    deployment = Deployment.make(folder, city)
    deployment.edit(edit.file, edit.old, edit.new)
    report = deployment.check(only=city)
    found = errors(report)
    told = [f"{item.code} {item.place.line}:{item.place.column}" for item in found]
    assert told == [edit.told], [(str(item.place), item.en) for item in found]
    assert found[0].place.path.endswith(edit.file)
    assert CHINESE.search(found[0].zh)
    for language in ("zh", "en"):
        text = rendered(report, language)
        assert "^" in text
        assert not INTERNAL.search(text)
