"""Hits over catalogue, notices and venues."""

from typing import Annotated

import strawberry

from schema.appointments import Venue
from schema.catalogue import Service
from schema.city import City
from schema.enums import Theme
from schema.notices import Notice
from schema.paging import PageInfo
from schema.provenance import CityCoverage
from schema.scalars import Cursor

SearchHit = Annotated[Service | Notice | Venue, strawberry.union("SearchHit", description="搜索命中。 A search hit.")]


@strawberry.type(description="搜索边。 Search edge.")
class SearchEdge:
    node: SearchHit
    score: float
    highlight: str | None
    cursor: Cursor


@strawberry.type(description="搜索分面。 Search facet.")
class SearchFacet:
    city: City | None
    theme: Theme | None
    count: int


@strawberry.type(description="搜索结果。 Search result.")
class SearchResult:
    edges: list[SearchEdge]
    page_info: PageInfo
    coverage: list[CityCoverage]
    facets: list[SearchFacet]
