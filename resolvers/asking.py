"""One question to one city: may it be asked, with which claims, and what came back."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from channels.answer import Failure, Page
from channels.ask import Ask
from channels.failures import failure
from channels.snapshot import Channel
from roaming import Denial, Grant, authorize
from schema.codes import AccountState, ErrorCode
from schema.operations import OPERATIONS

from .citizenship import claims_for
from .context import Context

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
    """The question to put to `channel`, or why it may not be put."""
    verdict = authorize(context.snapshot, channel, operation, context.home, context.today, service=service)
    if isinstance(verdict, Denial):
        return denial(context, verdict)
    claims = await claims_for(context, channel, operation)
    if isinstance(claims, Failure):
        return claims
    ask = Ask(
        operation=operation,
        args=args,
        claims=claims,
        subject=context.citizen if claims else None,
        assurance=context.viewer.assurance.value,
        request_id=context.request_id,
        deadline=context.deadline,
        idempotency_key=idempotency_key,
    )
    return Question(channel, operation, ask, verdict)


def denial(context: Context, verdict: Denial) -> Denial:
    """The verdict; where nobody is signed in, that comes before the want of an agreement."""
    unsigned = verdict.code is ErrorCode.NO_AGREEMENT and not context.viewer.signed_in
    return Denial(ErrorCode.UNAUTHENTICATED) if unsigned else verdict


async def put(context: Context, asked: Question, position: Position | None = None) -> Page | Failure:
    """Put the question; remember when the city says that it does not know the citizen."""
    answer = await context.services.connections.call(asked.channel, asked.ask, position)
    if isinstance(answer, Failure) and answer.code is ErrorCode.ACCOUNT_NOT_LINKED and context.citizen:
        await unlink(context, context.citizen, asked.channel.code)
    return answer


async def unlink(context: Context, citizen: str, city: str) -> None:
    """Record NOT_LINKED, unless that is known: a stranger's repeated question costs no write."""
    link = await context.services.links.at(citizen, city)
    if link is None or link.state is not AccountState.NOT_LINKED:
        await context.services.links.record(citizen, city, AccountState.NOT_LINKED, at=context.now)


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
