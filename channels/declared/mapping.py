"""`map:` as declared: each canonical field from an expression, a constant, a list or an object made of the same answer.

Shapes only; what the expressions and converters mean is compiled in the room `channels/mapping`.
"""

from typing import Annotated, Any, TypeAlias

from pydantic import BeforeValidator, Discriminator, Field, Tag, model_validator

from channels.declared.strict_model import Model
from channels.text.refusal import refuse
from channels.text.scalars import Expression, JsonValue, String

NOT_GIVEN: Any = object()
"""Stands for "this key was not written", where null is a value."""


def _single(value: object) -> object:
    if isinstance(value, (dict, list, tuple)):
        raise refuse("single", "{…}" if isinstance(value, dict) else "[…]")
    return value


def _some_text(value: object) -> object:
    if value is None:
        raise refuse("text", value)
    return value


EnumValue = Annotated[JsonValue, BeforeValidator(_single)]


class Leaf(Model):
    """One output field from one expression (`from`) or one constant (`value`).  A bare text is `{from: text}`."""

    source: Annotated[Expression | None, BeforeValidator(_some_text)] = Field(default=None, alias="from")
    value: JsonValue = Field(default=NOT_GIVEN)
    converter: String | None = Field(default=None, alias="as")
    format: String | None = None
    enum: dict[String, EnumValue] | None = None
    default: JsonValue = Field(default=NOT_GIVEN)

    @model_validator(mode="after")
    def _one_source(self) -> "Leaf":
        if (self.source is None) == (self.value is NOT_GIVEN):
            raise refuse("no_source" if self.source is None else "two_sources", "")
        return self


class Each(Model):
    """A list of objects: `each` finds the items, `map` maps one of them."""

    each: Expression
    mapping: "FieldMap" = Field(alias="map")


class Nested(Model):
    """An object made of the same answer: `{field: …}` or, where a field is called `from`, `{map: {…}}`."""

    mapping: "FieldMap" = Field(alias="map")


def _entry_kind(value: object) -> str:
    """`<leaf>`, `<each>` or `<nested>`; angle brackets keep the tags apart from keys in an error's path."""
    if isinstance(value, (Leaf, Each, Nested)):
        return f"<{type(value).__name__.lower()}>"
    if not isinstance(value, dict) or "from" in value or "value" in value:
        return "<leaf>"
    if "each" in value:
        return "<each>"
    if "map" in value:
        return "<nested>" if len(value) == 1 else "<each>"
    # A converter, a format or a table goes with a `from` that is missing, or misspelt.
    return "<leaf>" if "as" in value or isinstance(value.get("enum"), dict) else "<object>"


def _leaf(value: object) -> object:
    if isinstance(value, str):
        return {"from": value}
    if isinstance(value, (dict, Leaf)):
        return value
    raise refuse("mapping", "null" if value is None else "[…]")


LeafRule: TypeAlias = Annotated[Leaf, BeforeValidator(_leaf)]
"""A leaf where nothing else may stand: a bare text, or the object."""


def _nested(value: object) -> object:
    return {"map": value}


MapEntry: TypeAlias = Annotated[
    Annotated[LeafRule, Tag("<leaf>")]
    | Annotated[Each, Tag("<each>")]
    | Annotated[Nested, Tag("<nested>")]
    | Annotated[Nested, BeforeValidator(_nested), Tag("<object>")],
    Discriminator(_entry_kind),
]
FieldMap: TypeAlias = dict[String, MapEntry]

Each.model_rebuild()
Nested.model_rebuild()

__all__ = ["NOT_GIVEN", "Each", "FieldMap", "Leaf", "LeafRule", "MapEntry", "Nested"]
