"""Arguments that fields take from objects around theirs: `@fromContext`, as the planner and the executor see it.

The nearest object above that sets the context gives the value; it is asked for there, like an input of an entity.  The field
itself is then asked of its subgraph by key, with a variable for the value: objects with other values go into requests
of their own.
"""

from collections.abc import Iterator
from dataclasses import replace

from .draft import View, sent_parts
from .failures import NoPlan
from .graph import Door, Graph
from .join import Contextual
from .plan import Carried
from .selections import Field, SelectionSet


def spoken(field: Field, door: Door | None) -> Field:
    """The field as a subgraph is asked for it: with a variable for each argument that it takes from a context."""
    if door is None or not door.at.contextual:
        return field
    taken = ", ".join(f"{each.argument}: ${variable(field.name, each)}" for each in door.at.contextual)
    written = f"({taken})" if not field.arguments else f"{field.arguments[:-1]}, {taken})"
    return replace(field, arguments=written)


def variable(field: str, contextual: Contextual) -> str:
    """The name of the variable; two underscores begin no name of a client's own."""
    return f"__{field}_{contextual.argument}"


def setters(graph: Graph, view: View, door: Door) -> Iterator[tuple[Contextual, View, SelectionSet]]:
    """For each argument that is taken from a context: the objects that set it, and what to ask of them.

    Nothing where the objects above are not known, because a way is only weighed.  Raises: NoPlan.
    """
    for each in door.at.contextual if view.above is not None else ():
        above = view.above
        while above is not None and not graph.sets(above.type, each.context):
            above = above.above
        if above is None:
            raise NoPlan(f"No object around “{view.type}” sets the context “{each.context}”.")
        yield each, above, graph.field_set((each.selection,), above.type)


def carried(graph: Graph, view: View, field: str, contextual: Contextual, above: View, wanted: SelectionSet) -> Carried:
    """How the value gets to the objects of a view, once it is asked for."""
    return Carried(
        variable=variable(field, contextual),
        type=contextual.type,
        path=above.path,
        parts=sent_parts(graph, above.level, wanted, above.type),
        below=view.path[len(above.path) :],
    )
