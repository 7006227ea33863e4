"""What an operator orders by a form of the console: a city rolled back, pinned, paused or resumed, an agreement suspended.

Whatever is done is written down with name, reason and moment before it takes effect.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from channels.declared.agreements import Suspension
from channels.deployment.operators import Operator
from channels.revisions.history import Activation
from resolvers.operators.controls import Controls, NotPossible
from roaming import suspensions
from storage import Database

LOOKS, LOOK_SECONDS = 60, 0.05


@dataclass(frozen=True, slots=True)
class Order:
    """What is wanted: the word of the action, a city's slug or an agreement's id, why, by whom, and to which revision."""

    action: str
    subject: str
    reason: str
    operator: Operator
    to: str = ""

    @property
    def who(self) -> str:
        """As it stands in the record."""
        return f"{self.operator.name} ({self.operator.subject})"


@dataclass(frozen=True, slots=True)
class Declined:
    """Why nothing was done, in `zh` and `en`."""

    text: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Gateway:
    """The running gateway as an order meets it: its store, its files, the day, and what serves at any moment."""

    database: Database
    root: Path
    today: date
    activations: Callable[[], Mapping[str, Activation]]


async def carry_out(order: Order, gateway: Gateway, now: datetime) -> Declined | None:
    """Do it, or say why not.  Raises: StorageError."""
    if order.action in ("suspend", "unsuspend"):
        return await _flag(order, gateway, now)
    before = gateway.activations()
    try:
        await _operate(order, Controls(gateway.database, gateway.root), now)
    except NotPossible as problem:
        return Declined({"zh": problem.zh, "en": problem.en})
    await _obeyed(gateway, before)
    return None


async def _flag(order: Order, gateway: Gateway, now: datetime) -> Declined | None:
    flag = Suspension(by="gateway", since=gateway.today, reason=order.reason)
    if order.action == "suspend":
        await suspensions.suspend(gateway.database, order.subject, flag, at=now, who=order.who)
        return None
    if await suspensions.resume(gateway.database, order.subject, flag, at=now, who=order.who):
        return None
    return Declined(
        {"zh": "这个标记写在协议文件里,请改文件", "en": "this flag stands in the agreement's file; edit the file"}
    )


async def _operate(order: Order, controls: Controls, now: datetime) -> None:
    words: dict[str, Any] = {"by": order.who, "reason": order.reason, "at": now}
    match order.action:
        case "rollback":
            await controls.rollback(order.subject, order.to or None, **words)
        case "pin":
            await controls.pin(order.subject, order.to or None, **words)
        case "unpin":
            await controls.unpin(order.subject, **words)
        case "pause":
            await controls.pause(order.subject, **words)
        case _:
            await controls.resume(order.subject, **words)


async def _obeyed(gateway: Gateway, before: Mapping[str, Activation]) -> None:
    """Wait a little until the gateway has obeyed, so that the page that follows shows it."""
    for _ in range(LOOKS):
        if gateway.activations() is not before:
            return
        await asyncio.sleep(LOOK_SECONDS)
