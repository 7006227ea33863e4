"""OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE: a field that another directive governs does not move."""

from federation.codes import CompositionError
from federation.definitions import has
from federation.facts import Coordinate, Facts

CODE = "OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE"


def error(to: Facts, source: Facts, coordinate: Coordinate, label: str | None) -> CompositionError | None:
    """Why @override collides with @requires or @provides of the source, or @external beside it."""
    found = _collision(to, source, coordinate)
    if found is None:
        return None
    spec, subgraph = found
    name = ".".join(coordinate)
    how = "@override with label (progressive override)" if label is not None else "@override"
    message = (
        f'{how} cannot be used on field "{name}" on subgraph "{to.name}" since "{name}" on "{subgraph}" is marked with'
        f' directive "@{spec}"'
    )
    return CompositionError(CODE, message, (to.name, source.name))


def _collision(to: Facts, source: Facts, coordinate: Coordinate) -> tuple[str, str] | None:
    field = source.field(coordinate)
    for spec in ("requires", "provides"):
        if field and has(field, spec):
            return spec, source.name
    return ("external", to.name) if to.external(coordinate) else None
