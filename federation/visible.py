"""What of a type a client sees: everything that is not marked `@inaccessible` and stands in nothing that is."""

from collections.abc import Iterator

from federation.definitions import Argument, Field, TypeDef, has


def visible(one: TypeDef) -> Iterator[tuple[Field | Argument, str]]:
    """Each field, each of its arguments, each input field, with its coordinate: `T.f`, `T.f(a:)`; in document order."""
    if has(one, "inaccessible"):
        return
    for item in one.fields.values():
        if has(item, "inaccessible"):
            continue
        yield item, f"{one.name}.{item.name}"
        for arg in item.args.values():
            if not has(arg, "inaccessible"):
                yield arg, f"{one.name}.{item.name}({arg.name}:)"
    for entry in one.inputs.values():
        if not has(entry, "inaccessible"):
            yield entry, f"{one.name}.{entry.name}"
