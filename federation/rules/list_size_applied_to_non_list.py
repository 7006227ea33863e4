"""LIST_SIZE_APPLIED_TO_NON_LIST: only lists have a size."""

from collections.abc import Iterator

from federation.codes import CompositionError, in_subgraph
from federation.facts import Facts
from federation.list_sizes import list_sizes
from federation.wrapping import is_list, named

CODE = "LIST_SIZE_APPLIED_TO_NON_LIST"


def check(facts: Facts) -> Iterator[CompositionError]:
    """An error for every field, or field that `sizedFields` names, that is no list."""
    for coordinate, item, applied in list_sizes(facts):
        sized = applied.texts("sizedFields")
        if not sized and not is_list(item.type):
            yield in_subgraph(facts.name, CODE, f'"{coordinate}" is not a list')
        for name in sized:
            found = facts.field((named(item.type), name))
            if found and not is_list(found.type):
                message = (
                    f'"{coordinate}" references "{name}" field in @listSize(sizedFields:) argument that is not a list.'
                )
                yield in_subgraph(facts.name, CODE, message)
