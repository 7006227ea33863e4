"""A mutation that happens once per idempotency key, and how its end is told.

Three ends: something was done (stored, and replayed for the same key), it was refused and surely not done (the key is free
again), or nobody knows (the key stays taken, and the same request is told so instead of being sent again).
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from hmac import digest
from typing import Any

import orjson
from graphql import GraphQLError

from channels.answer import Failure
from channels.snapshot import Channel
from roaming import Denial, First, Mismatch, Replay, Unfinished, input_digest
from schema.codes import ErrorCode

from .context import Context
from .faults import coded, failed, texts, user_error
from .provenance import city_row

Row = dict[str, Any]
SEALED = "journal"
MENDABLE = frozenset(
    {
        ErrorCode.ACCOUNT_NOT_LINKED,
        ErrorCode.ALREADY_DONE,
        ErrorCode.CONFLICT,
        ErrorCode.CONSENT_REQUIRED,
        ErrorCode.IDEMPOTENCY_MISMATCH,
        ErrorCode.INVALID_INPUT,
        ErrorCode.NOT_FOUND,
        ErrorCode.QUOTA_EXCEEDED,
        ErrorCode.RATE_LIMITED,
    }
)


@dataclass(frozen=True, slots=True)
class Done:
    """It happened: the payload's own fields."""

    payload: Row


@dataclass(frozen=True, slots=True)
class Refused:
    """It did not happen. `payload` may still show how things stand."""

    errors: list[Row]
    payload: Row = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Broken:
    """It failed for a reason that the citizen cannot mend. `unknown`: it may have happened all the same."""

    error: GraphQLError
    unknown: bool = False


End = Done | Refused | Broken
Act = Callable[[str], Awaitable[End]]


async def once(context: Context, mutation: str, main: str, given: Mapping[str, Any], act: Act) -> Row:
    """Run `act` (given the request number for the city) unless the key was used before. Returns: the payload row.

    `main` is the payload's nullable field at which a fault is told.
    """
    key, citizen = given["idempotencyKey"], context.citizen or ""
    journal = context.services.journal
    entry = await journal.begin(citizen, key, digest_of(context, mutation, given), at=context.now)
    match entry:
        case Replay(result):
            return payload(key, opened(context, citizen, result), replayed=True)
        case Mismatch():
            return payload(key, {}, [user_error(ErrorCode.IDEMPOTENCY_MISMATCH, field=["input", "idempotencyKey"])])
        case Unfinished():
            return payload(key, {main: coded(context, ErrorCode.OUTCOME_UNKNOWN)})
        case First():
            return await first_time(context, main, key, citizen, act)


async def first_time(context: Context, main: str, key: str, citizen: str, act: Act) -> Row:
    """Act, then store, free or keep the key according to how it ended."""
    journal = context.services.journal
    try:
        match await act(request_number(context, key)):
            case Done(fields):
                await journal.finish(citizen, key, sealed(context, citizen, fields))
                return payload(key, fields)
            case Refused(errors, fields):
                await journal.release(citizen, key)
                return payload(key, fields, errors)
            case Broken(error, unknown):
                if not unknown:
                    await journal.release(citizen, key)
                return payload(key, {main: error})
    finally:
        journal.leave(citizen, key)


def payload(key: str, fields: Row, errors: list[Row] | None = None, *, replayed: bool = False) -> Row:
    return {**fields, "userErrors": errors or [], "idempotency": {"key": key, "replayed": replayed}}


def digest_of(context: Context, mutation: str, given: Mapping[str, Any]) -> str:
    """What tells two inputs apart; the key itself is not part of it."""
    plain = {
        name: str(value) if name == "amount" else value for name, value in given.items() if name != "idempotencyKey"
    }
    return input_digest(context.services.pairwise_salt, mutation, plain)


def request_number(context: Context, key: str) -> str:
    """The request number a city sees: the same for the same citizen and key, unlike for any other, 32 hex digits."""
    return digest(context.services.pairwise_salt, f"request\0{context.citizen}\0{key}".encode(), "sha256").hex()[:32]


def sealed(context: Context, citizen: str, fields: Row) -> Row:
    """The stored form of a result: unreadable in the store."""
    return {"sealed": context.services.sealer.seal(SEALED, citizen, orjson.dumps(fields))}


def opened(context: Context, citizen: str, stored: Mapping[str, Any]) -> Row:
    fields: Row = orjson.loads(context.services.sealer.open(SEALED, citizen, stored["sealed"]))
    return fields


def ended(
    context: Context, channel: Channel, refusal: Denial | Failure, path: list[str] | None = None
) -> Refused | Broken:
    """How a denial or a city's failure ends a mutation."""
    city = city_row(context, channel)
    if isinstance(refusal, Denial):
        return Refused([user_error(refusal.code, field=path, city=city)])
    if refusal.user or refusal.code in MENDABLE:
        return Refused(
            [user_error(refusal.code, texts(refusal.message), field=path, city=city, retry_after=refusal.retry_after)]
        )
    return Broken(failed(context, channel.slug, refusal), unknown=refusal.code is ErrorCode.OUTCOME_UNKNOWN)


def refused(code: ErrorCode, zh: str, en: str, path: list[str], city: Row | None = None) -> Refused:
    """A refusal by the gateway itself, with its sentence and the input field it is about."""
    return Refused([user_error(code, {"zh": zh, "en": en}, field=["input", *path], city=city)])
