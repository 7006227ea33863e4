"""The store locked or full at every step of a mutation: nothing is sent unwritten, nothing that was sent is forgotten."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from typing import Any

import pytest

from resolvers.context import Context
from resolvers.writing.once import Done, End, once
from roaming.unsettled import Unsettled
from storage import Database
from tests.resolvers.simulator import NOW, citizen, request, services

KEY = "key-0000000000001"
SHORT = timedelta(seconds=10)


@pytest.fixture
async def context(database: Database) -> Context:
    return request(services(database, {}), citizen())


class Act:
    """Sends, once it is written down; `sent` are the request numbers that left."""

    def __init__(self, context: Context, payload: dict[str, Any]) -> None:
        self.context, self.payload, self.sent = context, payload, list[str]()

    async def __call__(self, number: str) -> End:
        journal, who = self.context.services.journal, self.context.citizen or ""
        assert await journal.send(who, number, city="deyang", request="s" * 60_000, at=NOW, lease=SHORT)
        self.sent.append(number)
        return Done(self.payload)

    async def asked(self) -> dict[str, Any]:
        return await once(self.context, "payBill", "bill", {"idempotencyKey": KEY}, self)


def codes(payload: dict[str, Any]) -> list[str]:
    return [payload["bill"].extensions["code"]] if hasattr(payload["bill"], "extensions") else []


@contextmanager
def locked(database: Database) -> Iterator[None]:
    """Another process has the file and does not let go."""
    with closing(sqlite3.connect(database.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


async def limit(database: Database, more_pages: int | None) -> None:
    """No room for more than so many pages beyond what there is; None: room again. SQLite then says that the disk is full."""
    async with database.transaction() as transaction:
        row = await transaction.row("PRAGMA page_count")
        assert row is not None
        most = int(row["page_count"] or 0) + more_pages if more_pages is not None else 1 << 30
        await transaction.row(f"PRAGMA max_page_count = {most}")


async def test_a_store_that_is_locked_refuses_before_anything_is_sent(database: Database, context: Context) -> None:
    """And the same request goes through when it is free again."""
    act = Act(context, {"bill": {"id": "b"}})
    with locked(database):
        assert codes(await act.asked()) == ["STORE_UNAVAILABLE"]
    assert act.sent == []
    assert (await act.asked())["bill"] == {"id": "b"}


async def test_a_store_that_is_full_refuses_before_anything_is_sent(database: Database, context: Context) -> None:
    """The key could be taken, but not what is needed to ask about it later: so it was not sent."""
    act = Act(context, {"bill": {"id": "b"}})
    await limit(database, 2)
    assert codes(await act.asked()) == ["STORE_UNAVAILABLE"]
    assert act.sent == []
    await limit(database, None)


async def test_a_result_that_cannot_be_stored_is_unknown_and_settled_later(
    database: Database, context: Context
) -> None:
    """It was sent and done; the disk filled meanwhile. Nobody is told an end that would not be there tomorrow."""
    act = Act(context, {"bill": {"note": "n" * 200_000}})
    await limit(database, 24)
    assert codes(await act.asked()) == ["OUTCOME_UNKNOWN"]
    assert len(act.sent) == 1
    assert codes(await act.asked()) == ["OUTCOME_UNKNOWN"]
    assert len(act.sent) == 1
    await limit(database, None)
    [entry] = await Unsettled(database, "another worker").take(NOW + SHORT)
    assert (entry.number, entry.city) == (act.sent[0], "deyang")
