"""TYPE_DEFINITION_INVALID: a subgraph's copy of a type of the specification is the scalar that it is there."""

from collections.abc import Iterator

from federation.codes import CompositionError, in_subgraph
from federation.definitions import KIND_TITLES
from federation.facts import Facts
from federation.reading import KINDS
from federation.specs import SPEC_TYPES

CODE = "TYPE_DEFINITION_INVALID"


def check(facts: Facts) -> Iterator[CompositionError]:
    """An error for every such type of another kind."""
    local = set(facts.subgraph.links.types)
    if facts.subgraph.redefined:
        local |= {named for named in SPEC_TYPES if _used(facts, named)}
    for node in facts.subgraph.document.definitions:
        name = getattr(getattr(node, "name", None), "value", "")
        kind = KINDS.get(node.kind.rpartition("_")[0])
        if name in local and kind not in (None, "SCALAR"):
            title = KIND_TITLES[kind].replace(" ", "") if kind else ""
            message = f"Invalid definition for type {name}: {name} should be a ScalarType but is defined as a {title}"
            yield in_subgraph(facts.name, CODE, message)


def _used(facts: Facts, name: str) -> bool:
    return any(name in arg.type for one in facts.subgraph.redefined.values() for arg in one.args.values())
