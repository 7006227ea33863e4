"""Finding out what became of writes whose answer was lost, until it is known; and then telling it as if it had come.

One asking of one entry: the city's own read by our request number (`outcome:` of the write) says what happened.
- Done: the row is what the write would have given; the payload is made of it as at any other time, and replays.
- Refused, or never arrived: the key is free. "Never arrived" is believed only when the city says so itself, and no sooner
  than its `after`: until then the request may still be under way.
- Anything else: asked again, ever more rarely.
The ledger gets what was found before the journal does, as a call's own answer would.

A write without `outcome:` is never asked about and never repeated: it waits for a person (`roam journal settle`).
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import structlog

from channels.answer import Failure, Page
from channels.ask import Ask
from channels.deployment.snapshot import Channel
from channels.protocols.outcomes import Happened, NotDone, Unclear, Verdict, arguments, verdict
from identity.seal import BrokenSeal
from resolvers.asking.citizenship import on_behalf
from resolvers.asking.question import Question, crossed
from resolvers.asking.recording import crossing, final_call, usage_of
from resolvers.context import Context, Services
from resolvers.fields import booking, launching, linking, paying, submitting
from resolvers.provenance import dress
from resolvers.writing.attempt import Attempt
from resolvers.writing.once import SEALED, sealed
from roaming import Grant, Outcome
from roaming.ledger import attempt as fresh_attempt
from roaming.unsettled import Open, Unsettled
from schema.codes import ErrorCode

Row = dict[str, Any]
Finish = Callable[[Context, Channel, Mapping[str, Any], Row], Awaitable[Row]]

FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=0.5), timedelta(seconds=30)
FINISH: Mapping[str, Finish] = {
    "bills.pay": paying.ordered,
    "appointments.book": booking.booked,
    "appointments.cancel": booking.booked,
    "applications.submit": submitting.submitted,
    "account.link": linking.linked,
    "account.launch": launching.opened,
}

log = structlog.get_logger("journal")


async def settle(services: Services, unsettled: Unsettled, entry: Open) -> None:
    """Ask once about one entry that this worker has taken, and write down what is known now.

    Raises: StorageError, LedgerUnavailable: nothing was settled; the entry is taken again when its lease has ended.
    """
    attempt = read(services, entry)
    channel = services.snapshot.channels.get(entry.city)
    if attempt is None or channel is None:
        log.error("outcome_unaskable", city=entry.city, mutation=entry.mutation, number=entry.number)
        await unsettled.later(entry, None)
        return
    context = attempt.context(services)
    found = await became(context, channel, attempt)
    match found:
        case Happened(page):
            await happened(context, channel, attempt, page, (unsettled, entry))
        case NotDone(refusal):
            await not_done(context, channel, attempt, refusal, (unsettled, entry))
        case Unclear(absent=True) if overdue(context, channel, attempt, entry):
            await not_done(context, channel, attempt, None, (unsettled, entry))
        case Unclear(why):
            asks = has_outcome(channel, attempt.operation)
            due = context.now + pause(entry.tries) if asks else None
            log.info("outcome_unknown", city=entry.city, mutation=entry.mutation, why=why, tries=entry.tries)
            await unsettled.later(entry, due)


def read(services: Services, entry: Open) -> Attempt | None:
    """What the entry is about; None where it cannot be read (another sealing key)."""
    try:
        return Attempt.opened(services.sealer, SEALED, entry.citizen, entry.request or "")
    except BrokenSeal:
        return None


def has_outcome(channel: Channel, operation: str) -> bool:
    """Can the city be asked? While its channel is closed nobody knows: then it is asked again later."""
    declared = channel.config.operations.get(operation)
    return not channel.available or (declared is not None and declared.outcome is not None)


async def became(context: Context, channel: Channel, attempt: Attempt) -> Verdict:
    """One asking: the city's read by our request number, with no more of the citizen than the write itself sent."""
    write, declared = channel.operations.get(attempt.operation), channel.config.operations.get(attempt.operation)
    if write is None or declared is None or declared.outcome is None:
        return Unclear("the channel declares no outcome for it, or is closed")
    outcome = declared.outcome
    ask = Ask(
        operation=outcome.operation,
        args=arguments(outcome, attempt.args, attempt.number),
        claims=attempt.claims,
        subject=context.citizen,
        assurance=context.viewer.assurance.value,
        request_id=context.request_id,
        deadline=context.deadline,
        behalf=on_behalf(context, channel),
    )
    grant = Grant(attempt.agreement, purpose=attempt.purpose, consent_id=attempt.consent)
    answer = await crossed(context, Question(channel, outcome.operation, ask, grant), None)
    return verdict(write, answer, at=context.now)


def overdue(context: Context, channel: Channel, attempt: Attempt, entry: Open) -> bool:
    """Has the city had the time that it asks for, so that what is not there will not come any more?"""
    declared = channel.config.operations[attempt.operation].outcome
    return declared is not None and entry.sent_at is not None and context.now >= entry.sent_at + declared.after


def pause(tries: int) -> timedelta:
    """How long until the next asking: twice as long each time, up to LONGEST_PAUSE."""
    doubled: timedelta = FIRST_PAUSE * 2 ** min(tries, 10)
    return min(doubled, LONGEST_PAUSE)


def as_asked(context: Context, channel: Channel, attempt: Attempt) -> Question:
    """The write as it was put, for the provenance of its row."""
    grant = Grant(attempt.agreement, purpose=attempt.purpose, consent_id=attempt.consent)
    ask = Ask(
        attempt.operation,
        attempt.args,
        attempt.claims,
        context.citizen,
        context.viewer.assurance.value,
        context.request_id,
        context.deadline,
        attempt.number,
    )
    return Question(channel, attempt.operation, ask, grant)


async def happened(
    context: Context, channel: Channel, attempt: Attempt, page: Page, held: tuple[Unsettled, Open]
) -> None:
    """It was done: into the ledger, then the payload into the journal."""
    unsettled, entry = held
    asked = as_asked(context, channel, attempt)
    await record_settled(context, asked, Outcome.OK, None)
    await context.services.connections.purge(entry.citizen, channel.slug)
    [row] = dress(context, asked, page, attempt.typename)
    fields = await FINISH[attempt.operation](context, channel, attempt.args, row)
    await unsettled.done(entry, sealed(context.services, entry.citizen, fields))
    log.info("outcome_settled", city=entry.city, mutation=entry.mutation, outcome="DONE", tries=entry.tries)


async def not_done(
    context: Context, channel: Channel, attempt: Attempt, refusal: Failure | None, held: tuple[Unsettled, Open]
) -> None:
    """It was surely not done: into the ledger, and the key is free."""
    unsettled, entry = held
    code = refusal.code if refusal else ErrorCode.BACKEND_UNREACHABLE
    await record_settled(context, as_asked(context, channel, attempt), Outcome.FAILED, code)
    await unsettled.not_done(entry)
    log.info("outcome_settled", city=entry.city, mutation=entry.mutation, outcome="NOT_DONE", tries=entry.tries)


async def record_settled(context: Context, asked: Question, outcome: Outcome, code: ErrorCode | None) -> None:
    """Record what was found out. What was done is recorded once, however often it is found out. Raises: LedgerUnavailable."""
    if crossing(context, asked.channel, asked.operation) is None:
        return
    number, usage = asked.ask.idempotency_key or "", usage_of(context, asked.channel, asked.operation, asked.grant)
    call = await final_call(context, number) if outcome is Outcome.OK else fresh_attempt(number)
    await context.services.ledger.append(replace(usage, call=call, outcome=outcome, code=code.value if code else None))
