"""THE GRAPH. Every type and field is declared here, roots included; nothing is answered here, and there is no I/O.

codes, enums, scalars, directives the vocabulary; `enums` are those of `codes` as Strawberry knows them
declare                           how a field is declared: answered, streamed, bilingual, or read from its row
node … subscriptions              the types, by noun
operations                        the one table of canonical operations
declared, sdl, exported           what the types say, as text, and as read from the text
subgraph                          what Federation adds to them: entities, keys, `_service`, `_entities`
contributed, contributed_subgraph, opened   what cities add: in the graph, as subgraphs, and what of their own SDL enters
rows                              fields that are read from their row, as values
bind, build                       one running Graph: this set's cities, answers, and the cities' own fields
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from schema.build import Graph
    from schema.declared import answered_coordinates

__all__ = ["Graph", "answered_coordinates"]

_HOMES = {"Graph": "build", "answered_coordinates": "declared"}


def __getattr__(name: str) -> object:
    """Imports a public name when it is first asked for: whoever reads an error code needs no graph."""
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'schema' has no attribute {name!r}")
    return getattr(import_module(f"schema.{home}"), name)
