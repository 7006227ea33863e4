"""How the fields of the graph are answered.

An answer is `async (source, info, **arguments) -> row`; `ANSWERS` binds each to the coordinate that `schema/` declares. The way
of a question: `asking` (may this city be asked, with which claims) → `walk`, `lists` or `single` (several cities merged, several
side by side, one alone) → `provenance` (a city's row becomes the graph's) → `connection` (a page with its cursors), `coverage`
and `faults` (what went wrong, told once).
Rows stay plain mappings of canonical names from the city to the client.
"""

from .answers import ANSWERS, SUBGRAPH_ANSWERS
from .context import Context, Services
from .index import catalogue_index
from .listing import Listing
from .local import local_answers

__all__ = ["ANSWERS", "SUBGRAPH_ANSWERS", "Context", "Listing", "Services", "catalogue_index", "local_answers"]
