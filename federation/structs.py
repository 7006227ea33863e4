"""Structs made from shapes: msgspec decodes an answer straight into them and checks every leaf on the way, in C.

Rules: a Struct holds the fields of its shape in the client's order, so that encoding it writes the response.  What its own
request gives is required and typed; what a later request gives is null until then, and nothing else is accepted there.
A value that these types refuse is no error yet: the careful tier decides what it costs.
Attributes are GraphQL names behind `f_`: identifiers, whatever the client calls its fields.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Annotated, Any, Literal, TypeAlias

import msgspec
from graphql import GraphQLEnumType, GraphQLList, GraphQLNonNull

from .leaves import MAX_INT, MIN_INT
from .shapes import Given, Shape, Slot

Annotation: TypeAlias = Any
Assign: TypeAlias = Callable[[list[Any], Any], None]
_Int64: TypeAlias = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]
"""Beyond it the careful tier reads floats."""
_LEAVES: Mapping[str, Annotation] = {
    "String": str,
    "ID": str,
    "Int": Annotated[int, msgspec.Meta(ge=MIN_INT, le=MAX_INT)],
    "Float": float | _Int64,
    "Boolean": bool,
}
_ANYTHING: Annotation = str | bool | float | _Int64  # a custom scalar; one that is a list or an object is not plain
_NO_ERRORS: Annotation = Annotated[list[msgspec.Raw], msgspec.Meta(max_length=0)] | None


def attribute(key: str) -> str:
    """The attribute of a response key."""
    return f"f_{key}"


class Structs:
    """The Structs of one operation, each shape's made once."""

    def __init__(self) -> None:
        self._made: dict[int, type[msgspec.Struct]] = {}

    def __len__(self) -> int:
        return len(self._made)

    def of(self, shape: Shape) -> type[msgspec.Struct]:
        """Objects of a shape, as decoded from the answer that they come from."""
        made = self._made.get(id(shape))
        if made is None:
            fields = [(slot.key, *self._own(slot, shape)) for slot in shape.slots.values()]
            made = self._made[id(shape)] = _struct(fields)
        return made

    def answer(self, given: Given) -> type[msgspec.Struct]:
        """What one object of an answer to root fields, or one entity, brings."""
        slots = [given.slot(ask.key) for ask in given.asked]
        return _struct([(slot.key, self._annotation(slot)) for slot in slots])

    def _own(self, slot: Slot, shape: Shape) -> tuple[Annotation, ...]:
        if slot.constant is not None:
            return Literal[slot.constant], slot.constant
        if slot.giver != shape.giver:
            return None, None
        return (self._annotation(slot),)

    def _annotation(self, slot: Slot) -> Annotation:
        if slot.constant is not None:
            return Literal[slot.constant]
        if slot.output is None:
            return _ANYTHING | None
        return self._typed(slot.output, slot)

    def _typed(self, output: Any, slot: Slot) -> Annotation:
        if isinstance(output, GraphQLNonNull):
            return self._present(output.of_type, slot)
        return self._present(output, slot) | None

    def _present(self, output: Any, slot: Slot) -> Annotation:
        if isinstance(output, GraphQLList):
            return list[self._typed(output.of_type, slot)]  # type: ignore[misc]
        if slot.shape is not None:
            return self.of(slot.shape)
        if isinstance(output, GraphQLEnumType):
            return Literal[tuple(output.values)]
        return _LEAVES.get(output.name, _ANYTHING)


def decoder(data: Annotation) -> msgspec.json.Decoder[Any]:
    """Reads a response without errors: `.data` of the result is of the type given."""
    response = msgspec.defstruct("Response", [("data", data), ("errors", _NO_ERRORS, None)], gc=False)
    return msgspec.json.Decoder(response)


def entities(by_key: Iterable[tuple[str, Annotation]]) -> type[msgspec.Struct]:
    """The data of a request for entities: a list of them under each key."""
    return _struct([(key, list[one]) for key, one in by_key])  # type: ignore[valid-type]


def representation(sent_as: str, names: Iterable[str]) -> type[msgspec.Struct]:
    """Made of the values in order; encoded as an object with its `__typename` first."""
    fields = [(attribute(name), Any) for name in names]
    rename = {attribute(name): name for name in names}
    return msgspec.defstruct("Sent", fields, tag_field="__typename", tag=sent_as, rename=rename, gc=False)


def assigning(keys: Iterable[str]) -> Assign:
    """Puts the fields of an answer into each of some objects."""
    lines = [f" {attribute(key)} = answer.{attribute(key)}" for key in keys]
    inner = [f"  each.{attribute(key)} = {attribute(key)}" for key in keys]
    text = "\n".join(("def assign(targets, answer):", *lines, " for each in targets:", *inner))
    made: dict[str, Assign] = {}
    exec(text, made)  # noqa: S102  only GraphQL names are in it; a loop with setattr costs three times as much
    return made["assign"]


def _struct(fields: list[tuple[Any, ...]]) -> type[msgspec.Struct]:
    named = [(attribute(key), *rest) for key, *rest in fields]
    rename = {attribute(key): key for key, *_ in fields}
    return msgspec.defstruct("Object", named, rename=rename, kw_only=True, gc=False, eq=False)
