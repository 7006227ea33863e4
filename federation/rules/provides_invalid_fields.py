"""PROVIDES_INVALID_FIELDS: the field set of @provides parses and selects what exists."""

from collections.abc import Iterator

from federation.codes import CompositionError, in_subgraph
from federation.facts import Facts
from federation.field_sets import INVALID, reported

CODE = "PROVIDES_INVALID_FIELDS"


def check(facts: Facts) -> Iterator[CompositionError]:
    """An error for every field set that breaks the rule."""
    return (in_subgraph(facts.name, CODE, message) for message in reported(facts, "provides", INVALID))
