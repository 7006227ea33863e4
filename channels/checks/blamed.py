"""Where in a `contribute.graphql` to look, for a reason that speaks of names and not of lines, as composition does.

The first name that the reason quotes and the text has is the place; where it quotes none, the first `Type.field`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

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

from channels.checks.sdl_problems import worded
from channels.text.diagnostics import Diagnostic, Place, report
from channels.text.lines import SourceText

HOLDERS = (
    EnumTypeDefinitionNode,
    InputObjectTypeDefinitionNode,
    InterfaceTypeDefinitionNode,
    ObjectTypeDefinitionNode,
    ObjectTypeExtensionNode,
)
_QUOTED = re.compile(r"[\"'`]([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)?)")
_CODE = re.compile(r"^INVALID_GRAPHQL: \[\w+\] ")  # the others name what they found themselves
_COORDINATE = re.compile(r"\b[A-Za-z_]\w*\.[A-Za-z_]\w*")


def not_composing(slug: str, source: SourceText, problem: str) -> Diagnostic:
    """Why what one city adds does not compose, at the place that is meant."""
    file, told = source.path.rpartition("/")[2], [worded(_CODE.sub("", each)) for each in problem.split("; ")]
    zh, en = (";".join(each[0] for each in told), "; ".join(each[1] for each in told))
    said = {"zh": zh, "en": en}
    return report("does_not_compose", blamed(source, problem), city=slug, problem=said, file=file)


def blamed(source: SourceText, problem: str) -> Place:
    """Where the first name of a reason, `Type` or `Type.field`, stands in the text; else the text's beginning."""
    try:
        spots = _Spots()
        visit(parse(source.text), spots)
    except GraphQLError:
        return Place(source.path, 1, 1)
    names = [*_QUOTED.findall(problem), *_COORDINATE.findall(problem)]
    found = next((node for name in names for node in spots.of(name)), None)
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
