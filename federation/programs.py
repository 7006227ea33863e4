"""Programs of the quick tier, kept while they are used: an operation is interpreted first and compiled when it comes again."""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import cast

from .client import Received, SubgraphClient, SubgraphRequest, SubgraphResponse, Wire, request_body
from .plan import QueryPlan
from .shapes import Shaped, Unshaped
from .typed import Program, compiled

MAX_PROGRAMS = 1_000  # of one gateway
MAX_STRUCTS = 4_000  # of all of them: 25 MB
MAX_COUNTED = 4_096
FIRST_COMPILED = 3  # the use of an operation that is worth compiling it
MAX_PAUSE = 63  # uses: how long an operation stays with the careful tier whose answers keep being anything but plain


@dataclass(slots=True)
class _Kept:
    """A program, or that there can be none; and for how many uses it is not tried."""

    plan: QueryPlan
    program: Program | None
    pause: int = 0
    left: int = 0


class Programs:
    """The compiled operations of one gateway, and how often others were seen."""

    def __init__(self, first_compiled: int = FIRST_COMPILED, max_structs: int = MAX_STRUCTS) -> None:
        self._first_compiled, self._max_structs = first_compiled, max_structs
        self._made: OrderedDict[int, _Kept] = OrderedDict()
        self._structs = 0
        # By identity, which is far cheaper than equality; each entry holds its plan, so that no id comes back.
        self._seen: OrderedDict[int, tuple[QueryPlan, int]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._made)

    def of(self, plan: QueryPlan, shape: Callable[[], Shaped]) -> Program | None:
        """The program of a plan; None while it is new, while it pauses, and for one that is not plain."""
        key = id(plan)
        kept = self._made.get(key)
        if kept is not None:
            self._made.move_to_end(key)
            if kept.left:
                kept.left -= 1
                return None
            return kept.program
        count = self._count(key, plan)
        if count < self._first_compiled:
            return None
        del self._seen[key]
        program = _compiled(plan, shape)
        self._made[key] = _Kept(plan, program)
        self._structs += _size(program)
        while len(self._made) > MAX_PROGRAMS or self._structs > self._max_structs:
            _, oldest = self._made.popitem(last=False)
            self._structs -= _size(oldest.program)
        return program

    def note(self, plan: QueryPlan, *, plain: bool) -> None:
        """What came of a program: after each answer in a row that is not plain it pauses twice as long."""
        kept = self._made.get(id(plan))
        if kept is not None:
            kept.pause = 0 if plain else min(2 * kept.pause + 1, MAX_PAUSE)
            kept.left = kept.pause

    def _count(self, key: int, plan: QueryPlan) -> int:
        count = self._seen.get(key, (plan, 0))[1] + 1
        self._seen[key] = plan, count
        self._seen.move_to_end(key)
        if len(self._seen) > MAX_COUNTED:
            self._seen.popitem(last=False)
        return count


def _size(program: Program | None) -> int:
    return program.structs if program is not None else 0


def _compiled(plan: QueryPlan, shape: Callable[[], Shaped]) -> Program | None:
    try:
        return compiled(plan, shape())
    except (Unshaped, TypeError):  # TypeError: msgspec has no Struct for it, such as an enum without values
        return None


def wires(program: Program, clients: Mapping[str, SubgraphClient]) -> Mapping[str, Wire] | None:
    """The clients that a program asks; None when some answer is no bytes."""
    if all(hasattr(clients.get(step.service), "exchange") for step in program.steps.values()):
        return cast(Mapping[str, Wire], clients)
    return None


@dataclass(frozen=True, slots=True)
class Replay:
    """A subgraph of which the quick tier has asked some things already: they are not asked again."""

    service: str
    wire: Wire
    answered: Mapping[tuple[str, bytes], Received | SubgraphResponse] = field(default_factory=dict)

    async def fetch(self, request: SubgraphRequest) -> SubgraphResponse:
        """The answer that is here, or else the subgraph's."""
        answer = self.answered.get((self.service, request_body(request)))
        if answer is None:
            return await self.wire.fetch(request)
        return answer if isinstance(answer, SubgraphResponse) else self.wire.read(answer)
