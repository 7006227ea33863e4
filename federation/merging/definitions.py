"""Merging directive definitions: executable ones that every subgraph has, and those that subgraphs ask to be composed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from federation.codes import CompositionError
from federation.definitions import BUILT_IN_DIRECTIVES, Argument, DirectiveDef
from federation.facts import Facts
from federation.links import Import, Link
from federation.merging.fields import merged_argument
from federation.merging.graphs import Graphs, composed_names
from federation.merging.ledger import Ledger
from federation.rules import directive_composition_error, required_argument_missing_in_some_subgraph

EXECUTABLE = (
    "QUERY",
    "MUTATION",
    "SUBSCRIPTION",
    "FIELD",
    "FRAGMENT_DEFINITION",
    "FRAGMENT_SPREAD",
    "INLINE_FRAGMENT",
    "VARIABLE_DEFINITION",
)


@dataclass(frozen=True, slots=True)
class Composed:
    """A directive that a subgraph asks to be composed, with the link it comes from."""

    subgraph: str
    directive: DirectiveDef
    link: Link
    imported: Import


def merged_definitions(graphs: Graphs, ledger: Ledger) -> tuple[tuple[DirectiveDef, ...], tuple[Link, ...]]:
    """The directive definitions of the supergraph, and the links of the composed ones."""
    found = [one for facts in graphs.all for one in _composed(facts, ledger.errors)]
    ledger.errors += directive_composition_error.errors(
        [(one.subgraph, one.directive, one.link, one.imported) for one in found]
    )
    newest: dict[str, Composed] = {}
    for one in sorted(found, key=lambda one: one.link.version):
        newest[one.directive.name] = one
    executable = [one for one in _executable(graphs, ledger) if one.name not in newest]
    return (*executable, *[one.directive for one in newest.values()]), tuple(_links(list(newest.values())))


def _composed(facts: Facts, errors: list[CompositionError]) -> Iterator[Composed]:
    for name in composed_names(facts):
        link = facts.subgraph.links.owner(name)
        directive = facts.subgraph.directives.get(name)
        if link and directive:
            imported = link.element(name)
            yield Composed(facts.name, directive, link, imported)
    errors += directive_composition_error.check(facts)


def _links(found: Sequence[Composed]) -> Iterator[Link]:
    by_identity: dict[str, list[Composed]] = {}
    for one in found:
        by_identity.setdefault(one.link.identity, []).append(one)
    for ones in by_identity.values():
        newest = max((one.link for one in ones), key=lambda link: link.version)
        imports = tuple(one.imported for one in ones)
        yield replace(newest, imports=imports, prefix=newest.name)


def _executable(graphs: Graphs, ledger: Ledger) -> Iterator[DirectiveDef]:
    names = dict.fromkeys(name for facts in graphs.all for name in facts.subgraph.directives)
    for name in names:
        found = [(facts, facts.subgraph.directives.get(name)) for facts in graphs.all]
        sources = [(facts, one) for facts, one in found if one is not None]
        if name in BUILT_IN_DIRECTIVES or not any(set(one.locations) & set(EXECUTABLE) for _, one in sources):
            continue
        locations = tuple(one for one in EXECUTABLE if all(one in other.locations for _, other in sources))
        if len(sources) < len(graphs.all) or not locations:
            message = f'Executable directive "@{name}" is left out: it is not the same in every subgraph.'
            ledger.hint("INCONSISTENT_EXECUTABLE_DIRECTIVE_PRESENCE", message, f"@{name}")
            continue
        repeatable = all(one.repeatable for _, one in sources)
        text = next((one.description for _, one in sources if one.description), "")
        yield DirectiveDef(name, _arguments(graphs, name, sources, ledger), locations, repeatable, text)


def _arguments(
    graphs: Graphs, name: str, sources: Sequence[tuple[Facts, DirectiveDef]], ledger: Ledger
) -> dict[str, Argument]:
    merged: dict[str, Argument] = {}
    for arg in dict.fromkeys(arg for _, one in sources for arg in one.args):
        coordinate = f"@{name}({arg}:)"
        found = [(facts, one.args[arg]) for facts, one in sources if arg in one.args]
        lacking = [facts for facts, one in sources if arg not in one.args]
        if lacking:
            ledger.errors += required_argument_missing_in_some_subgraph.errors(coordinate, found, lacking)
            continue
        merged[arg] = merged_argument(graphs, coordinate, found, ledger)
    return merged
