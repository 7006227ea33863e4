"""Anything refetchable by global id. Rows name their own type under `__typename`."""

import strawberry
from strawberry import ID


@strawberry.interface(description="可按全局 id 重取的对象。 Anything refetchable by global id.")
class Node:
    id: ID
