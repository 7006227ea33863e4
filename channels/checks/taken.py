"""Types that two cities both define.

Else two contributions cannot clash: each mounts one field, which is named like its city, and they share nothing but what the
graph lends to all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from graphql import DocumentNode, TypeDefinitionNode

from channels.text.diagnostics import Diagnostic, Place, report
from channels.text.lines import SourceText


@dataclass(frozen=True, slots=True)
class Contributor:
    """A city with a contribution that has nothing else wrong.  `prefix`: how its types begin."""

    slug: str
    code: str
    prefix: str
    source: SourceText
    document: DocumentNode


def check_taken(contributors: Iterable[Contributor]) -> Iterator[tuple[str, Diagnostic]]:
    """By slug, the types that two cities both define: told to the one whose name they bear less.

    Of two cities of one name it is the later by code.
    """
    given = sorted(contributors, key=lambda each: (each.code, each.slug))
    defined: dict[str, list[tuple[Contributor, Place]]] = {}
    for each in given:
        for node in each.document.definitions:
            if isinstance(node, TypeDefinitionNode):
                token = node.name.loc.start_token  # type: ignore[union-attr]
                place = Place(each.source.path, token.line, token.column, token.end - token.start)
                defined.setdefault(node.name.value, []).append((each, place))
    for name, places in defined.items():
        owner = max((each for each, _ in places), key=lambda each: len(each.prefix))
        for each, place in places:
            if each is not owner:
                yield each.slug, report("sdl_taken", place, found=name, other=owner.slug, right=free(name, each, owner))


def free(name: str, city: Contributor, owner: Contributor) -> str:
    """A name for the same thing that nobody bears."""
    rest = name[len(owner.prefix) :]
    taken = {node.name.value for node in city.document.definitions if isinstance(node, TypeDefinitionNode)} | {name}
    short = f"{city.prefix}{rest}"
    return short if short not in taken else f"{city.prefix}{city.slug.capitalize()}{rest}"
