"""REQUIRES_DIRECTIVE_IN_FIELDS_ARG: the field set of @requires applies no directives."""

from collections.abc import Iterator

from federation.codes import CompositionError, in_subgraph
from federation.facts import Facts
from federation.field_sets import DIRECTIVE, reported

CODE = "REQUIRES_DIRECTIVE_IN_FIELDS_ARG"


def check(facts: Facts) -> Iterator[CompositionError]:
    """An error for every field set that breaks the rule."""
    return (in_subgraph(facts.name, CODE, message) for message in reported(facts, "requires", DIRECTIVE))
