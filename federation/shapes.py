"""What the objects of a plain answer look like: for every place of the response, which request gives which field.

A shape is made of the client's selection and the plan.  Only what is plain has one: objects of known types, each field
given by exactly one request, representations of leaves.  Whatever else an operation does (abstract types, fields merged
from two answers into one object, introspection) raises `Unshaped`, and the operation stays with the careful tier.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from graphql import GraphQLNonNull, GraphQLOutputType, GraphQLSchema, get_named_type, is_abstract_type, is_leaf_type

from .plan import LIST, Ask, Entities, Fetch, Only, Part, Path, QueryPlan, Representation
from .selections import SelectionSet

MAX_SLOTS = 1_000  # of one operation
MAX_SHAPES = 100  # of one operation: each costs a third of a millisecond to generate, and 6 kB
TYPENAME = "__typename"


class Unshaped(Exception):
    """The operation is not plain."""


@dataclass(slots=True, eq=False)
class Slot:
    """One field of an object."""

    key: str
    output: GraphQLOutputType | None = None
    """Its type; None for a field that only the plan asks for, which the client does not see."""
    shape: "Shape | None" = None
    """Of a composite field, what its objects look like."""
    constant: str | None = None
    """Of `__typename`: its only value."""
    giver: int | None = None
    """The number of the request that gives it."""
    input: bool = False
    """Whether a representation is made of it."""

    @property
    def lists(self) -> int:
        """How many lists its objects lie in."""
        return str(self.output).count("[")

    @property
    def needed(self) -> bool:
        """Whether an object cannot do without it."""
        return self.input or isinstance(self.output, GraphQLNonNull)


@dataclass(slots=True, eq=False)
class Shape:
    """The objects of one type at one place: the client's fields in its order, then those that it does not see."""

    type: str
    slots: dict[str, Slot] = field(default_factory=dict)
    giver: int | None = None
    """The request that its objects come from; the root's come from none."""


@dataclass(frozen=True, slots=True)
class Given:
    """What one request gives: to the root, or to the objects at some paths."""

    number: int
    asked: tuple[Ask, ...]
    shapes: tuple[Shape, ...]
    paths: tuple[Path, ...] = ((),)
    representation: Representation | None = None

    def slot(self, key: str) -> Slot:
        """The slot that a field goes to; the one that the client sees, where it sees only one of several."""
        slots = [shape.slots[key] for shape in self.shapes]
        return next((slot for slot in slots if slot.output is not None), slots[0])

    @property
    def needed(self) -> bool:
        """Whether no object may be left without what this gives."""
        return any(shape.slots[ask.key].needed for shape in self.shapes for ask in self.asked)


@dataclass(frozen=True, slots=True)
class Shaped:
    """An operation's root, and what each of its requests gives."""

    root: Shape
    given: dict[int, tuple[Given, ...]]
    """By the identity of the plan's fetch: one for root fields, one for each of its entities."""


def shaped(schema: GraphQLSchema, plan: QueryPlan, selections: SelectionSet, root: str) -> Shaped:
    """The shape of an operation's answers.  Raises: Unshaped."""
    return _Shaping(schema, selections, root).all(plan.fetches())


class _Shaping:
    def __init__(self, schema: GraphQLSchema, selections: SelectionSet, root: str) -> None:
        self._schema, self._left, self._count = schema, MAX_SLOTS, 0
        self._shapes: list[Shape] = []
        self._root = self._shape(selections, root)

    def all(self, fetches: Sequence[Fetch]) -> Shaped:
        given = {id(fetch): tuple(self._given(fetch)) for fetch in fetches}
        if any(slot.giver is None and slot.constant is None for shape in self._shapes for slot in shape.slots.values()):
            raise Unshaped
        return Shaped(self._root, given)

    def _shape(self, selections: SelectionSet, type_name: str) -> Shape:
        """The client's part of a shape, and of all below it."""
        shape = Shape(type_name)
        self._shapes.append(shape)
        if len(self._shapes) > MAX_SHAPES:
            raise Unshaped
        known: Any = self._schema.type_map[type_name]
        for key, asked in selections.fields(type_name).items():
            self._spend()
            if asked.name == TYPENAME:
                shape.slots[key] = Slot(key, known, constant=type_name)
                continue
            if asked.name.startswith("__"):
                raise Unshaped
            output = known.fields[asked.name].type
            shape.slots[key] = Slot(key, output, self._below(asked.selections, get_named_type(output)))
        return shape

    def _below(self, selections: SelectionSet | None, named: Any) -> Shape | None:
        if is_leaf_type(named):
            return None
        if is_abstract_type(named) or selections is None:
            raise Unshaped
        return self._shape(selections, named.name)

    def _given(self, fetch: Fetch) -> Iterator[Given]:
        if fetch.kind != "query" or fetch.renamed or fetch.path:
            raise Unshaped
        if not fetch.entities:
            yield self._to(fetch.parts, ((),))
        for each in fetch.entities:
            yield self._entities(each)

    def _entities(self, entities: Entities) -> Given:
        if len(entities.representations) != 1 or entities.apart or entities.carried:
            raise Unshaped
        representation = entities.representations[0]
        for path in entities.paths:
            self._read(self._at(path), representation)
        return self._to(entities.parts, entities.paths, representation)

    def _read(self, shape: Shape, representation: Representation) -> None:
        """Marks what a representation is made of."""
        if representation.type not in (None, shape.type) or not representation.keys:
            raise Unshaped
        names = [part.name for part in representation.fields if isinstance(part, Ask)]
        if len(set(names)) < len(names) or TYPENAME in names:
            raise Unshaped
        for part in representation.fields:
            slot = shape.slots.get(part.key) if isinstance(part, Ask) and not part.parts else None
            if slot is None or slot.giver is None or slot.shape is not None or (slot.output and slot.lists):
                raise Unshaped
            slot.input = True

    def _to(
        self, parts: tuple[Part, ...], paths: tuple[Path, ...], representation: Representation | None = None
    ) -> Given:
        self._count += 1
        shapes = tuple(self._at(path) for path in paths)
        asked = tuple({ask.key: ask for ask in _asked(parts, shapes[0].type)}.values())
        if len({shape.type for shape in shapes}) > 1 or (len(shapes) > 1 and any(ask.parts for ask in asked)):
            raise Unshaped
        for shape in shapes:
            self._give(shape, parts, self._count)
        return Given(self._count, asked, shapes, paths, representation)

    def _give(self, shape: Shape, parts: tuple[Part, ...], giver: int) -> None:
        """Notes who gives the fields, down to the leaves; a field that somebody gives already is not plain."""
        for ask in _asked(parts, shape.type):
            slot = shape.slots.get(ask.key)
            if slot is None:
                self._spend()
                slot = shape.slots[ask.key] = Slot(ask.key, constant=shape.type if ask.name == TYPENAME else None)
            if slot.giver not in (None, giver) or bool(ask.parts) != (slot.shape is not None):
                raise Unshaped
            if (ask.name == TYPENAME) != (slot.constant is not None):
                raise Unshaped
            slot.giver = giver
            if slot.shape is not None:
                slot.shape.giver = giver
                self._give(slot.shape, ask.parts, giver)

    def _at(self, path: Path) -> Shape:
        shape = self._root
        for step in path:
            if isinstance(step, Only):
                if shape.type not in step.types:
                    raise Unshaped
            elif step != LIST:
                slot = shape.slots.get(step)
                if slot is None or slot.shape is None:
                    raise Unshaped
                shape = slot.shape
        return shape

    def _spend(self) -> None:
        self._left -= 1
        if self._left < 0:
            raise Unshaped


def _asked(parts: tuple[Part, ...], type_name: str) -> Iterator[Ask]:
    """The fields asked of objects of one type."""
    for part in parts:
        if isinstance(part, Ask):
            yield part
        elif part.type == type_name:
            yield from _asked(part.parts, type_name)
        else:
            raise Unshaped
