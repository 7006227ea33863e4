"""EXTENSION_WITH_NO_BASE: what a Federation 1 subgraph extends, some subgraph defines."""

from collections.abc import Iterator, Sequence

from federation.codes import CompositionError, in_subgraph
from federation.facts import Facts, is_extension

CODE = "EXTENSION_WITH_NO_BASE"
ROOTS = ("Query", "Mutation", "Subscription")


def errors(subgraphs: Sequence[Facts]) -> Iterator[CompositionError]:
    """An error for every extension without a definition in any subgraph."""
    defined = {one.name for facts in subgraphs for one in facts.types.values() if not is_extension(one)}
    # An extension in a Federation 2 subgraph is a definition: the version no longer tells them apart.
    defined |= {name for facts in subgraphs if not facts.subgraph.federation_1 for name in facts.types}
    for facts in subgraphs:
        for one in facts.types.values():
            if is_extension(one) and one.name not in defined and one.name not in ROOTS:
                message = (
                    f'Type "{one.name}" is an extension type, but there is no type definition for "{one.name}" in any'
                    " subgraph."
                )
                yield in_subgraph(facts.name, CODE, message)
