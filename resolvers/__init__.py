"""How the fields of the graph are answered.

An answer is `async (source, info, **arguments) -> row`; `answers.ANSWERS` binds each to the coordinate that `schema/` declares. The way
of a question: `asking` (may this city be asked, with which claims) → `walk`, `lists` or `single` (several cities merged, several
side by side, one alone) → `provenance` (a city's row becomes the graph's) → `connection` (a page with its cursors), `coverage`
and `faults` (what went wrong, told once).
The graphs that all this runs on are built in `graphs`; `federating` keeps up with the cities' own subgraphs.
Rows stay plain mappings of canonical names from the city to the client.
"""

from .context import Context, Services
from .federating import Federating
from .graphs import Graphs
from .index import catalogue_index
from .listing import Listing

__all__ = ["Context", "Federating", "Graphs", "Listing", "Services", "catalogue_index"]
