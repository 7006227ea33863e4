"""KEY_FIELDS_SELECT_INVALID_TYPE: the field set of a key does not enter interfaces or unions."""

from collections.abc import Iterator

from federation.codes import CompositionError, in_subgraph
from federation.facts import Facts
from federation.field_sets import SELECT_INVALID_TYPE, reported

CODE = "KEY_FIELDS_SELECT_INVALID_TYPE"


def check(facts: Facts) -> Iterator[CompositionError]:
    """An error for every field set that breaks the rule."""
    return (in_subgraph(facts.name, CODE, message) for message in reported(facts, "key", SELECT_INVALID_TYPE))
