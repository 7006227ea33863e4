"""A mutation happens once per key; how it ended is told again, and what may have happened is never tried again."""

from typing import Any

import pytest

from channels.failures import failure
from resolvers.context import Context
from resolvers.writing.once import Done, End, ended, once, refused
from roaming import Denial
from schema.codes import ErrorCode
from storage import Database
from tests.resolvers.simulator import citizen, request, services

KEY = "key-0000000000001"


class Act:
    """Something done, told by `ends` one after the other; `numbers` are the request numbers it was given."""

    def __init__(self, context: Context, *ends: Any) -> None:
        self.context, self.ends, self.numbers = context, list(ends), list[str]()

    async def __call__(self, number: str) -> End:
        self.numbers.append(number)
        end = self.ends.pop(0)
        if isinstance(end, Exception):
            raise end
        return end if isinstance(end, Done) else ended(self.context, self.context.channel("deyang"), end)

    async def asked(self, **given: Any) -> dict[str, Any]:
        return await once(self.context, "payBill", "bill", {"idempotencyKey": KEY, **given}, self)


async def test_what_was_done_is_told_again_and_not_done_again(database: Database) -> None:
    act = Act(request(services(database, {}), citizen()), Done({"bill": {"id": "b"}}))
    first, again = await act.asked(billId="b"), await act.asked(billId="b")
    assert first == {"bill": {"id": "b"}, "userErrors": [], "idempotency": {"key": KEY, "replayed": False}}
    assert again == first | {"idempotency": {"key": KEY, "replayed": True}}
    assert len(act.numbers) == 1


async def test_another_input_under_the_same_key_is_a_mismatch(database: Database) -> None:
    act = Act(request(services(database, {}), citizen()), Done({}))
    await act.asked(billId="b")
    other = await act.asked(billId="c")
    assert [error["code"] for error in other["userErrors"]] == ["IDEMPOTENCY_MISMATCH"]


@pytest.mark.parametrize(
    "end",
    [Denial(ErrorCode.NO_AGREEMENT), failure(ErrorCode.BACKEND_UNREACHABLE), failure(ErrorCode.CONFLICT, user=True)],
    ids=["denied", "not sent", "refused by the city"],
)
async def test_what_surely_did_not_happen_frees_the_key(database: Database, end: Any) -> None:
    """The citizen mends it, or the city comes back, and the same request goes through under the same number."""
    act = Act(request(services(database, {}), citizen()), end, Done({"bill": {"id": "b"}}))
    await act.asked()
    assert (await act.asked())["bill"] == {"id": "b"}
    assert act.numbers[0] == act.numbers[1]


@pytest.mark.parametrize(
    "end", [failure(ErrorCode.OUTCOME_UNKNOWN), RuntimeError("a bug")], ids=["no answer", "a fault of ours"]
)
async def test_what_may_have_happened_is_never_tried_again(database: Database, end: Any) -> None:
    """Sent once and never answered: the same key says so for a day."""
    act = Act(request(services(database, {}), citizen()), end)
    if isinstance(end, Exception):
        with pytest.raises(RuntimeError):
            await act.asked()
    else:
        await act.asked()
    again = await act.asked()
    assert again["bill"].extensions == {"code": "OUTCOME_UNKNOWN"}
    assert len(act.numbers) == 1


async def test_two_citizens_with_one_key_are_two_requests(database: Database) -> None:
    """Keys belong to their citizen; so do the numbers that a city sees."""
    held = services(database, {})
    mine = Act(request(held, citizen(subject="me")), Done({}))
    yours = Act(request(held, citizen(subject="you")), Done({}))
    await mine.asked()
    assert (await yours.asked())["idempotency"]["replayed"] is False
    assert mine.numbers != yours.numbers
    assert len(mine.numbers[0]) == 32


async def test_the_store_shows_nothing_of_what_was_done(database: Database) -> None:
    """A result holds names, amounts and addresses; the file does not."""
    act = Act(request(services(database, {}), citizen()), Done({"bill": {"payee": "市自来水公司"}}))
    await act.asked(patientName="测试")
    held = str([dict(row) for row in await database.rows("SELECT * FROM journal")])
    assert "自来水" not in held
    assert "测试" not in held
    assert "somebody" not in held


def test_a_refusal_of_our_own_names_the_input_field() -> None:
    """The client shows it beside the field."""
    end = refused(ErrorCode.INVALID_INPUT, "不对。", "Wrong.", ["amount"])
    assert (end.errors[0]["field"], end.errors[0]["message"]) == (["input", "amount"], {"zh": "不对。", "en": "Wrong."})
