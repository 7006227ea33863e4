"""Subgraphs in, supergraph out.

A paragraph of stages: read every subgraph, check each by itself, lift Federation 1 to today's terms, merge, check what a
client will see, and prove that every query can be answered.  Each stage reports everything it finds; a later stage runs
only when the earlier ones found nothing, because its errors would be echoes.

Pure: no I/O, no clock; the same subgraphs give the same text, whatever their order.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from federation.checking import check_sources, checked
from federation.codes import CompositionError, CompositionFailed
from federation.facts import Facts, facts_of
from federation.hints import Hint
from federation.inaccessible import unseen_errors
from federation.merging.merge import merged
from federation.satisfiability import unsatisfiable
from federation.subgraph import Source, read_subgraph
from federation.supergraph import Supergraph
from federation.upgrade import extension_errors, upgraded

__all__ = ["Composed", "NotComposed", "Source", "compose", "supergraph_of"]


@dataclass(frozen=True, slots=True)
class Composed:
    """Subgraphs that fit together."""

    supergraph: Supergraph
    hints: tuple[Hint, ...] = ()

    @property
    def sdl(self) -> str:
        """The supergraph as join-spec SDL."""
        return str(self.supergraph)


@dataclass(frozen=True, slots=True)
class NotComposed:
    """Subgraphs that do not fit together, with every reason that the first failing stage found."""

    errors: tuple[CompositionError, ...]
    hints: tuple[Hint, ...] = ()


def compose(sources: Iterable[Source]) -> Composed | NotComposed:
    """Composes subgraphs.  Never raises on their content."""
    given = sorted(sources, key=lambda source: source.name)
    errors = list(check_sources(given))
    if errors:
        return NotComposed(tuple(errors))
    facts: list[Facts] = []
    for source in given:
        subgraph, unreadable = read_subgraph(source)
        errors += unreadable
        if subgraph:
            one = facts_of(subgraph)
            errors += checked(one)
            facts.append(one)
    errors = errors or list(extension_errors(facts))
    return NotComposed(tuple(errors)) if errors else merged_and_proved(facts)


def merged_and_proved(facts: Iterable[Facts]) -> Composed | NotComposed:
    """The later stages, for subgraphs that are right by themselves."""
    supergraph, ledger, graphs = merged(upgraded(list(facts)))
    hints = tuple(ledger.hints)
    errors = ledger.errors or unseen_errors(supergraph.types) or unsatisfiable(graphs, supergraph.types)
    if errors:
        return NotComposed(tuple(dict.fromkeys(errors)), hints)
    return Composed(supergraph, hints)


def supergraph_of(sources: Iterable[Source]) -> Composed:
    """The same, for callers that want a supergraph or nothing.  Raises: CompositionFailed."""
    result = compose(sources)
    if isinstance(result, NotComposed):
        raise CompositionFailed(result.errors)
    return result
