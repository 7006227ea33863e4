"""One question to one city: may it be asked, with which claims, and what came back."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from channels.answer import Failure, Page
from channels.ask import Ask
from channels.deployment.snapshot import Channel
from channels.failures import failure
from resolvers.asking.citizenship import claims_for, on_behalf
from resolvers.asking.consented import consented, withdrawn
from resolvers.asking.delegation import beyond
from resolvers.asking.opening import unopened
from resolvers.asking.overtaken import overtaken
from resolvers.asking.recording import crossing, record_abandoned, record_answer, record_refusal, unrecordable, usage_of
from resolvers.asking.spending import spend
from resolvers.asking.standing import held_back, note_state
from resolvers.context import Context
from roaming import Denial, Grant, Usage, authorize
from schema.codes import ErrorCode
from schema.operations import OPERATIONS
from storage import StorageError

Position = str | int
MAX_PAGES = 40  # of one city for one question: 2,000 rows at the usual page size


@dataclass(frozen=True, slots=True)
class Question:
    """One canonical operation for one city that may be asked."""

    channel: Channel
    operation: str
    ask: Ask
    grant: Grant

    def with_arguments(self, args: Mapping[str, Any]) -> "Question":
        """The same question, asked with `args`."""
        return replace(self, ask=replace(self.ask, args=args))

    def narrowed(self) -> "Question":
        """The same question about nothing but the kinds that the grant covers, where the operation can be asked so."""
        if self.grant.kinds is None or "kinds" not in OPERATIONS[self.operation].arguments:
            return self
        return self.with_arguments({**self.ask.args, "kinds": sorted(self.grant.kinds)})


async def question(
    context: Context,
    channel: Channel,
    operation: str,
    args: Mapping[str, Any],
    *,
    service: str | None = None,
    idempotency_key: str | None = None,
) -> Question | Denial | Failure:
    """The question to put to `channel`, or why it may not be put. A crossing that is refused is recorded."""
    if unwritable := await unrecordable(context, channel, operation):
        return context.watched(channel, operation, unwritable)
    try:
        asked, ground = await decided(
            context, channel, operation, args, service=service, idempotency_key=idempotency_key
        )
    except StorageError:  # on doubt nothing is sent
        asked, ground = failure(ErrorCode.STORE_UNAVAILABLE, "a stage of the decision cannot be read"), Grant()
    if not isinstance(asked, Question):
        await record_refusal(context, channel, operation, asked, ground)
    return context.watched(channel, operation, asked)


async def decided(
    context: Context,
    channel: Channel,
    operation: str,
    args: Mapping[str, Any],
    *,
    service: str | None = None,
    idempotency_key: str | None = None,
) -> tuple[Question | Denial | Failure, Grant]:
    """The stages of the decision: agreement, gradual opening, mandate and account, consent, quota, claims.

    Returns: the verdict, and the ground it came to: what the stages before had granted.
    """
    verdict: Grant | Denial | Failure
    verdict, ground = (
        authorize(context.snapshot, channel, operation, context.home, context.today, service=service),
        Grant(),
    )
    if isinstance(verdict, Denial):
        return denial(context, verdict), ground
    ground = verdict
    if closed := unopened(context, channel, operation):
        return closed, ground
    if refused := await beyond(context, channel, operation) or await held_back(context, channel, operation):
        return refused, ground
    for stage in (consented, spend):
        verdict = await stage(context, channel, operation, ground)
        if not isinstance(verdict, Grant):
            return verdict, ground
        ground = verdict
    claims = await claims_for(context, channel, operation)
    if isinstance(claims, Failure):
        return claims, ground
    ask = Ask(
        operation=operation,
        args=args,
        claims=claims,
        subject=context.citizen if claims else None,
        assurance=context.viewer.assurance.value,
        request_id=context.request_id,
        deadline=context.deadline,
        idempotency_key=idempotency_key,
        behalf=on_behalf(context, channel) if claims else None,
    )
    return Question(channel, operation, ask, ground), ground


def denial(context: Context, verdict: Denial) -> Denial:
    """The verdict; where nobody is signed in, that comes before the want of an agreement."""
    unsigned = verdict.code is ErrorCode.NO_AGREEMENT and not context.viewer.signed_in
    return Denial(ErrorCode.UNAUTHENTICATED) if unsigned else verdict


async def put(context: Context, asked: Question, position: Position | None = None) -> Page | Failure:
    """Put the question, if its consent still stands; remember what the city says of the citizen's account."""
    if gone := await withdrawn(context, asked.channel, asked.operation, asked.grant):
        await record_refusal(context, asked.channel, asked.operation, Denial(gone.code), asked.grant)
        return gone
    answer = await crossed(context, asked, position)
    if isinstance(answer, Failure):
        await note_state(context, asked.channel, answer.code)
    return answer


async def crossed(context: Context, asked: Question, position: Position | None) -> Page | Failure:
    """Put the question; if it crosses a border, record how that ended and how long it took."""
    if context.watch is not None:
        return context.watch.asked(context, asked)
    channel, ask = asked.channel, asked.ask
    if crossing(context, channel, ask.operation) is None:
        return await called(context, asked, position)
    usage, begun = usage_of(context, channel, ask.operation, asked.grant), loop_time()
    try:
        answer = await called(context, asked, position)
    except BaseException:
        record_abandoned(context, timed(usage, begun), number=ask.idempotency_key)
        raise
    return await record_answer(context, timed(usage, begun), answer, number=ask.idempotency_key)


async def called(context: Context, asked: Question, position: Position | None) -> Page | Failure:
    """The city's answer; one from before only where nothing was sent there for the citizen since."""
    channel, ask = asked.channel, asked.ask
    answer = await context.services.connections.call(channel, ask, position)
    if isinstance(answer, Page) and answer.stale and await overtaken(context, ask.subject, channel.slug, answer):
        return answer.stale
    return answer


def timed(usage: Usage, begun: float) -> Usage:
    """The usage with the milliseconds since `begun`, an instant of the loop's clock."""
    return replace(usage, latency_ms=round((loop_time() - begun) * 1_000))


def loop_time() -> float:
    return asyncio.get_running_loop().time()


def endless() -> Failure:
    """A city whose pages do not end."""
    return failure(ErrorCode.BACKEND_CONTRACT_BROKEN, f"more than {MAX_PAGES} pages for one question")


async def ask_city(
    context: Context, channel: Channel, operation: str, args: Mapping[str, Any], *, service: str | None = None
) -> tuple[Question, Page] | Denial | Failure:
    """Question and answer in one step, for answers of a single page."""
    asked = await question(context, channel, operation, args, service=service)
    if not isinstance(asked, Question):
        return asked
    answer = await put(context, asked)
    return answer if isinstance(answer, Failure) else (asked, answer)
