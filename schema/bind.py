"""Gives the fields of one executable schema their functions.

What graphql-core calls is bound here directly, without a layer of Strawberry's between: a field that only reads its row
costs one dictionary access. Who may have a field is `schema.guard`'s to say; here its answer is only put behind that guard.
"""

import keyword
import re
from collections.abc import Callable, Mapping
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLScalarType,
    GraphQLSchema,
    get_named_type,
)

from schema.guard import guarded, held
from schema.marks import Levels, mark_of, objects
from schema.rows import TextOf, ValueOf
from schema.scalars import SCALARS

Info = GraphQLResolveInfo[Any]  # as answers receive it: `info.context` is the request's
Answer = Callable[..., Any]  # (source, info, **arguments) -> awaitable row, or async iterator of rows for subscriptions
Answers = Mapping[str, Answer]  # by coordinate: "Citizen.bills"


def bind(core: GraphQLSchema, answers: Answers) -> None:
    """Bind every field: to its answer, to a pair of texts, or to its row. Scalars get their checks."""
    levels = Levels(core)
    for type_ in objects(core):
        for name, field in type_.fields.items():
            bind_field(core, type_, name, answers.get(f"{type_.name}.{name}"))
            field.resolve = held(field.resolve, levels.held(type_, field), get_named_type(field.type).name)
    for scalar in SCALARS.values():
        declared = core.type_map[scalar.name]
        if isinstance(declared, GraphQLScalarType):
            declared.coerce_output_value = scalar.serialize
            declared.coerce_input_value = scalar.parse_value
            declared.coerce_input_literal = scalar.parse_literal


def bind_field(core: GraphQLSchema, type_: GraphQLObjectType, name: str, answer: Answer | None) -> None:
    """Bind one field. A subscription's answer yields rows, and each row is the field's value."""
    field = type_.fields[name]
    for argument, declared in field.args.items():
        declared.out_name = python_name(argument)
    required = mark_of(core, field)
    if answer and type_ is core.subscription_type:
        field.subscribe, field.resolve = guarded(answer, required), event
    else:
        field.resolve = guarded(answer or (TextOf(name) if "lang" in field.args else ValueOf(name)), required)


def bind_cities(core: GraphQLSchema, slugs: Mapping[str, str]) -> None:
    """Let answers receive a city's slug for the name that the client wrote."""
    cities = core.type_map["CityId"]
    if isinstance(cities, GraphQLEnumType):
        for name, value in cities.values.items():
            value.value = slugs[name]
        cities.__dict__.pop("_value_lookup", None)


def python_name(argument: str) -> str:
    """`venueId` -> `venue_id`, `with` -> `with_`: how an argument reaches its answer."""
    name = re.sub(r"(?<=[a-z0-9])[A-Z]", lambda letter: f"_{letter[0]}", argument).lower()
    return f"{name}_" if keyword.iskeyword(name) else name


def event(row: Any, _info: Info, **_arguments: Any) -> Any:
    """Hand on what a subscription yielded."""
    return row
