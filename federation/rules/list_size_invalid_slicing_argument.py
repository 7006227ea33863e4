"""LIST_SIZE_INVALID_SLICING_ARGUMENT: `slicingArguments` names integer arguments of the field."""

from collections.abc import Iterator

from federation.codes import CompositionError, in_subgraph
from federation.facts import Facts
from federation.list_sizes import list_sizes
from federation.wrapping import nullable

CODE = "LIST_SIZE_INVALID_SLICING_ARGUMENT"


def check(facts: Facts) -> Iterator[CompositionError]:
    """An error for every named argument that does not exist or is no integer."""
    for coordinate, item, applied in list_sizes(facts):
        for name in applied.texts("slicingArguments"):
            arg = item.args.get(name)
            if arg is None or nullable(arg.type) != "Int":
                problem = "is not an integer" if arg else "does not exist"
                message = f'"{coordinate}" references "{name}" argument in @listSize(slicingArguments:) that {problem}.'
                yield in_subgraph(facts.name, CODE, message)
