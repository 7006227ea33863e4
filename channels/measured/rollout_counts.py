"""The calls of cities that are being opened, counted as their `abort_if` wants them, until they are written down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from channels.deployment.snapshot import Channel


@dataclass(frozen=True, slots=True)
class Counted:
    """Calls that count, and those of them that speak against the city."""

    calls: int = 0
    against: int = 0

    def __add__(self, other: Counted) -> Counted:
        return Counted(self.calls + other.calls, self.against + other.against)


class RolloutCounts:
    """What one process has counted since the last `take`, by slug and revision; cities without `abort_if` cost one look."""

    def __init__(self) -> None:
        self._counted: dict[tuple[str, str], Counted] = {}

    def note(self, channel: Channel, outcome: str, seconds: float) -> None:
        """Count one call that has ended; `outcome` as `channels.measured.metrics` names it."""
        rollout = channel.config.rollout
        rule = rollout.abort_if if rollout else None
        if rule is None or not rule.counts(outcome):
            return
        key = channel.slug, channel.revision
        one = Counted(1, int(rule.against(outcome, seconds)))
        self._counted[key] = self._counted.get(key, Counted()) + one

    def take(self) -> Mapping[tuple[str, str], Counted]:
        """What is to be written down now."""
        taken, self._counted = self._counted, {}
        return taken

    def give_back(self, counted: Mapping[tuple[str, str], Counted]) -> None:
        """Count again what could not be written down."""
        for key, found in counted.items():
            self._counted[key] = self._counted.get(key, Counted()) + found


__all__ = ["Counted", "RolloutCounts"]
