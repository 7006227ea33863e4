"""Where a query can go: from a position in one subgraph to the fields of the same object in others.

Entities are entered by a resolvable key whose fields can be had from where one is.  What can be reached is the
least fixed point of that rule, so keys that need each other reach nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from federation.definitions import Applied, TypeDef, has, uses
from federation.facts import Facts, selection_in
from federation.merging.graphs import Graphs
from federation.position import Position, Positions
from federation.rules.interface_key_missing_implementation_type import resolvable
from federation.selection import Condition, Selected, Selection, canonical, fields_of, narrowed
from federation.wrapping import named

ROOTS = ("Query", "Mutation", "Subscription")
MAX_ENTERING = 3
"""How many entries deep a key is looked for: to enter A, enter B, enter C."""
MAX_LOOKED_FOR = 20_000
"""How many times it is looked for at all; real supergraphs need a few hundred."""
MAX_REQUIREMENTS = 500_000
"""How many times a requirement is looked for; a supergraph of 2 000 types needs some thousand."""

Excluded = frozenset[str]
"""Subgraphs that are being entered: what a key needs is not fetched from where the key leads."""
State = tuple[str, Position, Excluded]
"""The object's type in the supergraph, a position where it is known, and where one cannot go."""
Key = tuple[Facts, Selection, str]
"""A subgraph that a type is entered by, the key, and a text that is equal for keys that ask for the same."""
NOWHERE: Excluded = frozenset()


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
    entered: Mapping[str, tuple[Key, ...]] = field(default_factory=dict)
    """By type, the subgraphs that enter it by key, once for each key."""
    _found: dict[State, dict[Position, frozenset[str]]] = field(default_factory=dict)
    """By state, the positions and the keys used on the way to each."""
    _settled: set[State] = field(default_factory=set)
    _active: list[State] = field(default_factory=list)
    _passed: set[State] = field(default_factory=set)
    _cut: bool = False
    _looked_for: int = 0
    _requiring: list[tuple[Position, str]] = field(default_factory=list)
    """Fields whose requirements are being looked for; one that needs itself cannot be had."""
    _looped: bool = False
    _required_at: set[tuple[str, Position, str]] = field(default_factory=set)
    """Fields whose requirements were found; what can be had once can be had always."""
    _tries: int = 0

    def closure(self, type_name: str, start: Position, excluded: Excluded = NOWHERE) -> tuple[Position, ...]:
        """Every position where the same object is known, the start first."""
        state = (type_name, start, excluded)
        if state not in self._found and excluded and not self._may_look(excluded):
            return (start,)
        if state not in self._settled:
            if state in self._active or state in self._passed:
                self._cut = self._cut or state in self._active
            elif self._active:
                self._explore(state)
            else:
                self._settle(state)
        return tuple(self._found[state])

    def _may_look(self, excluded: Excluded) -> bool:
        self._looked_for += 1
        return len(excluded) <= MAX_ENTERING and self._looked_for <= MAX_LOOKED_FOR

    def _settle(self, state: State) -> None:
        """Explores until nothing grows: answers that needed themselves were cut short at first."""
        while True:
            before = sum(map(len, self._found.values()))
            self._cut = False
            self._passed.clear()
            self._explore(state)
            if not self._cut or before == sum(map(len, self._found.values())):
                break
        if not (self._requiring and self._looped):  # else the answer holds only while that field is looked for
            self._settled |= self._passed
        self._passed.clear()

    def _explore(self, state: State) -> None:
        found = self._found.setdefault(state, {state[1]: frozenset()})
        self._active.append(state)
        grown = True
        while grown:
            before = len(found)
            for position, via in list(self._next(state, found)):
                found.setdefault(position, via)
            grown = len(found) > before
        self._active.pop()
        self._passed.add(state)

    def _next(
        self, state: State, found: Mapping[Position, frozenset[str]]
    ) -> Iterator[tuple[Position, frozenset[str]]]:
        type_name, _, excluded = state
        if type_name in ROOTS:
            for facts, _ in self.graphs.defining(type_name):
                yield Position(facts.name, type_name), frozenset()
            return
        known = {(position.subgraph, position.type) for position in found}
        for target in self._enterable(type_name):
            for key in self.entered.get(target, ()):
                facts = key[0]
                if (facts.name, target) in known or facts.name in excluded:
                    continue
                via = self._by(type_name, found, key, excluded | {facts.name})
                if via is not None:
                    known.add((facts.name, target))
                    yield from ((one, via) for one in self._landed(type_name, Position(facts.name, target)))

    def _by(
        self, type_name: str, found: Mapping[Position, frozenset[str]], key: Key, excluded: Excluded
    ) -> frozenset[str] | None:
        """The keys used when a key can be had; None when it cannot.  A key does not help to get itself."""
        _, selection, text = key
        used = frozenset((text,))
        for item in selection:
            supplier = next(
                (
                    position
                    for position, via in found.items()
                    if text not in via and self._had(type_name, (position,), item, excluded)
                ),
                None,
            )
            if supplier is None:
                return None
            used |= found[supplier]
        return used

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

    def direct(self, type_name: str, position: Position, name: str, excluded: Excluded = NOWHERE) -> Positions:
        """Where a field leads from a position without leaving the subgraph; empty when it does not resolve it."""
        if not self.resolves(position, name):
            return ()
        item = self.facts[position.subgraph].types[position.type].fields[name]
        if not all(
            self._required(type_name, (position, name), requires, excluded) for requires in uses(item, "requires")
        ):
            return ()
        below = tuple(sub for one in fields_of(position.provided) if one.name == name for sub in one.below)
        provides = tuple(one for use in uses(item, "provides") for one in selection_in(use))
        return (Position(position.subgraph, named(item.type), tuple(dict.fromkeys((*provides, *below)))),)

    def _required(self, type_name: str, needing: tuple[Position, str], requires: Applied, excluded: Excluded) -> bool:
        answer = (type_name, *needing)
        if answer in self._required_at and not excluded:
            return True
        self._tries += 1
        if needing in self._requiring or self._tries > MAX_REQUIREMENTS:
            self._looped = True
            return False
        self._requiring.append(needing)
        satisfied = self.satisfied(type_name, (needing[0],), selection_in(requires), excluded)
        self._requiring.pop()
        self._looped = self._looped and bool(self._requiring)
        if satisfied and not excluded:
            self._required_at.add(answer)
        return satisfied

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
            if one is None or type_name not in facts.possible(start.type) or self.is_interface_object(start):
                continue
            provided = start.provided if start.type == type_name else narrowed(start.provided, type_name, self.possible)
            found[Position(start.subgraph, type_name, provided)] = None
        return tuple(found)

    def cast(self, abstract: str, starts: Positions, type_name: str, excluded: Excluded = NOWHERE) -> Positions:
        """The same, entering other subgraphs by the interface's keys where no position knows the type."""
        direct = self.downcast(starts, type_name)
        if direct or abstract not in self.entered:
            return direct
        return self.downcast([one for start in starts for one in self.closure(abstract, start, excluded)], type_name)

    def satisfied(self, type_name: str, starts: Positions, selection: Selection, excluded: Excluded = NOWHERE) -> bool:
        """Whether everything selected can be had from where the positions lead."""
        one = self.types.get(type_name)
        if one is None or one.kind != "OBJECT":
            return self._satisfied_abstract(type_name, starts, selection, excluded)
        return all(self._reached(type_name, starts, item, excluded) for item in selection)

    def _reached(self, type_name: str, starts: Positions, item: Selected | Condition, excluded: Excluded) -> bool:
        if self._had(type_name, starts, item, excluded):
            return True
        around = dict.fromkeys(one for start in starts for one in self.closure(type_name, start, excluded))
        return len(around) > len(starts) and self._had(type_name, tuple(around), item, excluded)

    def _had(self, type_name: str, positions: Positions, item: Selected | Condition, excluded: Excluded) -> bool:
        """Whether one selected item can be had at the positions themselves."""
        if isinstance(item, Condition):
            applies = not item.type or type_name in self.possible.get(item.type, ())
            return not applies or all(self._had(type_name, positions, one, excluded) for one in item.below)
        if item.name == "__typename":
            return True
        found = tuple(one for start in positions for one in self.direct(type_name, start, item.name, excluded))
        return bool(found) and self._below(type_name, item, found, excluded)

    def _below(self, type_name: str, item: Selected, found: Positions, excluded: Excluded) -> bool:
        one = self.types.get(type_name)
        target = one.fields.get(item.name) if one else None
        return not item.below or target is None or self.satisfied(named(target.type), found, item.below, excluded)

    def _satisfied_abstract(self, type_name: str, starts: Positions, selection: Selection, excluded: Excluded) -> bool:
        objects = tuple(one for one in starts if self.is_interface_object(one))
        if objects and all(self._had(type_name, objects, item, excluded) for item in selection):
            return True
        for name in self.possible.get(type_name, ()):
            known = self.cast(type_name, starts, name, excluded)
            if known and not self.satisfied(name, known, selection, excluded):
                return False
        return True

    def is_interface_object(self, position: Position) -> bool:
        """Whether a position knows an interface only as an object."""
        one = self.facts[position.subgraph].types.get(position.type)
        return one is not None and has(one, "interfaceObject")


def reach_of(graphs: Graphs, types: Mapping[str, TypeDef], *, labels_on: bool) -> Reach:
    """Prepares the indexes."""
    possible: dict[str, list[str]] = {name: [name] for name, one in types.items() if one.kind == "OBJECT"}
    for one in types.values():
        for interface in one.interfaces if one.kind == "OBJECT" else ():
            possible.setdefault(interface, []).append(one.name)
        if one.kind == "UNION":
            possible[one.name] = list(one.members)
    entered: dict[str, list[Key]] = {}
    for facts in graphs.all:
        for one in facts.types.values():
            for key in uses(one, "key"):
                if resolvable(key):
                    selection = selection_in(key)
                    entered.setdefault(one.name, []).append((facts, selection, canonical(selection)))
    return Reach(
        graphs,
        types,
        labels_on,
        facts={facts.name: facts for facts in graphs.all},
        possible={name: tuple(found) for name, found in possible.items()},
        entered={name: tuple(found) for name, found in entered.items()},
    )
