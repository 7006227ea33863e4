"""PROVIDES_FIELDS_HAS_ARGS: the field set of @provides has no fields with arguments."""

from collections.abc import Iterator

from federation.codes import CompositionError, in_subgraph
from federation.facts import Facts
from federation.field_sets import HAS_ARGS, reported

CODE = "PROVIDES_FIELDS_HAS_ARGS"


def check(facts: Facts) -> Iterator[CompositionError]:
    """An error for every field set that breaks the rule."""
    return (in_subgraph(facts.name, CODE, message) for message in reported(facts, "provides", HAS_ARGS))
