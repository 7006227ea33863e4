"""EXTENSION_WITH_NO_BASE: what a Federation 1 subgraph extends, some subgraph defines."""

from collections.abc import Iterator, Sequence

from federation.codes import CompositionError, in_subgraph
from federation.facts import Facts, is_extension

CODE = "EXTENSION_WITH_NO_BASE"
ROOTS = ("Query", "Mutation", "Subscription")


def errors(subgraphs: Sequence[Facts]) -> Iterator[CompositionError]:
    """An error for every extension that no other subgraph defines, with or without @extends."""
    defining: dict[str, set[str]] = {}
    for facts in subgraphs:
        for one in facts.types.values():
            if one.defined:
                defining.setdefault(one.name, set()).add(facts.name)
    for facts in subgraphs:
        for one in facts.types.values() if facts.subgraph.federation_1 else ():
            based = defining.get(one.name, set()) - {facts.name}
            if is_extension(one) and not based and one.name not in ROOTS:
                message = (
                    f'Type "{one.name}" is an extension type, but there is no type definition for "{one.name}" in any'
                    " subgraph."
                )
                yield in_subgraph(facts.name, CODE, message)
