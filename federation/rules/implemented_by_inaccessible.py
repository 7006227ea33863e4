"""IMPLEMENTED_BY_INACCESSIBLE: what a client sees of an interface, it sees of its types."""

from collections.abc import Iterator, Mapping

from federation.codes import CompositionError
from federation.definitions import Field, TypeDef, has

CODE = "IMPLEMENTED_BY_INACCESSIBLE"


def errors(types: Mapping[str, TypeDef]) -> Iterator[CompositionError]:
    """An error for every hidden field or argument that implements a visible one."""
    for one in types.values():
        for interface in one.interfaces if not has(one, "inaccessible") else ():
            above = types.get(interface)
            if above and not has(above, "inaccessible"):
                for item in above.fields.values():
                    yield from _errors(one, above, item)


def _errors(one: TypeDef, above: TypeDef, item: Field) -> Iterator[CompositionError]:
    own = one.fields.get(item.name)
    if own is None or has(item, "inaccessible"):
        return
    if has(own, "inaccessible"):
        message = (
            f'Field "{one.name}.{item.name}" is @inaccessible but implements the interface field'
            f' "{above.name}.{item.name}", which is in the API schema.'
        )
        yield CompositionError(CODE, message)
        return
    for arg in item.args.values():
        implementing = own.args.get(arg.name)
        if implementing and has(implementing, "inaccessible") and not has(arg, "inaccessible"):
            message = (
                f'Argument "{one.name}.{item.name}({arg.name}:)" is @inaccessible but implements the interface argument'
                f' "{above.name}.{item.name}({arg.name}:)", which is in the API schema.'
            )
            yield CompositionError(CODE, message)
