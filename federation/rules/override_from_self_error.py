"""OVERRIDE_FROM_SELF_ERROR: a field cannot move from the subgraph it is in."""

from federation.codes import CompositionError
from federation.facts import Coordinate, Facts

CODE = "OVERRIDE_FROM_SELF_ERROR"


def error(facts: Facts, coordinate: Coordinate, source: str) -> CompositionError | None:
    """Why this @override moves nothing."""
    if source != facts.name:
        return None
    message = f'Source and destination subgraphs "{source}" are the same for overridden field "{".".join(coordinate)}"'
    return CompositionError(CODE, message, (facts.name,))
