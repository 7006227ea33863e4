"""PROVIDES_FIELDS_MISSING_EXTERNAL: what @provides names is resolved elsewhere, so it is @external."""

from collections.abc import Iterator

from federation.codes import CompositionError, in_subgraph
from federation.facts import Facts
from federation.field_sets import MISSING_EXTERNAL, reported

CODE = "PROVIDES_FIELDS_MISSING_EXTERNAL"


def check(facts: Facts) -> Iterator[CompositionError]:
    """An error for every field set that breaks the rule."""
    return (in_subgraph(facts.name, CODE, message) for message in reported(facts, "provides", MISSING_EXTERNAL))
