"""Paying from abroad: only what is shared, and exactly the amount that was meant."""

from decimal import Decimal
from types import SimpleNamespace
from typing import Any, cast

import pytest

from resolvers.context import Info
from resolvers.fields.paying import pay_bill
from resolvers.ids import seal_id
from tests.resolvers.simulator import City, citizen, request, services, store

GAS = {"id": "g", "kind": "GAS", "state": "UNPAID", "amount": {"amount": "12.34", "currency": "CNY"}}


async def paid(amount: str, *, home: str, city: str = "deyang") -> tuple[list[str], list[str]]:
    """The codes of the user errors, and what the city was asked."""
    async with store() as database:
        held = services(database, {"deyang": City([GAS])})
        context = request(held, citizen(home))
        given = {
            "billId": seal_id(held.sealer, "Bill", city, "g"),
            "amount": Decimal(amount),
            "returnUrl": "https://x.cn",
        }
        row: dict[str, Any] = await pay_bill(
            None,
            cast("Info", SimpleNamespace(context=context)),
            {**given, "idempotencyKey": "key-000000000001"},
        )
        asked = [ask.operation for _, ask in held.connections.asked]  # type: ignore[attr-defined]
        return [error["code"] for error in row["userErrors"]], asked


async def test_a_bill_of_a_kind_that_is_not_shared_is_not_paid_from_abroad() -> None:
    """Deyang shares the payment of water with Mianyang's citizens; a gas bill's id opens no door beside it."""
    codes, asked = await paid("12.34", home="510700")
    assert codes == ["NOT_FOUND"]
    assert asked == ["bills.list"]


@pytest.mark.parametrize("amount", ["0", "-1", "12.345"])
async def test_an_amount_that_nobody_can_pay_is_refused_and_never_rounded(amount: str) -> None:
    """12.345 must not become 12.34, which would be somebody's bill."""
    assert await paid(amount, home="510600") == (["INVALID_INPUT"], [])


async def test_a_bill_of_a_city_that_has_left_the_graph_is_not_found() -> None:
    """An old id is no fault of ours."""
    assert await paid("1.00", home="510600", city="atlantis") == (["NOT_FOUND"], [])
