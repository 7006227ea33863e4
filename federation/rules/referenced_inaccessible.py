"""REFERENCED_INACCESSIBLE: what a client sees is not of a type that it does not see."""

from collections.abc import Iterator, Mapping

from federation.codes import CompositionError
from federation.definitions import TypeDef, has
from federation.wrapping import named

CODE = "REFERENCED_INACCESSIBLE"


def errors(types: Mapping[str, TypeDef]) -> Iterator[CompositionError]:
    """An error for every visible position of a hidden type."""
    hidden = {one.name for one in types.values() if has(one, "inaccessible")}
    for one in types.values():
        for type_text, coordinate in _visible(one):
            if named(type_text) in hidden:
                message = (
                    f'Type "{named(type_text)}" is @inaccessible but is referenced by "{coordinate}", which is in the'
                    " API schema."
                )
                yield CompositionError(CODE, message)


def _visible(one: TypeDef) -> Iterator[tuple[str, str]]:
    if has(one, "inaccessible"):
        return
    for item in one.fields.values():
        if has(item, "inaccessible"):
            continue
        yield item.type, f"{one.name}.{item.name}"
        for arg in item.args.values():
            if not has(arg, "inaccessible"):
                yield arg.type, f"{one.name}.{item.name}({arg.name}:)"
    for entry in one.inputs.values():
        if not has(entry, "inaccessible"):
            yield entry.type, f"{one.name}.{entry.name}"
