"""INTERFACE_OBJECT_USAGE_ERROR: an @interfaceObject is an entity, and an interface somewhere else."""

from collections.abc import Iterator, Sequence

from federation.codes import CompositionError, in_subgraph
from federation.definitions import TypeDef, has
from federation.facts import Facts

CODE = "INTERFACE_OBJECT_USAGE_ERROR"


def check(facts: Facts) -> Iterator[CompositionError]:
    """An error for every @interfaceObject without a key."""
    for one in facts.types.values():
        if has(one, "interfaceObject") and not has(one, "key"):
            message = (
                "The @interfaceObject directive can only be applied to entity types but type"
                f' "{one.name}" has no @key in this subgraph.'
            )
            yield in_subgraph(facts.name, CODE, message)


def everywhere(name: str, sources: Sequence[tuple[Facts, TypeDef]]) -> list[CompositionError]:
    """The error for a type that is an @interfaceObject in every subgraph."""
    if not all(has(one, "interfaceObject") for _, one in sources):
        return []
    message = f'Type "{name}" is declared with @interfaceObject in all the subgraphs in which it is defined'
    return [CompositionError(CODE, message, tuple(facts.name for facts, _ in sources))]
