"""`abort_if` of a rollout: when a city that is being opened is closed again.

The grammar is closed: `error_rate > NUMBER` (a share of the calls that count, below 1) or `p95 > DURATION`. Both are judged by
two numbers that add up over hours, processes and restarts: the calls that count, and how many of them speak against the city.
The comparison is exact and strict: at the bound itself the city stays open.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal, Self

from channels.answer import Bilingual
from channels.counted import BAD, NEUTRAL
from channels.text.durations import UNITS
from channels.text.refusal import refuse
from channels.text.written import Written
from schema.codes import ErrorCode

LEAST_CALLS: Final = 50  # fewer say nothing: one lost call of ten would be an error rate of 0.1
REFUSED: Final = ErrorCode.BACKEND_CIRCUIT_OPEN.value
PATTERN: Final = r"error_rate *> *(0(?:\.\d+)?)|p95 *> *(\d+(?:\.\d+)?)(ms|s|m|h|d)"
_RULE: Final = re.compile(PATTERN, re.ASCII)


@dataclass(frozen=True, slots=True)
class AbortRule(Written):
    """`bound`: a share for `error_rate`, seconds for `p95`; `text`: as it was written, for people."""

    measure: Literal["error_rate", "p95"]
    bound: Decimal
    text: str

    def __str__(self) -> str:
        return self.text

    @classmethod
    def parse(cls, value: object) -> Self:
        """Raises: an `abort_rule` refusal of whatever is not of the grammar."""
        if isinstance(value, cls):
            return value
        match = _RULE.fullmatch(value) if isinstance(value, str) else None
        if match is None:
            raise refuse("abort_rule", value if isinstance(value, str) else "…")
        share, length, unit = match.groups()
        if share is not None:
            return cls("error_rate", Decimal(share), f"error_rate > {share}")
        return cls("p95", Decimal(length) * Decimal(str(UNITS[unit])), f"p95 > {length}{unit}")

    def counts(self, outcome: str) -> bool:
        """Whether a call with this outcome (`channels.measured.metrics`) says anything of the city.

        What an open breaker refuses is an error to whoever asked, and no measure of how fast the city is.
        """
        return outcome not in NEUTRAL and (self.measure == "error_rate" or outcome != REFUSED)

    def against(self, outcome: str, seconds: float) -> bool:
        """Whether a call that counts speaks against the city: it failed, or it took longer than the bound."""
        return outcome in BAD if self.measure == "error_rate" else Decimal(seconds) > self.bound

    def holds(self, calls: int, against: int) -> bool:
        """Whether the city is to be closed after so many calls, so many of them against it."""
        if calls < LEAST_CALLS:
            return False
        if self.measure == "error_rate":
            return against > self.bound * calls
        within = -(-calls * 95 // 100)  # the nearest-rank p95 is the value of this place, counted from the fastest
        return calls - against < within

    def told(self, calls: int, against: int) -> Bilingual:
        """What was measured beside what is allowed."""
        if self.measure == "error_rate":
            rate = f"{against / calls:.4f}".rstrip("0").rstrip(".") if calls else "0"
            bound = self.text.partition("> ")[2]
            return Bilingual(
                f"错误率 {rate} > {bound}(共 {calls} 次调用)", f"error rate {rate} > {bound} of {calls} calls"
            )
        return Bilingual(
            f"{self.text}:{calls} 次调用中有 {against} 次更慢", f"{self.text}: {against} of {calls} calls took longer"
        )


__all__ = ["LEAST_CALLS", "PATTERN", "AbortRule"]
