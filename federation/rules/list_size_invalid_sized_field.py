"""LIST_SIZE_INVALID_SIZED_FIELD: `sizedFields` names fields of what the field returns."""

from collections.abc import Iterator

from federation.codes import CompositionError, in_subgraph
from federation.facts import Facts
from federation.list_sizes import list_sizes
from federation.wrapping import named

CODE = "LIST_SIZE_INVALID_SIZED_FIELD"


def check(facts: Facts) -> Iterator[CompositionError]:
    """An error for every named field that does not exist."""
    for coordinate, item, applied in list_sizes(facts):
        sized = applied.texts("sizedFields")
        if sized and not facts.composite(item.type):
            message = f'"{coordinate}" has @listSize(sizedFields:) applied, but the output type is not a composite type'
            yield in_subgraph(facts.name, CODE, message)
            continue
        owner = facts.types.get(named(item.type))
        for name in sized:
            if owner and owner.kind != "UNION" and name not in owner.fields:
                message = (
                    f'"{coordinate}" references "{name}" field in @listSize(sizedFields:) argument that does not exist.'
                )
                yield in_subgraph(facts.name, CODE, message)
