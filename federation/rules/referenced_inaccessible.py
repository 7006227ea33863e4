"""REFERENCED_INACCESSIBLE: what a client sees is not of a type that it does not see."""

from collections.abc import Iterator, Mapping

from federation.codes import CompositionError
from federation.definitions import TypeDef, has
from federation.visible import visible
from federation.wrapping import named

CODE = "REFERENCED_INACCESSIBLE"


def errors(types: Mapping[str, TypeDef]) -> Iterator[CompositionError]:
    """An error for every visible position of a hidden type."""
    hidden = {one.name for one in types.values() if has(one, "inaccessible")}
    for one in types.values():
        for item, coordinate in visible(one):
            if named(item.type) in hidden:
                message = (
                    f'Type "{named(item.type)}" is @inaccessible but is referenced by "{coordinate}", which is in the'
                    " API schema."
                )
                yield CompositionError(CODE, message)
