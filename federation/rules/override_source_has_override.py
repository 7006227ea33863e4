"""OVERRIDE_SOURCE_HAS_OVERRIDE: a field moves once; its source cannot move it on."""

from federation.codes import CompositionError
from federation.definitions import has
from federation.facts import Coordinate, Facts

CODE = "OVERRIDE_SOURCE_HAS_OVERRIDE"


def error(to: Facts, source: Facts, coordinate: Coordinate) -> CompositionError | None:
    """Why two overrides of a field contradict each other."""
    field = source.field(coordinate)
    if field is None or not has(field, "override"):
        return None
    message = (
        f'Field "{".".join(coordinate)}" on subgraph "{to.name}" is also marked with directive @override in subgraph'
        f' "{source.name}". Only one @override directive is allowed per field.'
    )
    return CompositionError(CODE, message, (to.name, source.name))
