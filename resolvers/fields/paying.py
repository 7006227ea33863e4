"""Paying a bill: the city's cashier takes the money, the bill's state is the truth."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from channels.answer import Failure
from channels.deployment.snapshot import Channel
from resolvers.asking.consented import consented
from resolvers.asking.recording import record_refusal
from resolvers.asking.single import find_row
from resolvers.context import Context, Info
from resolvers.faults import told
from resolvers.writing.acting import act
from resolvers.writing.once import Done, End, Refused, ended, no_such, once, refused
from roaming import Denial, Grant, authorize
from schema.codes import ErrorCode

Row = dict[str, Any]
OPERATION, LIST = "bills.pay", "bills.list"


async def pay_bill(_: None, info: Info, input: Mapping[str, Any]) -> Row:  # noqa: A002 - the argument's name in the graph
    context: Context = info.context

    async def pay(number: str) -> End:
        channel, bill = context.locate(input["billId"], "Bill") or (None, "")
        if channel is None:
            return no_such("billId", "账单", "a bill")
        if (amount := input["amount"]) <= 0 or amount != round(amount, 2):
            zh = f"amount 应为正数且至多两位小数,实际为 {amount}。"
            en = f"`amount` must be positive with at most two decimals, found {amount}."
            return refused(ErrorCode.INVALID_INPUT, zh, en, ["amount"])
        if denial := await uncovered(context, channel, bill):
            await record_refusal(context, channel, OPERATION, denial)
            return ended(context, channel, denial, ["input", "billId"])
        return await pay_in(context, channel, bill, input, number)

    return await with_bill(context, await once(context, "payBill", "bill", input, pay), input["billId"])


async def with_bill(context: Context, told: Row, bill_id: str) -> Row:
    """A bill that could not be read when its order was placed is read when the order is told, at every replay if need be."""
    if not told.get("cashierUrl") or told.get("bill"):
        return told
    channel, bill = context.locate(bill_id, "Bill") or (None, "")
    return told | {"bill": await as_ordered(context, channel, bill, "PROCESSING")} if channel else told


async def uncovered(context: Context, channel: Channel, bill: str) -> Denial | Failure | None:
    """Why the bill may not be paid from abroad although some bills may: its kind belongs to a service that is not shared."""
    verdict = authorize(context.snapshot, channel, OPERATION, context.home, context.today)
    given = verdict if isinstance(verdict, Denial) else await consented(context, channel, OPERATION, verdict)
    if isinstance(verdict, Denial) or not isinstance(given, Grant) or verdict.kinds is None:
        return None  # what is denied altogether is told when it is asked
    found = await find_row(context, channel, LIST, "Bill", bill)
    if not isinstance(found, dict):
        return found or Denial(ErrorCode.NOT_FOUND)
    if given.covers(kind := found["kind"]):
        return None
    named = [share for share in verdict.shares if kind in context.snapshot.register[share.service].kinds]
    refusal = await consented(context, channel, OPERATION, replace(verdict, shares=tuple(named)))
    return refusal if named and not isinstance(refusal, Grant) else Denial(ErrorCode.NO_AGREEMENT)


async def pay_in(context: Context, channel: Channel, bill: str, given: Mapping[str, Any], number: str) -> End:
    """Order the payment in the bill's city; read the bill again, which is what the citizen sees."""
    args = {"billId": bill, "amount": f"{given['amount']:.2f}", "returnUrl": given["returnUrl"]}
    order = await act(context, channel, OPERATION, "Payment", args, number=number)
    if isinstance(order, Denial):
        return ended(context, channel, order, ["input", "billId"])
    if isinstance(order, Failure):
        end = ended(context, channel, order, ["input", "amount" if order.code is ErrorCode.CONFLICT else "billId"])
        return await with_present_bill(context, channel, bill, order, end)
    return Done(await ordered(context, channel, args, order))


async def ordered(context: Context, channel: Channel, args: Mapping[str, Any], order: Row) -> Row:
    """The payload's own fields, once the order stands: the bill as the city has it now, and where it is paid."""
    return {
        "bill": await as_ordered(context, channel, args["billId"], order["state"]),
        "cashierUrl": order["cashierUrl"],
    }


async def as_ordered(context: Context, channel: Channel, bill: str, state: str) -> Row | None:
    """The bill as the city has it now; one that it still lists as open is in the order's `state`. None: it cannot be read."""
    now = await find_row(context, channel, LIST, "Bill", bill)
    if not isinstance(now, dict):
        return None
    return now | {"state": state} if now["state"] in ("UNPAID", "OVERDUE") else now


async def with_present_bill(context: Context, channel: Channel, bill: str, why: Failure, end: End) -> End:
    """A refusal that shows the bill as it stands: a changed amount is told with the new one."""
    if not isinstance(end, Refused) or why.code not in (ErrorCode.CONFLICT, ErrorCode.ALREADY_DONE):
        return end
    now = await find_row(context, channel, LIST, "Bill", bill)
    if not isinstance(now, dict):
        return end
    if why.code is ErrorCode.CONFLICT:
        amount = now["amount"]["amount"]
        text = told(why.code)
        text = {"zh": f"{text['zh']}现在的金额是 {amount} 元。", "en": f"{text['en']} The amount is now {amount} yuan."}
        return Refused([end.errors[0] | {"message": text}], {"bill": now})
    return Refused(end.errors, {"bill": now})


ANSWERS = {"Mutation.payBill": pay_bill}
