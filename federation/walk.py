"""A plan is walked: what is in a sequence one after the other, what is parallel side by side, and every fetch by the caller."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import assert_never

from .plan import Fetch, Node, Parallel, Sequence, Subscription


async def walk(node: Node, fetch: Callable[[Fetch], Awaitable[None]]) -> None:
    """Walk one node and all below it.  Raises: TypeError: a subscription is not walked, its events are completed one by one."""
    match node:
        case Fetch():
            await fetch(node)
        case Sequence():
            for each in node.nodes:
                await walk(each, fetch)
        case Parallel():
            async with asyncio.TaskGroup() as group:
                for each in node.nodes[1:]:
                    group.create_task(walk(each, fetch))
                await walk(node.nodes[0], fetch)
        case Subscription():
            raise TypeError("A subscription is not walked: its events are completed, one by one.")
        case _:
            assert_never(node)
