"""INVALID_GRAPHQL: default values and the arguments of directives are of the type that they are for.

What else is invalid GraphQL is found by graphql-core (`validity.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from graphql import print_ast

from federation.codes import CompositionError, in_subgraph
from federation.definitions import Applied, Argument, Field, TypeDef
from federation.facts import Facts
from federation.values import fits
from federation.wrapping import is_subtype

if TYPE_CHECKING:
    from federation.merging.graphs import Graphs

CODE = "INVALID_GRAPHQL"
Place = tuple[str, tuple[Applied, ...]]


def check(facts: Facts) -> Iterator[CompositionError]:
    """An error for every value that is not of its type."""
    for one in facts.types.values():
        for message in (*_defaults(one, facts.types), *_applications(one, facts)):
            yield in_subgraph(facts.name, CODE, message)


def _defaults(one: TypeDef, types: Mapping[str, TypeDef]) -> Iterator[str]:
    for field in one.fields.values():
        for arg in field.args.values():
            yield from _default(arg, f"argument {one.name}.{field.name}({arg.name}:)", types)
    for entry in one.inputs.values():
        yield from _default(entry, f"input field {one.name}.{entry.name}", types)


def _default(arg: Argument, where: str, types: Mapping[str, TypeDef]) -> Iterator[str]:
    if arg.default is not None and not fits(arg.default, arg.type, types):
        yield f"Invalid default value (got: {print_ast(arg.default)}) provided for {where} of type {arg.type}."


def _applications(one: TypeDef, facts: Facts) -> Iterator[str]:
    for where, applied in _places(one):
        for use in applied:
            directive = facts.subgraph.directives.get(use.name) or facts.subgraph.redefined.get(use.name)
            for name, value in use.args if directive else ():
                arg = directive.args.get(name) if directive else None
                if arg and not fits(value, arg.type, facts.types):
                    yield (
                        f'Invalid value for "@{use.name}({name}:)" of type "{arg.type}" in application of "@{use.name}"'
                        f' to "{where}".'
                    )


def _places(one: TypeDef) -> Iterator[Place]:
    yield one.name, one.applied
    for field in one.fields.values():
        yield f"{one.name}.{field.name}", field.applied
        yield from ((f"{one.name}.{field.name}({arg.name}:)", arg.applied) for arg in field.args.values())
    yield from ((f"{one.name}.{entry.name}", entry.applied) for entry in one.inputs.values())
    yield from ((f"{one.name}.{value.name}", value.applied) for value in one.values.values())


def merged_errors(graphs: Graphs, types: Mapping[str, TypeDef]) -> Iterator[CompositionError]:
    """An error for every field that, once merged, is not what an interface of its type promises."""
    for one in types.values():
        for interface in one.interfaces:
            above = types.get(interface)
            for promised in above.fields.values() if above else ():
                own = one.fields.get(promised.name)
                for message in _broken_promises(graphs, f"{interface}.{promised.name}", promised, one=one, own=own):
                    yield CompositionError(CODE, message)


def _broken_promises(
    graphs: Graphs, promise: str, promised: Field, *, one: TypeDef, own: Field | None
) -> Iterator[str]:
    if own is None:
        return
    field = f"{one.name}.{own.name}"
    if not is_subtype(own.type, promised.type, graphs.is_subtype):
        yield (
            f"Interface field {promise} expects type {promised.type} but {field} of type {own.type} is not a proper"
            " subtype."
        )
    for name in promised.args:
        if name not in own.args:
            yield f"Interface field argument {promise}({name}:) expected but {field} does not provide it."
    for name, arg in own.args.items():
        if name not in promised.args and arg.required:
            yield f"Field {field} includes required argument {name} that is missing from the Interface field {promise}."
