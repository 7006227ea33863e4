"""REQUIRES_INVALID_FIELDS_TYPE: @requires is given one string."""

from collections.abc import Iterator

from federation.codes import CompositionError, in_subgraph
from federation.facts import Facts
from federation.field_sets import INVALID_TYPE, reported

CODE = "REQUIRES_INVALID_FIELDS_TYPE"


def check(facts: Facts) -> Iterator[CompositionError]:
    """An error for every field set that breaks the rule."""
    return (in_subgraph(facts.name, CODE, message) for message in reported(facts, "requires", INVALID_TYPE))
