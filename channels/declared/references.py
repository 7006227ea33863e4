"""How files name other cities: by slug, one by one in a list, or all of them by one word."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated, Final

from pydantic import AfterValidator

from channels.declared.divisions import slug_of
from channels.text.refusal import refuse
from channels.text.scalars import String

_SLUG: Final = re.compile(r"[a-z][a-z0-9_]*")
_SLUGS: Final = re.compile(r"[a-z][a-z0-9_]*(?:\s*[,，、]\s*[a-z][a-z0-9_]*)*")


def _slug(value: str) -> str:
    """A slug; where a city's code or Chinese name stands in its place, the refusal knows which slug was meant."""
    if not _SLUG.fullmatch(value):
        raise refuse("slug", value, right=slug_of(value))
    return value


_slug.told = {"type": "string", "pattern": f"^(?:{_SLUG.pattern})$"}  # type: ignore[attr-defined]  # for JSON Schema

CitySlug = Annotated[String, AfterValidator(_slug)]


def whom(every: str) -> Callable[[object], str]:
    """Which side of a union is meant: `<any>`, the word for all cities, or `<cities>`, a list.

    What names a city without brackets is a list that lacks them, never the word for all.
    """

    def tag(value: object) -> str:
        named = isinstance(value, str) and value != every.lower() and _SLUGS.fullmatch(value)
        return "<cities>" if named or isinstance(value, (list, tuple)) else "<any>"

    return tag
