"""Hints: what composes, but not as its authors may think.

A hint never stops composition.  Its code is Apollo's, its message names the element and the subgraphs.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Hint:
    """Something worth a look in a composition that succeeded."""

    code: str
    message: str
    coordinate: str = ""

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"
