"""INVALID_GRAPHQL: default values and the arguments of directives are of the type that they are for.

What else is invalid GraphQL is found by graphql-core (`validity.py`).
"""

from collections.abc import Iterator, Mapping

from graphql import print_ast

from federation.codes import CompositionError, in_subgraph
from federation.definitions import Applied, Argument, TypeDef
from federation.facts import Facts
from federation.values import fits

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
