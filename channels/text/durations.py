"""Durations as files write them, `250ms`, `24h`: read, and written again."""

import re
from datetime import timedelta

from channels.text.refusal import refuse

UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)", re.ASCII)
LONGEST_DAYS = 36_500  # a moment and a duration make a moment: the calendar of computers ends in the year 9999


def duration(value: object) -> timedelta:
    if isinstance(value, timedelta):
        return value
    if isinstance(value, str) and (match := _DURATION.fullmatch(value)):
        seconds = float(match[1]) * UNITS[match[2]]
        if seconds > LONGEST_DAYS * UNITS["d"]:
            raise refuse(
                "out_of_range", value if len(value) < 40 else f"{value[:12]}…", low="0s", high=f"{LONGEST_DAYS}d"
            )
        return timedelta(seconds=seconds)
    raise refuse("duration", value)


def written(duration: timedelta) -> str:
    """The duration as files write it, in the largest unit of which it is a whole number: `24h`."""
    milliseconds = duration // timedelta(milliseconds=1)
    fitting = [unit for unit, seconds in UNITS.items() if milliseconds and milliseconds % round(seconds * 1000) == 0]
    unit = max(fitting, key=UNITS.__getitem__, default="ms")
    return f"{milliseconds // round(UNITS[unit] * 1000)}{unit}"


def period(value: object) -> timedelta:
    if (made := duration(value)) <= timedelta():
        raise refuse("too_small", value, low="1ms")
    return made
