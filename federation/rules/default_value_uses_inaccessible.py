"""DEFAULT_VALUE_USES_INACCESSIBLE: a default that a client sees says nothing that it does not see."""

from collections.abc import Iterator, Mapping

from graphql.language import EnumValueNode, ListValueNode, ObjectValueNode, ValueNode

from federation.codes import CompositionError
from federation.definitions import Argument, TypeDef, has
from federation.visible import visible
from federation.wrapping import named

CODE = "DEFAULT_VALUE_USES_INACCESSIBLE"


def errors(types: Mapping[str, TypeDef]) -> Iterator[CompositionError]:
    """An error for every hidden enum value or input field in a visible default."""
    for one in types.values():
        for arg, coordinate in visible(one):
            if isinstance(arg, Argument) and arg.default is not None:
                for noun, hidden in _hidden(arg.default, named(arg.type), types):
                    message = (
                        f'{noun} "{hidden}" is @inaccessible but is used in the default value of "{coordinate}", which'
                        " is in the API schema."
                    )
                    yield CompositionError(CODE, message)


def _hidden(value: ValueNode, type_name: str, types: Mapping[str, TypeDef]) -> Iterator[tuple[str, str]]:
    one = types.get(type_name)
    match value:
        case ListValueNode():
            for inner in value.values:
                yield from _hidden(inner, type_name, types)
        case EnumValueNode() if one and value.value in one.values:
            if has(one.values[value.value], "inaccessible"):
                yield "Enum value", f"{type_name}.{value.value}"
        case ObjectValueNode() if one:
            for given in value.fields:
                entry = one.inputs.get(given.name.value)
                if entry and has(entry, "inaccessible"):
                    yield "Input field", f"{type_name}.{entry.name}"
                elif entry:
                    yield from _hidden(given.value, named(entry.type), types)
        case _:
            return
