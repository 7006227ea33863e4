"""Delivering what the gateway took in, once: sent when its city is back, and asked about when the answer was lost.

Every delivery is decided anew, as any other call: an agreement that has ended or a consent that was taken back meanwhile is told
as a refusal, and nothing is sent. The request number is the one of the mutation, so a city that knows it does nothing twice.
"""

import asyncio
from datetime import timedelta

import structlog

from channels.answer import Failure, Page
from channels.deployment.snapshot import Channel
from channels.protocols.outcomes import Happened, NotDone, Unclear
from identity.seal import BrokenSeal
from resolvers.asking.opening import unopened
from resolvers.asking.question import Question, put, question
from resolvers.context import Context, Services, Spent
from resolvers.settling.reconciling import as_asked, became, record_settled
from resolvers.writing.acting import TO_WRITE_DOWN
from resolvers.writing.attempt import Attempt
from resolvers.writing.held import NOT_SENT, SEALED, deliveries_of, sealed_case, sealed_reason
from roaming import Denial, Outcome
from roaming.deliveries import HELD, SENT, Delivery
from schema.codes import ErrorCode

LONGEST_PAUSE, LATER_PAUSE, MANY_TRIES = timedelta(seconds=8), timedelta(seconds=60), 40
PASSING = NOT_SENT | {
    ErrorCode.LEDGER_UNAVAILABLE,
    ErrorCode.QUOTA_EXCEEDED,
    ErrorCode.RATE_LIMITED,
    ErrorCode.STORE_UNAVAILABLE,
}

log = structlog.get_logger("deliveries")


async def deliver(services: Services, delivery: Delivery) -> None:
    """One turn of one delivery that this worker has taken. Raises: StorageError, LedgerUnavailable: its lease ends by itself."""
    channel = services.snapshot.channels.get(delivery.city)
    try:
        attempt = Attempt.opened(services.sealer, SEALED, delivery.citizen, delivery.request)
    except BrokenSeal:
        log.error("delivery_unreadable", city=delivery.city, number=delivery.number)
        attempt = None
    if channel is None or attempt is None:
        await deliveries_of(services).later(delivery.number, delivery.state, due=services.clock() + LATER_PAUSE)
        return
    context = attempt.context(services)
    if delivery.state == SENT:
        await ask_about(context, channel, attempt, delivery)
    else:
        await send(context, channel, attempt, delivery)


async def send(context: Context, channel: Channel, attempt: Attempt, delivery: Delivery) -> None:
    """Send it, if it may be sent and the city is there. The quota was counted when it was taken in."""
    if unopened(context, channel, attempt.operation):
        # Cases are held because a city is down, and that closes a city which is being opened: it is for the time being.
        await later(context, delivery, HELD)
        return
    if attempt.agreement:
        context.spent[channel.slug, attempt.operation, attempt.agreement] = Spent(used_up={})
    asked = await question(
        context,
        channel,
        attempt.operation,
        attempt.args,
        service=attempt.service,
        idempotency_key=attempt.number,
    )
    if not isinstance(asked, Question):
        await refused_or_later(context, delivery, asked)
        return
    left = timedelta(seconds=max(context.deadline - asyncio.get_running_loop().time(), 0))
    if not await deliveries_of(context.services).send(delivery.number, at=context.now, lease=left + TO_WRITE_DOWN):
        return
    answer = await put(context, asked)
    if isinstance(answer, Page):
        await arrived(context, delivery, answer)
    elif answer.code is ErrorCode.OUTCOME_UNKNOWN:
        await later(context, delivery, SENT)
    else:
        await refused_or_later(context, delivery, answer)


async def ask_about(context: Context, channel: Channel, attempt: Attempt, delivery: Delivery) -> None:
    """It was sent and never answered: what does the city say?"""
    declared = channel.config.operations.get(attempt.operation)
    after = declared.outcome.after if declared and declared.outcome else None
    match await became(context, channel, attempt):
        case Happened(page):
            await record_settled(context, as_asked(context, channel, attempt), Outcome.OK, None)
            await arrived(context, delivery, page)
        case NotDone(refusal):
            code = refusal.code if refusal else ErrorCode.BACKEND_REJECTED
            await record_settled(context, as_asked(context, channel, attempt), Outcome.FAILED, code)
            await refused_or_later(context, delivery, refusal or Denial(ErrorCode.BACKEND_REJECTED))
        case Unclear(absent=True) if after and delivery.sent_at and context.now >= delivery.sent_at + after:
            await later(context, delivery, HELD)
        case _:
            await later(context, delivery, SENT)


async def arrived(context: Context, delivery: Delivery, page: Page) -> None:
    """The city has the case; its own rows show it from now on."""
    await context.services.connections.purge(delivery.citizen, delivery.city)
    found = sealed_case(context.services, delivery.citizen, page.rows[0]["id"])
    await deliveries_of(context.services).deliver(delivery.number, found=found, at=context.now)
    log.info("delivered", city=delivery.city, number=delivery.number, tries=delivery.tries)


async def refused_or_later(context: Context, delivery: Delivery, why: Denial | Failure) -> None:
    """A fault that passes is sat out; anything else is the end, and is told."""
    if why.code in PASSING:
        await later(context, delivery, HELD)
        return
    found = sealed_reason(context.services, delivery.citizen, why)
    await deliveries_of(context.services).reject(delivery.number, found=found, at=context.now)
    log.info("delivery_refused", city=delivery.city, number=delivery.number, code=why.code.value)


async def later(context: Context, delivery: Delivery, state: str) -> None:
    due = context.now + pause(delivery.tries)
    await deliveries_of(context.services).later(delivery.number, state, due=due)


def pause(tries: int) -> timedelta:
    """Until the next turn: twice as long each time up to LONGEST_PAUSE; after MANY_TRIES once a minute."""
    return min(timedelta(seconds=2 ** min(tries, 6)), LONGEST_PAUSE) if tries < MANY_TRIES else LATER_PAUSE
