"""AUTH_REQUIREMENTS_APPLIED_ON_INTERFACE: requirements stand on the types of an interface, which inherits them."""

from collections.abc import Iterator

from federation.codes import CompositionError, in_subgraph
from federation.definitions import Field, TypeDef, has, uses
from federation.facts import Facts

CODE = "AUTH_REQUIREMENTS_APPLIED_ON_INTERFACE"
REQUIREMENTS = ("authenticated", "requiresScopes", "policy")


def check(facts: Facts) -> Iterator[CompositionError]:
    """An error for every requirement on an interface, its fields or an @interfaceObject."""
    for one in facts.types.values():
        as_object = has(one, "interfaceObject")
        if one.kind == "INTERFACE" or as_object:
            noun = "interface object" if as_object else "interface"
            yield from _errors(facts, one, f'{noun} "{one.name}"')
        if one.kind == "INTERFACE":
            for item in one.fields.values():
                yield from _errors(facts, item, f'field "{one.name}.{item.name}"')


def _errors(facts: Facts, element: TypeDef | Field, where: str) -> Iterator[CompositionError]:
    for spec in REQUIREMENTS:
        if uses(element, spec):
            message = (
                f"Invalid use of @{spec} on {where}: @{spec} cannot be applied on interfaces, interface fields and"
                " interface objects"
            )
            yield in_subgraph(facts.name, CODE, message)
