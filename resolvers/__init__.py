"""How the fields of the graph are answered.

An answer is `async (source, info, **arguments) -> row`; `answers.ANSWERS` binds each to the coordinate that `schema/` declares. The way
of a question: `asking` (may this city be asked, with which claims) → `walk`, `lists` or `single` (several cities merged, several
side by side, one alone) → `provenance` (a city's row becomes the graph's) → `connection` (a page with its cursors), `coverage`
and `faults` (what went wrong, told once).
The graphs that all this runs on are built in `graphs`; `federating` keeps up with the cities' own subgraphs.
Rows stay plain mappings of canonical names from the city to the client.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .context import Context, Services
    from .federating import Federating
    from .graphs import Graphs
    from .index import catalogue_index
    from .listing import Listing

_HOMES = {
    "Context": "context",
    "Federating": "federating",
    "Graphs": "graphs",
    "Listing": "listing",
    "Services": "context",
    "catalogue_index": "index",
}

__all__ = ["Context", "Federating", "Graphs", "Listing", "Services", "catalogue_index"]


def __getattr__(name: str) -> object:
    """Imports a public name when it is first asked for: a command that rolls a city back needs no graph."""
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'resolvers' has no attribute {name!r}")
    return getattr(import_module(f"resolvers.{home}"), name)
