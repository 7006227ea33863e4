"""What a city adds to the graph and does not go with the rest, told at its place in `contribute.graphql`.

Composition speaks of names, not of lines: the first name that its reason quotes and the text has is where to look.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from graphql import GraphQLError, Node, parse, visit
from graphql.language import (
    EnumTypeDefinitionNode,
    InputObjectTypeDefinitionNode,
    InterfaceTypeDefinitionNode,
    NameNode,
    ObjectTypeDefinitionNode,
    ObjectTypeExtensionNode,
    Visitor,
)

from channels.deployment.folder import CHANNEL, CONTRIBUTION
from channels.text.diagnostics import Diagnostic, Place, report
from channels.text.documents import read_bytes, shown_path
from channels.text.lines import SourceText, decode

HOLDERS = (
    EnumTypeDefinitionNode,
    InputObjectTypeDefinitionNode,
    InterfaceTypeDefinitionNode,
    ObjectTypeDefinitionNode,
    ObjectTypeExtensionNode,
)
_QUOTED = re.compile(r"[\"'`]([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)?)")


def not_composed(folder: Path, problem: str) -> tuple[Diagnostic, SourceText]:
    """The finding about one city's folder, and the text that it points into."""
    file = next((file for name in (CONTRIBUTION, CHANNEL) if (file := folder / name).is_file()), folder)
    shown = shown_path(file)
    source, _ = decode(shown, read_bytes(file, shown)[0])
    place = blamed(source, problem) if file.name == CONTRIBUTION else Place(shown, 1, 1)
    return report("does_not_compose", place, city=folder.name, problem=problem), source


def blamed(source: SourceText, problem: str) -> Place:
    """Where the first name that a reason quotes, `Type` or `Type.field`, stands in the text; else the text's beginning."""
    try:
        spots = _Spots()
        visit(parse(source.text), spots)
    except GraphQLError:
        return Place(source.path, 1, 1)
    found = next((node for name in _QUOTED.findall(problem) for node in spots.of(name)), None)
    if found is None or found.loc is None:
        return Place(source.path, 1, 1)
    token = found.loc.start_token
    return Place(source.path, token.line, token.column, token.end - token.start)


class _Spots(Visitor):
    """Every name of a text where it stands first, also as a coordinate."""

    def __init__(self) -> None:
        super().__init__()
        self._found: dict[str, NameNode] = {}

    def of(self, name: str) -> Iterator[NameNode]:
        """The node of a coordinate or a name, if there is one; of a foreign type's field, nothing."""
        if name in self._found:
            yield self._found[name]

    def enter(self, node: Node, *_: object) -> None:
        """Visit one node."""
        if isinstance(node, NameNode):
            self._found.setdefault(node.value, node)
        elif isinstance(node, HOLDERS):
            for part in getattr(node, "fields", None) or getattr(node, "values", None) or ():
                self._found.setdefault(f"{node.name.value}.{part.name.value}", part.name)
