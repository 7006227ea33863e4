"""How the fields of the graph are answered.

An answer is `async (source, info, **arguments) -> row`, in `fields`; `fields.answers.ANSWERS` binds each to the coordinate that
`schema/` declares.  The way of a question, in `asking`: `question` (may this city be asked, with which claims) → `walk`, `lists` or
`single` (several cities merged, several side by side, one alone) → `provenance` (a city's row becomes the graph's) → a page with its
cursors, `coverage` and `faults` (what went wrong, told once).  A write goes by `writing` and, where its end is not known, by
`settling`.  `serving` makes and renews what all this runs on; `operators` see and change it.
Rows stay plain mappings of canonical names from the city to the client.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from resolvers.context import Context, Services
    from resolvers.index import catalogue_index
    from resolvers.listing import Listing
    from resolvers.serving.federating import Federating
    from resolvers.serving.graphs import Graphs

_HOMES = {
    "Context": "context",
    "Federating": "serving.federating",
    "Graphs": "serving.graphs",
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
