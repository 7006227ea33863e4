"""What each code teaches: cause, example and fix in both languages, from `lessons.yaml` beside this module."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from channels.declared.strict_model import Bilingual, Model
from channels.text.lines import SourceText
from channels.text.positions import MapNode, parse
from channels.text.scalars import String
from channels.text.validation import validate


class Lesson(Model):
    """One code.  `wrong`, `right`: pieces of a file, as they stand in it.

    `where`: the file and the keys below which the piece stands; empty where it is no piece of one file, as with what only a
    real call shows.  `⇥` and `␀` stand for a tab and a NUL, which could not be seen.
    """

    cause: Bilingual
    where: tuple[String, ...] = ()
    wrong: String
    right: String
    fix: Bilingual


@cache
def lessons() -> Mapping[str, Lesson]:
    """The lessons by code, in order."""
    text = (files(__package__) / "lessons.yaml").read_text("utf-8")
    node, found = parse(SourceText.of("lessons.yaml", text))
    if not isinstance(node, MapNode) or found:
        raise ValueError(f"lessons.yaml: {found}")
    made = {code: validate(Lesson, entry.node) for code, entry in node.entries.items()}
    return MappingProxyType({code: lesson for code, (lesson, _) in made.items() if lesson is not None})
