"""REQUIRED_INACCESSIBLE: a client sees what it has to give."""

from collections.abc import Iterator, Mapping

from federation.codes import CompositionError
from federation.definitions import TypeDef, has

CODE = "REQUIRED_INACCESSIBLE"


def errors(types: Mapping[str, TypeDef]) -> Iterator[CompositionError]:
    """An error for every hidden argument or input field that is required."""
    for one in types.values():
        if has(one, "inaccessible"):
            continue
        for item in one.fields.values():
            for arg in item.args.values() if not has(item, "inaccessible") else ():
                if arg.required and has(arg, "inaccessible"):
                    where = f'Argument "{one.name}.{item.name}({arg.name}:)"'
                    yield CompositionError(CODE, f"{where} is @inaccessible but is a required argument of its field.")
        for entry in one.inputs.values():
            if entry.required and has(entry, "inaccessible"):
                where = f'Input field "{one.name}.{entry.name}"'
                yield CompositionError(CODE, f"{where} is @inaccessible but is a required input field of its type.")
