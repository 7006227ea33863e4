"""What the clients of a kill run set out to do: bills to pay and places to book, each with a key, a citizen and their token.

Most can be done. One payment in twenty names a wrong amount, and one booking in ten is for a place that another citizen also
wants: those must end in a refusal.
"""

import asyncio
import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp

from sandbox.personas import CROWD
from sandbox.up import Stack

BILLS = """query B($after: Cursor) { me { bills(cities: [DEYANG], first: 50, after: $after) {
  nodes { id state amount { amount } } pageInfo { hasNextPage endCursor } } } }"""
PAY = """mutation P($target: ID!, $amount: Decimal!, $key: IdempotencyKey!) {
  payBill(input: {billId: $target, amount: $amount, returnUrl: "https://m.example.gov.cn/done", idempotencyKey: $key}) {
    bill { id } cashierUrl userErrors { code } idempotency { replayed } } }"""
VENUES = "{ roam(city: CHENGDU) { venues(kind: HOSPITAL) { nodes { id } } } }"
SLOTS = "query S($venue: ID!, $day: Date!) { roam(city: CHENGDU) { slots(venueId: $venue, date: $day) { id } } }"
BOOK = """mutation B($target: ID!, $key: IdempotencyKey!) {
  bookAppointment(input: {slotId: $target, idempotencyKey: $key}) {
    appointment { id } userErrors { code } idempotency { replayed } } }"""
WRONG_AMOUNT, WANTED_TWICE = 0.05, 0.1


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing to do. `field`, `main`: of the payload. `subject`: the citizen's, for the audit. `fit`: can it be done?"""

    key: str
    subject: str
    token: str
    query: str
    variables: dict[str, Any]
    field: str
    main: str
    fit: bool = True

    @property
    def pays(self) -> bool:
        return self.field == "payBill"


async def planned(
    session: aiohttp.ClientSession, url: str, stack: Stack, citizens: int, operations: int, chance: random.Random
) -> list[Operation]:
    """Half payments, half bookings, shuffled."""
    names = [f"{CROWD}{number:04d}" for number in range(citizens)]
    tokens = {name: await asyncio.to_thread(stack.token, name) for name in names}
    payments = await payable(session, url, tokens, operations // 2, chance)
    bookings = await bookable(session, url, tokens, operations - len(payments), chance)
    plan = [*payments, *bookings]
    chance.shuffle(plan)
    return plan


async def payable(
    session: aiohttp.ClientSession, url: str, tokens: dict[str, str], count: int, chance: random.Random
) -> list[Operation]:
    found: list[Operation] = []
    for name, token in tokens.items():
        told = await ask(session, url, token, BILLS, {})
        for bill in told["me"]["bills"]["nodes"]:
            if bill["state"] != "UNPAID" or len(found) == count:
                continue
            fit = chance.random() >= WRONG_AMOUNT
            key = f"pay-{len(found):012d}"
            variables = {"target": bill["id"], "amount": bill["amount"]["amount"] if fit else "0.01", "key": key}
            found.append(Operation(key, name, token, PAY, variables, "payBill", "bill", fit))
    return found


async def bookable(
    session: aiohttp.ClientSession, url: str, tokens: dict[str, str], count: int, chance: random.Random
) -> list[Operation]:
    found: list[Operation] = []
    token = next(iter(tokens.values()))
    venues = (await ask(session, url, token, VENUES, {}))["roam"]["venues"]["nodes"]
    day = datetime.now(UTC)
    while len(found) < count:
        day += timedelta(days=1)
        for venue in venues:
            asked = {"venue": venue["id"], "day": day.date().isoformat()}
            for slot in (await ask(session, url, token, SLOTS, asked))["roam"]["slots"]:
                for _ in range(2 if chance.random() < WANTED_TWICE else 1):
                    name, key = chance.choice(list(tokens)), f"book-{len(found):012d}"
                    variables = {"target": slot["id"], "key": key}
                    found.append(Operation(key, name, tokens[name], BOOK, variables, "bookAppointment", "appointment"))
    return found[:count]


async def ask(session: aiohttp.ClientSession, url: str, token: str, query: str, variables: dict[str, Any]) -> Any:
    """The data of an answer that must have no errors."""
    headers = {"authorization": f"Bearer {token}"}
    async with session.post(f"{url}/graphql", json={"query": query, "variables": variables}, headers=headers) as answer:
        told = await answer.json(content_type=None)
    if told.get("errors"):
        raise RuntimeError(f"the run cannot be prepared: {told['errors']}")
    return told["data"]
