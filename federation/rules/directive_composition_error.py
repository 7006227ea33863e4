"""DIRECTIVE_COMPOSITION_ERROR: a composed directive has one specification, one major version and one name."""

from collections.abc import Iterator, Sequence
from difflib import get_close_matches

from federation.codes import CompositionError
from federation.definitions import DirectiveDef
from federation.facts import Facts
from federation.links import Import, Link
from federation.wording import in_subgraphs, quoted

CODE = "DIRECTIVE_COMPOSITION_ERROR"
COMPOSED_ANYWAY = ("tag", "inaccessible")
Found = Sequence[tuple[str, DirectiveDef, Link, Import]]
"""Subgraph, definition, link and import of every directive that is to be composed."""


def check(facts: Facts) -> Iterator[CompositionError]:
    """What is wrong with the @composeDirective of one subgraph."""
    for applied in facts.subgraph.schema_applied:
        if applied.spec == "composeDirective":
            text = applied.text("name") or ""
            problem = _problem(facts, text)
            if problem:
                yield CompositionError(CODE, f"[{facts.name}] {problem}", (facts.name,))


def _problem(facts: Facts, text: str) -> str:
    argument = f'Argument to @composeDirective "{text}" in subgraph "{facts.name}"'
    if not text:
        return f'Argument to @composeDirective in subgraph "{facts.name}" cannot be NULL or an empty String'
    if not text.startswith("@"):
        return f'{argument} must have a leading "@"'
    name, links = text.removeprefix("@"), facts.subgraph.links
    spec = links.directives.get(name)
    if spec:
        composed = spec in COMPOSED_ANYWAY
        return (
            "" if composed else f'Composing federation directive "{text}" in subgraph "{facts.name}" is not supported'
        )
    if name not in facts.subgraph.directives:
        near = get_close_matches(name, facts.subgraph.directives, 1)
        return f"{argument} does not exist." + (f' Did you mean "@{near[0]}"?' if near else "")
    if links.owner(name) is None:
        return f'Directive "{text}" in subgraph "{facts.name}" cannot be composed because it is not a member of a core feature'
    return ""


def errors(found: Found) -> Iterator[CompositionError]:
    """What is wrong between subgraphs."""
    yield from _versions(found)
    yield from _owners(found)
    yield from _names(found)
    yield from _locations(found)


def _versions(found: Found) -> Iterator[CompositionError]:
    for identity in dict.fromkeys(link.identity for _, _, link, _ in found):
        linking = {subgraph: link for subgraph, _, link, _ in found if link.identity == identity}
        if len({link.version[0] for link in linking.values()}) > 1:
            versions = quoted(f"{link.url}" for link in linking.values())
            message = (
                f'Core feature "{identity}" requested to be merged has major version mismatch across'
                f" {in_subgraphs(linking)}: {versions}"
            )
            yield CompositionError(CODE, message, tuple(linking))


def _owners(found: Found) -> Iterator[CompositionError]:
    for name in dict.fromkeys(directive.name for _, directive, _, _ in found):
        owners = {subgraph: link.identity for subgraph, directive, link, _ in found if directive.name == name}
        if len(set(owners.values())) > 1:
            message = (
                f'Composed directive "@{name}" is not linked by the same core feature in every subgraph:'
                f" {quoted(dict.fromkeys(owners.values()))} in {in_subgraphs(owners)}"
            )
            yield CompositionError(CODE, message, tuple(owners))


def _names(found: Found) -> Iterator[CompositionError]:
    for key in dict.fromkeys((link.identity, imported.name) for _, _, link, imported in found):
        locals_ = {
            subgraph: imported.local for subgraph, _, link, imported in found if (link.identity, imported.name) == key
        }
        if len(set(locals_.values())) > 1:
            names = ", ".join(f'"{local}" in subgraph "{subgraph}"' for subgraph, local in locals_.items())
            message = f'Composed directive "{key[1]}" is not named consistently in all subgraphs: {names}'
            yield CompositionError(CODE, message, tuple(locals_))


def _locations(found: Found) -> Iterator[CompositionError]:
    for name in dict.fromkeys(directive.name for _, directive, _, _ in found):
        allowed = {subgraph: set(directive.locations) for subgraph, directive, _, _ in found if directive.name == name}
        if not set.intersection(*allowed.values()):
            message = f'Directive "@{name}" has no shared locations between {in_subgraphs(allowed)}'
            yield CompositionError(CODE, message, tuple(allowed))
