"""Where a query can go: from a position in one subgraph to the fields of the same object in others.

A position is a subgraph, a type there, and what `@provides` on the way makes available beyond the subgraph's own
fields.  Entities are entered by a resolvable key whose fields can be had from where one is.  What can be reached is the
least fixed point of that rule, so keys that need each other reach nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from federation.definitions import TypeDef, has, uses
from federation.facts import Facts, selection_in
from federation.merging.graphs import Graphs
from federation.rules.interface_key_missing_implementation_type import resolvable
from federation.selection import Condition, Selected, Selection
from federation.wrapping import named

ROOTS = ("Query", "Mutation", "Subscription")


@dataclass(frozen=True, slots=True)
class Position:
    """Being at a type in a subgraph."""

    subgraph: str
    type: str
    provided: Selection = ()


Positions = tuple[Position, ...]
State = tuple[str, Position]
"""The object's type in the supergraph, and a position where it is known."""


@dataclass(slots=True)
class Reach:
    """Answers where one can go; remembers its answers."""

    graphs: Graphs
    types: Mapping[str, TypeDef]
    """The supergraph's types."""
    labels_on: bool = False
    """Which side of every labelled @override resolves."""
    facts: Mapping[str, Facts] = field(default_factory=dict)
    possible: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The object types of every composite type of the supergraph."""
    entered: Mapping[str, tuple[tuple[Facts, Selection], ...]] = field(default_factory=dict)
    """By type, the subgraphs that enter it by key, once for each key."""
    _found: dict[State, list[Position]] = field(default_factory=dict)
    _settled: set[State] = field(default_factory=set)
    _active: list[State] = field(default_factory=list)
    _passed: set[State] = field(default_factory=set)
    _cut: bool = False

    def closure(self, type_name: str, start: Position) -> list[Position]:
        """Every position where the same object is known, the start first."""
        state = (type_name, start)
        if state in self._settled:
            return self._found[state]
        if state in self._active or state in self._passed:
            self._cut = self._cut or (state in self._active and state != self._active[-1])
            return self._found[state]
        if self._active:
            return self._explored(state)
        while True:
            before = sum(map(len, self._found.values()))
            self._cut = False
            self._explored(state)
            if not self._cut or before == sum(map(len, self._found.values())):
                break
            self._passed.clear()
        self._settled |= self._passed
        self._passed.clear()
        return self._found[state]

    def _explored(self, state: State) -> list[Position]:
        found = self._found.setdefault(state, [state[1]])
        self._active.append(state)
        grown = True
        while grown:
            fresh = [position for position in self._next(state[0], found) if position not in found]
            found += dict.fromkeys(fresh)
            grown = bool(fresh)
        self._active.pop()
        self._passed.add(state)
        return found

    def _next(self, type_name: str, found: list[Position]) -> Iterator[Position]:
        if type_name in ROOTS:
            yield from (Position(facts.name, type_name) for facts, _ in self.graphs.defining(type_name))
            return
        known = {(position.subgraph, position.type) for position in found}
        for target in self._enterable(type_name):
            for facts, key in self.entered.get(target, ()):
                if (facts.name, target) in known:
                    continue
                if any(self.satisfied(type_name, (position,), key) for position in found):
                    yield from self._landed(type_name, Position(facts.name, target))

    def _enterable(self, type_name: str) -> tuple[str, ...]:
        one = self.types.get(type_name)
        return (type_name, *one.interfaces) if one and one.kind == "OBJECT" else (type_name,)

    def _landed(self, type_name: str, position: Position) -> Positions:
        """Where entering leaves one: at an interface, the object's own type is known at once."""
        facts = self.facts[position.subgraph]
        if position.type == type_name or has(facts.types[position.type], "interfaceObject"):
            return (position,)
        return (position, Position(position.subgraph, type_name)) if type_name in facts.possible(position.type) else ()

    def resolves(self, position: Position, name: str) -> bool:
        """Whether a subgraph resolves a field at a position, @requires aside."""
        facts = self.facts[position.subgraph]
        coordinate = (position.type, name)
        if facts.field(coordinate) is None:
            return False
        moved = self.graphs.override(coordinate)
        labelled = position.subgraph in moved.labels
        if position.subgraph in moved.used | moved.unused and (self.labels_on or not labelled):
            return False
        if labelled and position.subgraph in moved.target and not self.labels_on:
            return False
        return not facts.external(coordinate) or any(one.name == name for one in fields_of(position.provided))

    def direct(self, type_name: str, position: Position, name: str) -> Positions:
        """Where a field leads from a position without leaving the subgraph; empty when it does not resolve it."""
        if not self.resolves(position, name):
            return ()
        item = self.facts[position.subgraph].types[position.type].fields[name]
        for requires in uses(item, "requires"):
            if not self.satisfied(type_name, (position,), selection_in(requires)):
                return ()
        below = tuple(sub for one in fields_of(position.provided) if one.name == name for sub in one.below)
        provides = tuple(one for use in uses(item, "provides") for one in selection_in(use))
        return (Position(position.subgraph, named(item.type), tuple(dict.fromkeys((*provides, *below)))),)

    def advance(self, type_name: str, starts: Iterable[Position], name: str) -> Positions:
        """Where a field leads from any of several positions of an object, through keys too."""
        found: dict[Position, None] = {}
        for start in starts:
            for position in self.closure(type_name, start):
                found |= dict.fromkeys(self.direct(type_name, position, name))
        return tuple(found)

    def downcast(self, starts: Iterable[Position], type_name: str) -> Positions:
        """The positions at which an object of an abstract type is known to be of one type."""
        found: dict[Position, None] = {}
        for start in starts:
            facts = self.facts[start.subgraph]
            one = facts.types.get(start.type)
            if one is None or type_name not in facts.possible(start.type) or has(one, "interfaceObject"):
                continue
            provided = start.provided if start.type == type_name else narrowed(start.provided, type_name, self.possible)
            found[Position(start.subgraph, type_name, provided)] = None
        return tuple(found)

    def cast(self, abstract: str, starts: Positions, type_name: str) -> Positions:
        """The same, entering other subgraphs by the interface's keys where no position knows the type."""
        direct = self.downcast(starts, type_name)
        if direct or abstract not in self.entered:
            return direct
        return self.downcast([one for start in starts for one in self.closure(abstract, start)], type_name)

    def satisfied(self, type_name: str, starts: Positions, selection: Selection) -> bool:
        """Whether everything selected can be had from the positions."""
        one = self.types.get(type_name)
        if one is None or one.kind != "OBJECT":
            return self._satisfied_abstract(type_name, starts, selection)
        return all(self._had(type_name, starts, item) for item in selection)

    def _had(self, type_name: str, starts: Positions, item: Selected | Condition) -> bool:
        if isinstance(item, Condition):
            applies = not item.type or type_name in self.possible.get(item.type, ())
            return not applies or self.satisfied(type_name, starts, item.below)
        if item.name == "__typename":
            return True
        found = self.advance(type_name, starts, item.name)
        target = self.types[type_name].fields.get(item.name)
        return bool(found) and (not item.below or target is None or self.satisfied(named(target.type), found, item.below))

    def _satisfied_abstract(self, type_name: str, starts: Positions, selection: Selection) -> bool:
        objects = [start for start in starts if has(self.facts[start.subgraph].types[start.type], "interfaceObject")]
        if objects and all(self._had_by_interface_object(type_name, tuple(objects), item) for item in selection):
            return True
        for name in self.possible.get(type_name, ()):
            known = self.cast(type_name, starts, name)
            if known and not self.satisfied(name, known, selection):
                return False
        return True

    def _had_by_interface_object(self, type_name: str, starts: Positions, item: Selected | Condition) -> bool:
        if isinstance(item, Condition):
            return False
        found = self.advance(type_name, starts, item.name)
        target = self.types[type_name].fields.get(item.name)
        return bool(found) and (not item.below or target is None or self.satisfied(named(target.type), found, item.below))


def reach_of(graphs: Graphs, types: Mapping[str, TypeDef], *, labels_on: bool) -> Reach:
    """Prepares the indexes."""
    possible: dict[str, list[str]] = {name: [name] for name, one in types.items() if one.kind == "OBJECT"}
    for one in types.values():
        for interface in one.interfaces if one.kind == "OBJECT" else ():
            possible.setdefault(interface, []).append(one.name)
        if one.kind == "UNION":
            possible[one.name] = list(one.members)
    entered: dict[str, list[tuple[Facts, Selection]]] = {}
    for facts in graphs.all:
        for one in facts.types.values():
            for key in uses(one, "key"):
                if resolvable(key):
                    entered.setdefault(one.name, []).append((facts, selection_in(key)))
    return Reach(
        graphs,
        types,
        labels_on,
        facts={facts.name: facts for facts in graphs.all},
        possible={name: tuple(found) for name, found in possible.items()},
        entered={name: tuple(found) for name, found in entered.items()},
    )


def fields_of(selection: Selection) -> Iterator[Selected]:
    """The fields of a selection that no type condition guards."""
    for one in selection:
        if isinstance(one, Selected):
            yield one
        elif not one.type:
            yield from fields_of(one.below)


def narrowed(selection: Selection, type_name: str, possible: Mapping[str, tuple[str, ...]]) -> Selection:
    """What a selection on an abstract type means for one of its types."""
    found: list[Selected | Condition] = []
    for one in selection:
        if isinstance(one, Selected):
            found.append(one)
        elif not one.type or type_name in possible.get(one.type, ()):
            found += narrowed(one.below, type_name, possible)
    return tuple(found)
