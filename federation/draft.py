"""A plan under construction: the only mutable things of planning.  Nothing of it outlives the planner's call.

A *level* is a position in the response, types aside; a *group* is a fetch to be; a *place* is a group's knowledge of
the objects at a level.  Selections of a place come into being when something is asked of it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from .graph import Graph
from .plan import LIST, Ask, Carried, On, Part, Path
from .selections import Field, SelectionSet
from .written import Written


@dataclass(slots=True)
class Draft:
    """Selections under construction, on objects of one level in one group."""

    typename: bool = False
    asked: "dict[str, Asked]" = field(default_factory=dict)
    fragments: "dict[str, Draft]" = field(default_factory=dict)

    def ask(self, key: str, asked: Field) -> "Asked":
        """The field under this data key, once."""
        found = self.asked.get(key)
        if found is None:
            found = self.asked[key] = Asked(asked)
        return found

    def on(self, type_name: str, *, typename: bool = False) -> "Draft":
        """The fragment on a type, once."""
        found = self.fragments.get(type_name)
        if found is None:
            found = self.fragments[type_name] = Draft(typename)
        return found

    def empty(self) -> bool:
        """Whether nothing is asked."""
        return not self.typename and not self.asked and all(each.empty() for each in self.fragments.values())

    def finished(self, above: frozenset[Part] = frozenset()) -> tuple[Part, ...]:
        """As a value, `__typename` first, without the leaves that are asked of every type `above`."""
        own = [each.finished(key) for key, each in self.asked.items()]
        parts: list[Part] = [Ask("__typename", "__typename")] if self.typename else []
        parts += [each for each in own if each not in above]
        below = above | {each for each in own if not each.parts}
        for name, each in self.fragments.items():
            if inner := each.finished(below):
                parts.append(On(name, inner))
        return tuple(parts)

    def variables(self) -> Iterator[str]:
        """Every variable named in it."""
        for each in self.asked.values():
            yield from each.field.variables
            if each.inner:
                yield from each.inner.variables()
        for inner in self.fragments.values():
            yield from inner.variables()


@dataclass(slots=True)
class Asked:
    """A field under construction."""

    field: Field
    inner: Draft | None = None

    def open(self, *, typename: bool) -> Draft:
        """What is asked of its value."""
        if self.inner is None:
            self.inner = Draft(typename)
        return self.inner

    def finished(self, key: str) -> Ask:
        parts: tuple[Part, ...] = ()
        if self.inner is not None:
            parts = self.inner.finished() or (Ask("__typename", "__typename"),)
        return Ask(key, self.field.name, self.field.arguments, parts)


@dataclass(slots=True, eq=False)
class Sent:
    """A representation under construction: what is sent of objects of one type."""

    type: str | None
    sent_as: str
    keys: list[Part] = field(default_factory=list)
    more: list[Part] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Group:
    """A fetch to be."""

    graph: str
    path: Path
    entities: bool
    number: int = 0
    """In the order of making: sets of groups are walked in it."""
    root: Draft = field(default_factory=Draft)
    after: "set[Group]" = field(default_factory=set)
    """The groups whose answers it needs."""
    sent: dict[tuple[str | None, str], Sent] = field(default_factory=dict)
    taken_at: Path | None = None
    """Where the objects are that take arguments from a context, types told; None for a group that takes none."""
    carried: dict[str, Carried] = field(default_factory=dict)
    """By variable."""

    def sent_of(self, type_name: str | None, sent_as: str) -> Sent:
        """The representation of objects of a type, once."""
        found = self.sent.get((type_name, sent_as))
        if found is None:
            found = self.sent[type_name, sent_as] = Sent(type_name, sent_as)
        return found

    def needs(self, other: "Group") -> bool:
        """Whether it comes after the other, directly or not."""
        seen: set[Group] = set()
        ahead = list(self.after)
        while ahead:
            each = ahead.pop()
            if each is other:
                return True
            if each not in seen:
                seen.add(each)
                ahead.extend(each.after)
        return False


class Level:
    """A position in the response: the names taken in its objects, and the groups that enter there."""

    __slots__ = ("_children", "_internal", "_written", "cost", "dry", "groups", "origin", "path")

    def __init__(self, path: Path, written: Written | None, *, dry: bool) -> None:
        self.path, self.dry, self._written = path, dry, written
        self.origin: object = self
        self.groups: dict[str, list[Group]] = {}
        self.cost = 0
        self._internal: dict[tuple[str, str], str] = {}
        self._children: dict[str, Level] = {}

    def fork(self) -> "Level":
        """A copy to try something on."""
        copy = Level(self.path, None, dry=True)
        copy.origin = self.origin
        copy.groups = {graph: list(groups) for graph, groups in self.groups.items()}
        return copy

    def child(self, key: str, depth: int) -> "Level":
        """The level of a field's values, `depth` lists down."""
        found = self._children.get(key)
        if found is None:
            written = self._written.inner(key) if self._written else None
            found = Level((*self.path, key, *(LIST,) * depth), written, dry=self.dry)
            self._children[key] = found
        return found

    def key_of(self, wanted: Field, *, internal: bool) -> str:
        """The data key of a field.  What we fetch for ourselves gets out of the way of the client's names."""
        if not internal or self.dry:
            return wanted.key
        key = self._internal.get(wanted.signature)
        if key is None:
            key = wanted.name
            if not self._free(key, wanted.signature):
                key = f"_{len(self._internal)}_{wanted.name}"
            self._internal[wanted.signature] = key
        return key

    def _free(self, key: str, signature: tuple[str, str]) -> bool:
        allowed = self._written is None or self._written.allows(key, signature)
        return allowed and key not in self._internal.values()


Spot: TypeAlias = tuple[str, str, SelectionSet | None]
"""A subgraph, the type it knows the objects as, and what was promised of them by `@provides`."""


@dataclass(slots=True, eq=False)
class Place:
    """A group's knowledge of the objects at a level: as which type it knows them, and where to ask more of them."""

    graph: str
    type: str
    provided: SelectionSet | None
    group: Group
    _draft: Draft | None = None
    _parent: "Place | None" = None
    _asked: Field | None = None
    _key: str = ""
    _typename: bool = False

    @property
    def spot(self) -> "Spot":
        """What decides which fields it has."""
        return self.graph, self.type, self.provided

    @property
    def opened(self) -> bool:
        """Whether something was asked of it."""
        return self._draft is not None

    def draft(self) -> Draft:
        """Its selections, brought into being with those above them."""
        if self._draft is None:
            parent = self._parent.draft() if self._parent else Draft()
            if self._asked is not None:
                self._draft = parent.ask(self._key, self._asked).open(typename=self._typename)
            else:
                self._draft = parent.on(self.type)
        return self._draft

    def narrowed(self, type_name: str) -> "Place":
        """The same objects where they are of this type."""
        if self.type == type_name:
            return self
        return Place(self.graph, type_name, self.provided, self.group, _parent=self)

    def inside(
        self, asked: Field, key: str, *, type_name: str, provided: SelectionSet | None, typename: bool
    ) -> "Place":
        """The values of one of its fields."""
        return Place(
            self.graph, type_name, provided, self.group, _parent=self, _asked=asked, _key=key, _typename=typename
        )


@dataclass(slots=True)
class View:
    """The objects at a level that are of one type, and everywhere they are known."""

    level: Level
    type: str
    path: Path
    """The level's path, with the types on the way."""
    places: list[Place]
    reach: "tuple[Spot, ...]" = ()
    """Everywhere the objects could have been had from; kept only where unions are uneven."""
    above: "View | None" = None
    """The objects of which these are a field's values; None at the root, and where something is only tried out."""

    def fork(self) -> "View":
        """A copy to try something on."""
        return View(self.level.fork(), self.type, self.path, list(self.places), self.reach, self.above)


def sent_parts(graph: Graph, level: Level, selections: SelectionSet, type_name: str) -> tuple[Part, ...]:
    """A field set as a representation reads it from the data."""
    parts = [_sent_part(graph, level, field) for field in selections.fields(type_name).values()]
    if graph.is_abstract(type_name):
        common = {part.key for part in parts if isinstance(part, Ask)}
        for name in sorted(graph.possible(type_name)) if selections.narrows() else ():
            inner = [
                _sent_part(graph, level, each) for key, each in selections.fields(name).items() if key not in common
            ]
            parts += [On(name, tuple(inner))] if inner else []
    return tuple(parts)


def _sent_part(graph: Graph, level: Level, asked: Field) -> Part:
    key = level.key_of(asked, internal=True)
    inner: tuple[Part, ...] = ()
    if asked.selections is not None:
        below = level.child(key, asked.type.count("["))
        inner = sent_parts(graph, below, asked.selections, asked.selections.type)
        if graph.is_abstract(asked.selections.type):
            inner = (Ask("__typename", "__typename"), *inner)
    return Ask(key, asked.name, asked.arguments, inner)
