"""Whatever a city sends, its answer is rows or a broken contract: nothing else leaves the channel."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from channels.declared.maintenance import seconds_left
from channels.deployment.snapshot import load
from channels.protocols.compiled import Compiled
from channels.protocols.paging import BadPosition
from channels.protocols.refusals import ContractBroken
from channels.protocols.rowset import make_page
from channels.protocols.transport import Reply
from channels.text.written import Window
from tests.channels.loopback import NOW

LOADED = load(Path("cities"), environment="sandbox", at=date(2026, 11, 21)).snapshot
assert LOADED is not None
OPERATIONS: list[Compiled] = [each for channel in LOADED.channels.values() for each in channel.operations.values()]
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
ANYTHING = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner))
KEYS = st.sampled_from(["id", "total", "list", "rows", "bills", "nodes", "pageInfo", "endCursor", "amount", "dueOn"])
LIKELY = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=6))


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(OPERATIONS), ANYTHING | LIKELY)
def test_any_data_becomes_a_page_or_a_broken_contract(operation: Compiled, data: Any) -> None:
    try:
        page = make_page(operation, data, None, at=NOW)
    except (ContractBroken, BadPosition):
        return
    assert all(row.get("id", "x") for row in page.rows)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(OPERATIONS), st.integers(200, 599), st.binary(max_size=200), st.text(max_size=20))
def test_any_bytes_become_data_a_refusal_or_a_broken_contract(
    operation: Compiled, status: int, body: bytes, content_type: str
) -> None:
    try:
        operation.spoken.unwrap(Reply(status, {"content-type": content_type, "retry-after": content_type}, body))
    except ContractBroken:
        return


def test_maintenance_windows_may_cross_midnight() -> None:
    """The wait told to a citizen is until the window ends."""
    night = (Window.parse("23:00-01:00 Asia/Shanghai"),)
    zone = timezone(timedelta(hours=8))
    at = {hour: datetime(2026, 11, 21, hour, 30, tzinfo=zone) for hour in (0, 1, 22, 23)}
    assert [seconds_left(night, at[hour]) for hour in (22, 23, 0, 1)] == [None, 5400, 1800, None]
