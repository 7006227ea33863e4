"""SATISFIABILITY_ERROR: some query of the API schema cannot be answered by the subgraphs."""

from collections.abc import Sequence

from federation.codes import CompositionError
from federation.definitions import Applied
from federation.facts import Coordinate, field_set_text
from federation.printing import indented

CODE = "SATISFIABILITY_ERROR"
Reasons = Sequence[tuple[str, Sequence[str]]]
"""By subgraph, why the query cannot go on from there."""


def error(query: str, reasons: Reasons) -> CompositionError:
    """The error for one query."""
    lines = [
        "The following supergraph API query:",
        query,
        "cannot be satisfied by the subgraphs because:",
    ]
    for subgraph, found in reasons:
        if len(found) == 1:
            lines.append(f'- from subgraph "{subgraph}": {found[0]}')
        else:
            lines += [f'- from subgraph "{subgraph}":', *(indented(f"- {reason}") for reason in found)]
    return CompositionError(CODE, "\n".join(lines), tuple(subgraph for subgraph, _ in reasons))


def no_key(subgraph: str, coordinate: Coordinate, *, marked: bool) -> str:
    """A subgraph that has the field cannot be entered; `marked` when it has keys that are not resolvable."""
    return (
        f'cannot move to subgraph "{subgraph}", which has field "{".".join(coordinate)}", because type'
        f' "{coordinate[0]}" has no {"resolvable " if marked else ""}@key defined in subgraph "{subgraph}".'
    )


def key_unresolved(subgraph: str, key: Applied, type_name: str, start: str) -> str:
    """A subgraph is entered by a key that cannot be had."""
    return (
        f'cannot move to subgraph "{subgraph}" using @key(fields: "{field_set_text(key)}") of "{type_name}", the key'
        f' field(s) cannot be resolved from subgraph "{start}".'
    )


def no_implementation(interface: str) -> str:
    """Only an @interfaceObject is known, which does not say what the object is."""
    return f'no subgraph can be reached to resolve the implementation type of @interfaceObject type "{interface}".'
