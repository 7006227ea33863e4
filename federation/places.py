"""Where the objects of one shape are: from the root, attribute by attribute, and into every item of a list.

A place is walked once a request: what lies there does not change any more when somebody first asks for it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any

from .plan import LIST, Path
from .structs import attribute


@dataclass(frozen=True, slots=True)
class Place:
    """The values one step further than another place; `number` is where a request remembers them."""

    number: int
    before: Place | None = None
    key: str = ""
    """Empty for the items of lists."""

    def values(self, found: list[list[Any] | None]) -> list[Any]:
        """What is there, in the order of the answer, without nulls; an object may be in it several times."""
        known = found[self.number]
        if known is None and self.before is not None:
            known = found[self.number] = self._walked(self.before.values(found))
        return known or []

    def _walked(self, before: list[Any]) -> list[Any]:
        if not self.key:
            return [item for items in before for item in items if item is not None]
        read = attrgetter(attribute(self.key))
        return [value for value in map(read, before) if value is not None]


@dataclass(slots=True)
class Places:
    """The places of one operation, each made once; the root has the number 0."""

    made: dict[Path, Place] = field(default_factory=lambda: {(): Place(0)})

    def at(self, path: Path) -> Place:
        """The place of a path; steps that only tell types apart lead nowhere."""
        path = tuple(step for step in path if isinstance(step, str))
        found = self.made.get(path)
        if found is None:
            key = str(path[-1])
            before = self.at(path[:-1])
            found = self.made[path] = Place(len(self.made), before, "" if key == LIST else key)
        return found
