"""The subgraphs of a composition, in the order of their names, and what all of them say together."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from federation.definitions import TypeDef, has
from federation.facts import Coordinate, Facts
from federation.merging.ledger import Ledger
from federation.merging.overrides import FieldOverride, read_overrides

NUMBERED = re.compile(r"_\d+$")


@dataclass(frozen=True, slots=True)
class Graphs:
    """What merging looks at."""

    all: tuple[Facts, ...]
    enum_names: Mapping[str, str]
    """The value of `join__Graph` by subgraph."""
    overrides: Mapping[Coordinate, FieldOverride] = field(default_factory=dict)
    supertypes: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """The interfaces and unions that a type belongs to in some subgraph."""
    composed: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """The directives (local names) that a subgraph asks to be composed."""

    def defining(self, name: str) -> tuple[tuple[Facts, TypeDef], ...]:
        """The subgraphs with a type of this name."""
        return tuple((facts, facts.types[name]) for facts in self.all if name in facts.types)

    def override(self, coordinate: Coordinate) -> FieldOverride:
        """Where a field moved; the empty value when it did not."""
        return self.overrides.get(coordinate, NOT_MOVED)

    def is_subtype(self, narrow: str, wide: str) -> bool:
        """Whether one named type is an interface or union that the other belongs to."""
        return wide in self.supertypes.get(narrow, ())

    def interface_object(self, name: str) -> bool:
        """Whether some subgraph declares an interface of this name as @interfaceObject."""
        return any(has(one, "interfaceObject") for _, one in self.defining(name))

    def repeatable(self, directive: str) -> bool:
        """Whether some subgraph defines a directive as repeatable."""
        found = (facts.subgraph.directives.get(directive) for facts in self.all)
        return any(one is not None and one.repeatable for one in found)


NOT_MOVED = FieldOverride()


def graphs_of(subgraphs: Iterable[Facts], ledger: Ledger) -> Graphs:
    """Orders and numbers the subgraphs and reads their overrides."""
    ordered = tuple(sorted(subgraphs, key=lambda facts: facts.name))
    above: dict[str, set[str]] = {}
    for facts in ordered:
        for one in facts.types.values():
            for interface in one.interfaces:
                above.setdefault(one.name, set()).add(interface)
            for member in one.members:
                above.setdefault(member, set()).add(one.name)
    return Graphs(
        all=ordered,
        enum_names=enum_names([facts.name for facts in ordered]),
        overrides=read_overrides(ordered, ledger),
        composed={facts.name: frozenset(composed_names(facts)) for facts in ordered},
        supertypes={name: frozenset(found) for name, found in above.items()},
    )


def composed_names(facts: Facts) -> Iterator[str]:
    """The directives that a subgraph asks to be composed, without `@`."""
    for applied in facts.subgraph.schema_applied:
        if applied.spec == "composeDirective":
            yield (applied.text("name") or "").removeprefix("@")


def enum_names(names: Sequence[str]) -> dict[str, str]:
    """The values of `join__Graph`: upper case, letters, digits and `_`, numbered where two would be the same."""
    made = {name: _enum_name(name) for name in names}
    return {
        name: made[name] if list(made.values()).count(made[name]) == 1 else f"{made[name]}_{_rank(name, made)}"
        for name in names
    }


def _enum_name(name: str) -> str:
    text = re.sub(r"\W", "_", name, flags=re.ASCII).upper()
    text = f"_{text}" if text[:1].isdigit() else text
    return f"{text}_" if NUMBERED.search(text) else text


def _rank(name: str, made: Mapping[str, str]) -> int:
    return [other for other in made if made[other] == made[name]].index(name) + 1
