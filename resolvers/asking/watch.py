"""What is seen of a dry run: each decision about a city, and whether that city would then be asked."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from channels.answer import Page
from channels.deployment.snapshot import Channel
from channels.protocols.compiled import Compiled
from schema.codes import AssuranceLevel
from schema.guard import demand
from schema.response_path import dotted

if TYPE_CHECKING:
    from resolvers.asking.question import Question
    from resolvers.context import Context, Info

ROOTS_UNDONE = frozenset({"Mutation", "Subscription"})


@dataclass(slots=True)
class Step:
    """One decision: at which response path, about which city and operation, and what it was.

    `verdict` is a Question (it may be asked), a Denial or a Failure, or the Channel that is asked in its place. `called`: it would have been put to the city.
    """

    path: str
    channel: Channel | None
    operation: str | None
    verdict: Any = None
    called: bool = False


@dataclass(slots=True)
class Watch:
    """Watches one dry run. `plan` tells what a mutation or subscription would ask, in place of beginning it."""

    plan: "Callable[[Context, Info, dict[str, Any]], Any]"
    steps: list[Step] = field(default_factory=list)

    def decided(self, path: Sequence[str | int], channel: Channel, operation: str, verdict: Any) -> None:
        """Note a decision."""
        self.steps.append(Step(dotted(path), channel, operation, verdict))

    def asked(self, context: "Context", question: "Question") -> Page:
        """Note that a question would now be put. Returns: an empty page, the last."""
        path, wanted = dotted(context.at), (question.channel.slug, question.operation)
        for step in self.steps:
            if step.path == path and step.channel and (step.channel.slug, step.operation) == wanted:
                step.called = True
        return Page((), 0, None, None, context.now)

    def joined(self, channel: Channel, operation: Compiled) -> None:
        """Note that a plan would ask a city's own subgraph."""
        if not any(step.channel is channel and step.operation == operation.id for step in self.steps):
            self.steps.append(Step("", channel, operation.id, None, called=True))

    def resolve(self, answer: Callable[..., Any], source: Any, info: "Info", **arguments: Any) -> Any:
        """Middleware of graphql-core: run one field with its place known. Fields of Mutation and Subscription are planned, never begun."""
        placed = info.context.placed(info.path.as_list())
        held = info._replace(context=placed)
        if info.parent_type.name in ROOTS_UNDONE:
            return self.plan(placed, held, arguments)
        if info.parent_type.name == "Query" and info.field_name == "me" and not placed.viewer.signed_in:
            demand(placed, AssuranceLevel.REGISTERED)  # null for nobody: here the reason is what is asked for
        return answer(source, held, **arguments)
