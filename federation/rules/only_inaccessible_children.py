"""ONLY_INACCESSIBLE_CHILDREN: a type that a client sees has something to see."""

from collections.abc import Iterator, Mapping

from federation.codes import CompositionError
from federation.definitions import TypeDef, has

CODE = "ONLY_INACCESSIBLE_CHILDREN"


def errors(types: Mapping[str, TypeDef]) -> Iterator[CompositionError]:
    """An error for every visible type with hidden parts only."""
    for one in types.values():
        if has(one, "inaccessible"):
            continue
        noun, hidden = _children(one, types)
        if hidden and all(hidden):
            message = f'Type "{one.name}" is in the API schema but all of its {noun} are @inaccessible.'
            yield CompositionError(CODE, message)


def _children(one: TypeDef, types: Mapping[str, TypeDef]) -> tuple[str, list[bool]]:
    match one.kind:
        case "UNION":
            return "members", [name in types and has(types[name], "inaccessible") for name in one.members]
        case "ENUM":
            return "values", [has(value, "inaccessible") for value in one.values.values()]
        case "INPUT_OBJECT":
            return "fields", [has(entry, "inaccessible") for entry in one.inputs.values()]
        case _:
            return "fields", [has(item, "inaccessible") for item in one.fields.values()]
