"""Declared maintenance windows: a page for people at two in the morning is not a broken contract."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from channels.text.written import Window


def seconds_left(windows: Iterable[Window], at: datetime) -> int | None:
    """Return: whole seconds until the window that `at` is in ends; None outside every window."""
    for window in windows:
        local = at.astimezone(ZoneInfo(window.zone))
        end = datetime.combine(local.date(), window.end, local.tzinfo)
        start = datetime.combine(local.date(), window.start, local.tzinfo)
        if end <= start:  # across midnight: the part before it, or the part after it
            if local >= start:
                end += timedelta(days=1)
            else:
                start -= timedelta(days=1)
        if start <= local < end:
            return max(1, int((end - local).total_seconds()))
    return None
