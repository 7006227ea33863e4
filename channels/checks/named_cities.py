"""Cities that a contribution names: only a default value of an argument or an input field can.

A contribution is held against the graph as it was exported, whose `CityId` has the cities of the export.  Which ones there are,
the deployment says: a default that names another one makes a graph that is not built, for no city.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from graphql import (
    DocumentNode,
    EnumValueNode,
    InputValueDefinitionNode,
    Visitor,
    build_ast_schema,
    parse,
    validate_schema,
    visit,
)

from channels.checks.sdl_problems import refused
from channels.text.diagnostics import Diagnostic
from channels.text.lines import SourceText
from schema.contributed import CONTRIBUTED, merged
from schema.document import with_cities
from schema.exported import exported

OF_CITIES = "'CityId' enum"
"""What graphql-core says where a default is none of the cities."""


def check_named(source: SourceText, document: DocumentNode, cities: tuple[str, ...]) -> Iterator[Diagnostic]:
    """Defaults that name a city which this deployment does not have.  `cities`: the values of its `CityId`."""
    if names_something(document):
        yield from _misnamed(source, cities)


def names_something(document: DocumentNode) -> bool:
    """Whether a default holds the value of an enum."""
    defaults = _Defaults()
    visit(document, defaults)
    return defaults.found


@lru_cache(maxsize=4)
def graph_of(cities: tuple[str, ...]) -> DocumentNode:
    """The canonical graph with the cities of one deployment."""
    return with_cities(exported().document, {name: (name.lower(), "") for name in cities})


@lru_cache(maxsize=128)
def _misnamed(source: SourceText, cities: tuple[str, ...]) -> tuple[Diagnostic, ...]:
    own = [node for node in parse(source.text).definitions if isinstance(node, CONTRIBUTED)]
    core = build_ast_schema(merged(graph_of(cities), own), assume_valid_sdl=True)
    return tuple(refused(source, (error for error in validate_schema(core) if OF_CITIES in error.message)))


class _Defaults(Visitor):
    """Looks for an enum's value in a default; a directive's argument is none."""

    def __init__(self) -> None:
        super().__init__()
        self.found = False

    def enter_input_value_definition(self, node: InputValueDefinitionNode, *_: object) -> None:
        """Look into one argument or input field."""
        if node.default_value is not None:
            visit(node.default_value, _Values(self))


class _Values(Visitor):
    """Notes that there is an enum's value."""

    def __init__(self, defaults: _Defaults) -> None:
        super().__init__()
        self._defaults = defaults

    def enter_enum_value(self, _node: EnumValueNode, *_: object) -> None:
        """Note one."""
        self._defaults.found = True
