"""OVERRIDE_ON_INTERFACE: only fields of object types move."""

from federation.codes import CompositionError
from federation.facts import Coordinate, Facts

CODE = "OVERRIDE_ON_INTERFACE"


def error(facts: Facts, coordinate: Coordinate) -> CompositionError | None:
    """Why this @override cannot stand where it does."""
    if facts.types[coordinate[0]].kind != "INTERFACE":
        return None
    message = (
        f'@override cannot be used on field "{".".join(coordinate)}" on subgraph "{facts.name}":'
        " @override is not supported on interface type fields."
    )
    return CompositionError(CODE, message, (facts.name,))
