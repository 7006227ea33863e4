"""`rollout` of a channel file: how a city is opened step by step. What came of it is kept by `measured/rollout_log`."""

from datetime import datetime, timedelta

from channels.declared.abort_rule import AbortRule
from channels.declared.strict_model import Model
from channels.text.durations import written
from channels.text.scalars import Duration, Percent, String


class Rollout(Model):
    """`percent`: the share of the citizens to whom the city is open at first; `allow`: groups to whom it is open at once.

    `promote_after`: how long after that it is open to all; None: not by itself.  `abort_if`: when it is closed again.
    """

    percent: Percent
    allow: tuple[String, ...] = ()
    promote_after: Duration | None = None
    abort_if: AbortRule | None = None

    @property
    def block(self) -> str:
        """The rollout in one line; equal for equal ones, however their files are laid out."""
        after: timedelta | None = self.promote_after
        parts = {
            "percent": f"{self.percent:g}",
            "allow": ",".join(sorted(set(self.allow))),
            "promote_after": written(after) if after is not None else "",
            "abort_if": str(self.abort_if or ""),
        }
        return ", ".join(f"{name}: {value}" for name, value in parts.items() if value)

    def over_at(self, begun_at: datetime) -> datetime | None:
        """From when on the city is open to all, where this began at `begun_at`; None: not by itself."""
        return None if self.promote_after is None else begun_at + self.promote_after


__all__ = ["Rollout"]
