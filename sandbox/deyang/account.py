"""Binding a citizen's pairwise id, and one-time tickets for web services."""

from datetime import datetime
from typing import Any

from sandbox.deyang.door import Arguments, bound_citizen, needed
from sandbox.faults import spoil_rows
from sandbox.pages import issue_ticket
from sandbox.standing import LINKED, SUSPENDED, bind_again
from sandbox.store import Body
from sandbox.world import World, newcomer

BOUND, HELD, CONFLICT = "1", "2", "9"


def bind(world: World, arguments: Arguments) -> dict[str, Any]:
    """`/api/v1/account/bind`: bind `userId` to the account of `mobile`, once per `reqNo`.

    "1": bound (now or before). "2": the account is suspended. "9": the phone's account belongs to another pairwise id.
    """
    user, mobile, number = (needed(arguments, key) for key in ("userId", "mobile", "reqNo"))
    bound = world.store.once("bind", number, [user, mobile], lambda: _bind(world, user, mobile))
    return spoil_rows([bound], lambda row: {**row, "bindFlag": "5"})[0]


def ticket(world: World, arguments: Arguments) -> dict[str, Any]:
    """`/api/v1/account/ticket`: a one-time address for a service, the same one for the same `reqNo`."""
    citizen, number = bound_citizen(world, arguments), needed(arguments, "reqNo")
    service, target = needed(arguments, "matter", longest=64), str(arguments.get("target") or "")
    issued = world.store.once(
        "ticket", number, [citizen, service, target], lambda: _issue(world, citizen, service, target)
    )
    return spoil_rows([issued], lambda row: {**row, "url": None})[0]


def _bind(world: World, user: str, mobile: str) -> Body:
    by_user, by_mobile = world.store.acquaintance(user), world.store.acquaintance(mobile)
    citizen = (by_user or by_mobile or (newcomer(user), None))[0]
    at = world.now().replace(microsecond=0).isoformat()
    other = by_mobile is not None and by_mobile[0] != citizen
    taken = by_user is None and by_mobile is not None and by_mobile[1] is not None
    if other or taken:
        return {"bindFlag": CONFLICT, "bindTime": None}
    told = bind_again(world.store, citizen)
    if told != LINKED:
        return {"bindFlag": HELD if told == SUSPENDED else CONFLICT, "bindTime": None}
    world.store.bind(mobile, citizen, at)
    since = datetime.fromisoformat(world.store.bind(user, citizen, at))
    return {"bindFlag": BOUND, "bindTime": f"{since:%Y-%m-%d %H:%M:%S}"}


def _issue(world: World, citizen: str, service: str, target: str) -> Body:
    url, expires_at = issue_ticket(world, citizen, service, target)
    return {"url": url, "expireAt": int(expires_at.timestamp() * 1000)}
