"""OVERRIDE_LABEL_INVALID: a label is a name, or `percent(x)` of requests."""

import re

from federation.codes import CompositionError
from federation.facts import Coordinate, Facts

CODE = "OVERRIDE_LABEL_INVALID"
LABEL = re.compile(r"[a-zA-Z][a-zA-Z0-9_\-:./]*")
PERCENT = re.compile(r"percent\((\d{1,2}(\.\d{1,8})?|100)\)")


def error(facts: Facts, coordinate: Coordinate, label: str | None) -> CompositionError | None:
    """Why a label cannot be read."""
    if label is None or LABEL.fullmatch(label) or PERCENT.fullmatch(label):
        return None
    message = (
        f'Invalid @override label "{label}" on field "{".".join(coordinate)}" on subgraph "{facts.name}": labels must'
        " start with a letter and after that may contain alphanumerics, underscores, minuses, colons, periods, or"
        ' slashes. Alternatively, labels may be of the form "percent(x)" where x is a number from 0 to 100.'
    )
    return CompositionError(CODE, message, (facts.name,))
