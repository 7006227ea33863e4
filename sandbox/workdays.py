"""Working days of the mainland's public calendar, for promised dates.

Source: State Council notices on public holidays for 2026; of 2027 only New Year's Day. Days beyond follow the week.
"""

from datetime import date, timedelta

SATURDAY = 5


def _days(first: date, last: date) -> set[date]:
    return {first + timedelta(days=n) for n in range((last - first).days + 1)}


HOLIDAYS = frozenset(
    _days(date(2026, 1, 1), date(2026, 1, 3))
    | _days(date(2026, 2, 15), date(2026, 2, 23))
    | _days(date(2026, 4, 4), date(2026, 4, 6))
    | _days(date(2026, 5, 1), date(2026, 5, 5))
    | _days(date(2026, 6, 19), date(2026, 6, 21))
    | _days(date(2026, 9, 25), date(2026, 9, 27))
    | _days(date(2026, 10, 1), date(2026, 10, 7))
    | _days(date(2027, 1, 1), date(2027, 1, 3))
)
MADE_UP = frozenset(
    {date(2026, 1, 4), date(2026, 2, 14), date(2026, 2, 28), date(2026, 5, 9), date(2026, 9, 20), date(2026, 10, 10)}
)


def is_working_day(day: date) -> bool:
    """True for a weekday that is no holiday, and for a weekend day that is worked instead."""
    return day in MADE_UP or (day.weekday() < SATURDAY and day not in HOLIDAYS)


def after_working_days(day: date, count: int) -> date:
    """The day `count` working days after `day`, which does not count itself."""
    while count > 0:
        day += timedelta(days=1)
        count -= is_working_day(day)
    return day
