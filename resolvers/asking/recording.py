"""Recording every call about a citizen that crosses a city border, answered or refused, in the usage ledger.

A read is noted and becomes durable a moment later. A mutation's record is durable before its answer leaves. While the ledger
cannot be written nothing crosses a border: reads and mutations are refused before a city is asked. Where that comes to light only
after a mutation was sent, its outcome is told as unknown, however the city answered, and settled later.
"""

from contextlib import suppress
from dataclasses import replace

from channels.answer import Failure, Page
from channels.deployment.snapshot import Channel
from channels.failures import failure
from channels.protocols.compiled import Compiled
from resolvers.context import Context
from roaming import Denial, Grant, LedgerUnavailable, Outcome, Usage, subject_of
from roaming.ledger import FROM_CACHE, attempt, fresh_call, plain, settled
from schema.codes import ErrorCode

UNWRITABLE = Denial(ErrorCode.LEDGER_UNAVAILABLE)


def crossing(context: Context, channel: Channel, operation: str) -> Compiled | None:
    """The operation, if it sends something of a citizen to a city that is not their home; else None."""
    compiled = channel.operations.get(operation)
    abroad = context.viewer.signed_in and context.viewer.home_city != channel.code
    return compiled if abroad and compiled and compiled.needs else None


async def unrecordable(context: Context, channel: Channel, operation: str) -> Denial | None:
    """The refusal of a crossing that could not be recorded; None if it may go on. Fails closed."""
    compiled = crossing(context, channel, operation)
    if compiled is None:
        return None
    try:
        await context.services.ledger.ready(write=compiled.write)
    except LedgerUnavailable:
        return UNWRITABLE
    return None


async def record_refusal(
    context: Context, channel: Channel, operation: str, why: Denial | Failure, grant: Grant | None = None
) -> None:
    """Record a crossing that was refused before its city was asked; of a mutation, durably. `grant`: what there was of one."""
    compiled = crossing(context, channel, operation)
    if compiled is None or why.code is ErrorCode.LEDGER_UNAVAILABLE:
        return
    usage = usage_of(context, channel, operation, ground_of(context, why, grant or Grant()))
    usage = replace(usage, outcome=Outcome.DENIED if isinstance(why, Denial) else Outcome.FAILED, code=why.code.value)
    with suppress(LedgerUnavailable):  # it is refused in any case; the record stays queued
        if compiled.write:
            await context.services.ledger.append(usage)
        else:
            context.services.ledger.note(usage)


def ground_of(context: Context, why: Denial | Failure, grant: Grant) -> Grant:
    """The grant with the agreement that the refusal names, and that one's purpose."""
    named = why.agreement_id if isinstance(why, Denial) else None
    found = next((each for each in context.snapshot.agreements if named and each.id == named), None)
    return replace(grant, agreement_id=found.id, purpose=found.purpose) if found else grant


async def record_answer(
    context: Context, usage: Usage, answer: Page | Failure, *, number: str | None
) -> Page | Failure:
    """Record what came back of a crossing; `number` is a mutation's request number. Returns: what may be told.

    Where an earlier page stands in, two things happened: the city was asked in vain, and the citizen was shown what we had.
    """
    asked, ledger = usage, context.services.ledger
    usage = replace(asked, outcome=outcome_of(answer), code=code_of(answer), call=call_of(answer, number))
    try:
        if isinstance(answer, Page) and answer.stale:
            ledger.note(replace(asked, outcome=Outcome.FAILED, code=answer.stale.code.value, call=fresh_call()))
        if number is None:
            ledger.note(usage)
        else:
            done = usage.outcome is Outcome.OK
            await ledger.append(replace(usage, call=await final_call(context, number)) if done else usage)
    except LedgerUnavailable:
        return untold(answer, number)
    return answer


async def final_call(context: Context, number: str) -> str:
    """The id under which the end of a mutation is recorded: its number; where that says "not known", a further record."""
    known = await context.services.ledger.outcome_of(number)
    return settled(number) if known is Outcome.UNKNOWN else number


def record_abandoned(context: Context, usage: Usage, *, number: str | None) -> None:
    """Record a crossing whose caller went away before the city's answer came: what came of it is not known."""
    code = ErrorCode.OUTCOME_UNKNOWN if number else ErrorCode.BACKEND_TIMEOUT
    usage = replace(usage, outcome=Outcome.UNKNOWN, code=code.value, call=number or usage.call)
    with suppress(LedgerUnavailable):
        context.services.ledger.note(usage)


def usage_of(context: Context, channel: Channel, operation: str, grant: Grant) -> Usage:
    """The record of a crossing as far as it is known beforehand."""
    actor = context.actor
    return Usage(
        at=context.now,
        call=fresh_call(),
        home=plain(context.viewer.home_city) or "",
        visited=channel.code,
        operation=operation,
        outcome=Outcome.UNKNOWN,
        subject=subject_of(context.citizen or ""),
        purpose=grant.purpose,
        agreement=grant.agreement_id,
        consent=grant.consent_id,
        actor=subject_of(actor) if actor else None,
        app=plain(context.viewer.client_id),
    )


def outcome_of(answer: Page | Failure) -> Outcome:
    if isinstance(answer, Page):
        return Outcome.OK
    return Outcome.UNKNOWN if answer.code is ErrorCode.OUTCOME_UNKNOWN else Outcome.FAILED


def code_of(answer: Page | Failure) -> str | None:
    if isinstance(answer, Page):
        return FROM_CACHE if answer.from_cache else None
    return answer.code.value


def call_of(answer: Page | Failure, number: str | None) -> str:
    """A mutation that was done, or may have been, bears its number: it is sent once. One that surely was not may be again."""
    if number is None:
        return fresh_call()
    return attempt(number) if outcome_of(answer) is Outcome.FAILED else number


def untold(answer: Page | Failure, number: str | None) -> Failure:
    """What is told of an answer that could not be recorded: nothing that it says."""
    if number is None:
        return failure(ErrorCode.LEDGER_UNAVAILABLE, "the record of a read could not be queued")
    if isinstance(answer, Page):
        return failure(ErrorCode.OUTCOME_UNKNOWN, "done by the city, and not yet recorded")
    return answer
