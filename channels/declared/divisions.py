"""City codes of Sichuan (GB/T 2260), a data file of this package."""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

AGREED = 2


@dataclass(frozen=True, slots=True)
class Division:
    """A city or prefecture: its GB/T 2260 code, its Chinese and its English name."""

    code: str
    zh: str
    en: str

    @property
    def slug(self) -> str:
        """The folder name that the city would have: `yaan` for Ya'an."""
        plain = unicodedata.normalize("NFD", self.en).lower()
        return "".join(char for char in plain if char.isascii() and char.isalpha())


@cache
def divisions() -> Mapping[str, Division]:
    """The 21 divisions by code."""
    lines = (files(__package__) / "divisions.csv").read_text("utf-8").splitlines()
    rows = [Division(row["code"], row["name_zh"], row["name_en"]) for row in csv.DictReader(lines)]
    return MappingProxyType({row.code: row for row in rows})


def division_of(names: Sequence[str]) -> Division | None:
    """The division that most of a city's names (code, slug, Chinese, English) are names of: two at least."""
    count = {
        row.code: sum(name in (row.code, row.slug, row.zh, row.en) for name in names) for row in divisions().values()
    }
    best = max(count, key=lambda code: count[code])
    return divisions()[best] if count[best] >= AGREED else None


def joining(slug: str) -> bool:
    """Whether a city of this folder name could still join: there is such a division."""
    return any(row.slug == slug for row in divisions().values())


def slug_of(name: str) -> str | None:
    """The folder name of the city of this code or Chinese name, its last character (市, 州) left out or not."""
    written = name.strip()
    return next(
        (row.slug for row in divisions().values() if written in (row.code, row.zh, row.zh[:-1]) and len(written) > 1),
        None,
    )


def code_of(name_zh: str) -> str | None:
    """The code of the division with this Chinese name."""
    return next((row.code for row in divisions().values() if row.zh == name_zh), None)
