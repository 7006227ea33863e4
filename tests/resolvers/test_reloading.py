"""The task that keeps the gateway on its files: what wakes it."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from channels.revisions import history
from resolvers.serving.reloading import Reloading
from storage import Database

NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


async def test_what_operators_did_while_it_started_wakes_it(tmp_path: Path) -> None:
    """A city paused between the reading of the store and the first look would else be asked until the next action."""
    store = tmp_path / "gateway.sqlite"
    async with await Database.open(store, (history.MIGRATIONS,)) as database:
        began = history.standing_in(store).actions
        await history.act(database, "deyang", "pause", revision="", files="", reason="moving", who="li", at=NOON)
        unused = cast("Any", None)
        reloading = Reloading(unused, database, unused, unused, unused, (), {}, began)
        watching = asyncio.create_task(reloading.watch_actions())
        async with asyncio.timeout(5):
            await reloading.wake.wait()
        watching.cancel()


async def test_what_was_done_before_it_began_does_not(tmp_path: Path) -> None:
    store = tmp_path / "gateway.sqlite"
    async with await Database.open(store, (history.MIGRATIONS,)) as database:
        await history.act(database, "deyang", "pause", revision="", files="", reason="moving", who="li", at=NOON)
        unused = cast("Any", None)
        reloading = Reloading(unused, database, unused, unused, unused, (), {}, history.standing_in(store).actions)
        watching = asyncio.create_task(reloading.watch_actions())
        await history.last_action(database)  # its first look was before this one: the store has one reader
        await history.last_action(database)
        assert not reloading.wake.is_set()
        watching.cancel()
