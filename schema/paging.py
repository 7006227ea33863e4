"""Page info, as Relay has it."""

import strawberry

from schema.scalars import Cursor


@strawberry.type(description="分页信息(Relay 约定)。 Relay page info.")
class PageInfo:
    has_next_page: bool
    has_previous_page: bool
    start_cursor: Cursor | None
    end_cursor: Cursor | None
