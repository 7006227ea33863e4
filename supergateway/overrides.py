"""Progressive `@override`: which labels are on for a request.

`percent(5)` is on for five requests in a hundred, by the drawn number that the caller passes; any other label is on
when the operator names it.
Source: Apollo Federation 2.7, "Incremental migration with progressive @override".
"""

import re
from collections.abc import Collection, Iterable

_PERCENT = re.compile(r"percent\(\s*(\d+(?:\.\d+)?)\s*\)")


def labels_on(labels: Iterable[str], *, drawn: float, named: Collection[str] = ()) -> frozenset[str]:
    """The labels in force.  `drawn` is a number from 0 up to 100, one for the whole request."""
    return frozenset(label for label in labels if label in named or drawn < _share(label))


def _share(label: str) -> float:
    found = _PERCENT.fullmatch(label.strip())
    return float(found[1]) if found else 0.0
