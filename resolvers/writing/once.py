"""A mutation that happens once per idempotency key, and how its end is told.

Three ends: something was done (stored, and replayed for the same key), it was refused and surely not done (the key is free
again), or nobody knows (the key stays taken, the same request is told so instead of being sent again, and
`settling/reconciling` asks the city until it knows). While the store cannot be written nothing is sent.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from hmac import digest
from typing import Any

import orjson
from graphql import GraphQLError

from channels.answer import Failure
from channels.deployment.snapshot import Channel
from identity.seal import BrokenSeal
from resolvers.consent_rows import terms_row
from resolvers.context import Context, Services
from resolvers.faults import coded, denial_texts, failed, texts, user_error
from resolvers.provenance import city_row
from resolvers.sealed import open_json, seal_json
from roaming import Denial, Entry, First, Mismatch, Replay, Unfinished, input_digest
from roaming.unsettled import BY_HAND
from schema.codes import ErrorCode
from storage import StorageError

Row = dict[str, Any]
SEALED = "journal"
PATIENCE_SECONDS = 2.0  # how long a repetition waits for the first one, when that is with another worker
ASK_AFTER = timedelta(seconds=0.5)  # the city is asked about a lost answer this soon, and then ever more rarely
MENDABLE = frozenset(
    {
        ErrorCode.ACCOUNT_NOT_LINKED,
        ErrorCode.ACCOUNT_NEEDS_REAUTH,
        ErrorCode.ACCOUNT_SUSPENDED,
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
    try:
        entry = await begun(context, mutation, key, citizen, given)
    except StorageError:
        return payload(key, {main: coded(context, ErrorCode.STORE_UNAVAILABLE)})
    match entry:
        case Replay(result):
            return told_again(context, main, key, opened(context, citizen, result))
        case Mismatch():
            return payload(key, {}, [user_error(ErrorCode.IDEMPOTENCY_MISMATCH, field=["input", "idempotencyKey"])])
        case Unfinished():
            return payload(key, {main: coded(context, ErrorCode.OUTCOME_UNKNOWN)})
        case First():
            return await first_time(context, main, key, citizen, act)


async def begun(context: Context, mutation: str, key: str, citizen: str, given: Mapping[str, Any]) -> Entry:
    """Take the key, or what became of it."""
    left = context.deadline - asyncio.get_running_loop().time()
    return await context.services.journal.begin(
        citizen,
        key,
        digest_of(context, mutation, given),
        at=context.now,
        mutation=mutation,
        number=request_number(context, key),
        patience_seconds=max(min(PATIENCE_SECONDS, left - 1), 0.0),
    )


async def first_time(context: Context, main: str, key: str, citizen: str, act: Act) -> Row:
    """Act, then store, free or keep the key according to how it ended.

    Where the store fails on the way: nothing was sent and nothing happens, or it was sent and is settled later.
    """
    journal, number = context.services.journal, request_number(context, key)
    try:
        return await kept(context, main, key, citizen, await act(number))
    except StorageError:
        sent = journal.was_sent(citizen, number)
        return payload(key, {main: coded(context, ErrorCode.OUTCOME_UNKNOWN if sent else ErrorCode.STORE_UNAVAILABLE)})
    finally:
        journal.leave(citizen, key, number)


async def kept(context: Context, main: str, key: str, citizen: str, end: End) -> Row:
    """Write down how it ended, then tell it."""
    journal = context.services.journal
    match end:
        case Done(fields):
            await journal.finish(citizen, key, sealed(context.services, citizen, fields))
            return payload(key, fields)
        case Refused(errors, fields):
            await journal.release(citizen, key)
            return payload(key, fields, errors)
        case Broken(error, unknown):
            if unknown:
                await journal.lose(citizen, key, due=context.now + ASK_AFTER)
            else:
                await journal.release(citizen, key)
            return payload(key, {main: error})


def told_again(context: Context, main: str, key: str, fields: Row) -> Row:
    """A result that is replayed. One that a person settled has no fields of its own: it is told as done."""
    if BY_HAND not in fields:
        return payload(key, fields, replayed=True)
    zh, en = "经人工核实,此前的请求已经办成。", "It was found, by a person, that the request had been carried out."
    return payload(key, {main: None}, [user_error(ErrorCode.ALREADY_DONE, {"zh": zh, "en": en})], replayed=True)


def payload(key: str, fields: Row, errors: list[Row] | None = None, *, replayed: bool = False) -> Row:
    return {**fields, "userErrors": errors or [], "idempotency": {"key": key, "replayed": replayed}}


def digest_of(context: Context, mutation: str, given: Mapping[str, Any]) -> str:
    """What tells two inputs apart; the key itself is not part of it."""
    plain = {
        name: str(value) if name == "amount" else value for name, value in given.items() if name != "idempotencyKey"
    }
    # Who acts under a mandate never gets the replay of what was done in person, or under another mandate.
    acting = {"\0mandate": context.viewer.actor.mandate} if context.viewer.actor else {}
    return input_digest(context.services.pairwise_salt, mutation, plain | acting)


def request_number(context: Context, key: str) -> str:
    """The request number a city sees: the same for the same citizen and key, unlike for any other, 32 hex digits."""
    return digest(context.services.pairwise_salt, f"request\0{context.citizen}\0{key}".encode(), "sha256").hex()[:32]


def sealed(services: Services, citizen: str, fields: Row) -> Row:
    """The stored form of a result: unreadable in the store."""
    return {"sealed": seal_json(services.sealer, SEALED, citizen, fields)}


def opened(context: Context, citizen: str, stored: Mapping[str, Any]) -> Row:
    """A result as it was; one that an earlier version stored in one part opens too."""
    if BY_HAND in stored:
        return {BY_HAND: True}
    sealer, text = context.services.sealer, stored["sealed"]
    try:
        fields: Row = open_json(sealer, SEALED, citizen, text)
    except BrokenSeal:
        fields = orjson.loads(sealer.open(SEALED, citizen, text))
    return fields


def ended(
    context: Context, channel: Channel, refusal: Denial | Failure, path: list[str] | None = None
) -> Refused | Broken:
    """How a denial or a city's failure ends a mutation."""
    city = city_row(context, channel)
    if isinstance(refusal, Denial):
        text = denial_texts(refusal)
        consent = terms_row(context, refusal.consent) if refusal.consent else None
        wait = refusal.retry_after
        return Refused([user_error(refusal.code, text, field=path, city=city, retry_after=wait, consent=consent)])
    if refusal.user or refusal.code in MENDABLE:
        return Refused(
            [user_error(refusal.code, texts(refusal.message), field=path, city=city, retry_after=refusal.retry_after)]
        )
    return Broken(failed(context, channel.slug, refusal), unknown=refusal.code is ErrorCode.OUTCOME_UNKNOWN)


def refused(code: ErrorCode, zh: str, en: str, path: list[str], city: Row | None = None) -> Refused:
    """A refusal by the gateway itself, with its sentence and the input field it is about."""
    return Refused([user_error(code, {"zh": zh, "en": en}, field=["input", *path], city=city)])


def no_such(argument: str, zh: str, en: str) -> Refused:
    """The end of a mutation whose `argument` is not the id of `zh`, `en`: `no_such("slotId", "号源", "a slot")`."""
    return refused(
        ErrorCode.NOT_FOUND, f"{argument} 不是{zh}的 id。", f"`{argument}` is not the id of {en}.", [argument]
    )
