"""The graph as a document: what Strawberry prints, made canonical, with the cities of one graph in it.

The additions of the Federation specification (`_service`, `_Any`) belong to the subgraph's protocol and are left out.
"""

from collections.abc import Mapping

from graphql import parse, print_ast
from graphql.language import (
    DefinitionNode,
    DirectiveDefinitionNode,
    DirectiveNode,
    DocumentNode,
    EnumTypeDefinitionNode,
    EnumValueDefinitionNode,
    FieldDefinitionNode,
    NamedTypeNode,
    NameNode,
    Node,
    OperationType,
    OperationTypeDefinitionNode,
    SchemaDefinitionNode,
    StringValueNode,
    Visitor,
    visit,
)
from graphql.language.visitor import REMOVE

Cities = Mapping[str, tuple[str, str]]  # CityId name -> (slug, description)

DESCRIPTION = """\
市民云漫游网关 · 规范图(canonical graph),版本 1。
Citizen-services roaming gateway: the canonical graph, version 1.

规则 / Rules
1. 跨城市取得的字段一律可空;单城失败只影响该字段,并在 errors[].extensions 给出 {city, code, retryAfter}。
   Every field fetched from a city backend is nullable; one city's failure costs that field only.
2. 城市代码只作为入参枚举(CityId);出参用 City 对象。因此新增城市对前端永远不是破坏性变更。
   Cities are an *input-only* enum; outputs use City objects, so adding a city never breaks a client.
3. 扇出查询(cities: [...])返回 *Result,带 coverage:逐城说明是否成功、是否缓存、为何缺失。
   Fan-out fields return a page plus `coverage`, one row for each city asked.
4. 城市自有内容放在 Query.local 下,类型名须以城市英文名开头,不进入规范类型。
   City-specific content lives under Query.local with type names prefixed by the city."""


def canonical(printed: str) -> DocumentNode:
    """Make the canonical document of what Strawberry printed: no federation protocol, no repeated defaults."""
    document = parse(printed, no_location=True)
    defaults = {
        (directive.name.value, argument.name.value): argument.default_value
        for directive in document.definitions
        if isinstance(directive, DirectiveDefinitionNode)
        for argument in directive.arguments or ()
    }
    cleaned: DocumentNode = visit(document, Cleaner(defaults))
    return DocumentNode(definitions=(schema_definition(), *cleaned.definitions))


class Cleaner(Visitor):
    """Drops names with a leading underscore, and directive arguments that only repeat their default."""

    def __init__(self, defaults: Mapping[tuple[str, str], Node | None]) -> None:
        super().__init__()
        self.defaults = defaults

    def enter(self, node: Node, *_: object) -> object:
        """Visit one node."""
        name = getattr(node, "name", None)
        if isinstance(node, DefinitionNode | FieldDefinitionNode) and name and name.value.startswith("_"):
            return REMOVE
        if isinstance(node, DirectiveNode):
            return self.without_defaults(node)
        return None

    def without_defaults(self, node: DirectiveNode) -> DirectiveNode:
        """Leave out the arguments whose value is their default."""
        kept = tuple(a for a in node.arguments or () if self.defaults.get((node.name.value, a.name.value)) != a.value)
        return DirectiveNode(name=node.name, arguments=kept)


def schema_definition() -> SchemaDefinitionNode:
    """Name the three roots, under the description of the whole graph."""
    return SchemaDefinitionNode(
        description=text(DESCRIPTION),
        operation_types=tuple(
            OperationTypeDefinitionNode(
                operation=kind, type=NamedTypeNode(name=NameNode(value=kind.value.capitalize()))
            )
            for kind in (OperationType.QUERY, OperationType.MUTATION, OperationType.SUBSCRIPTION)
        ),
    )


def text(value: str) -> StringValueNode:
    """Write a description as a block string."""
    return StringValueNode(value=value, block=True)


def with_cities(document: DocumentNode, cities: Cities) -> DocumentNode:
    """Fill CityId with the cities of one graph. Raises: ValueError: no city."""
    if not cities:
        raise ValueError("a graph needs at least one city, because CityId may not be empty")
    values = tuple(
        EnumValueDefinitionNode(
            name=NameNode(value=name), description=text(description) if description else None, directives=()
        )
        for name, (_slug, description) in cities.items()
    )
    return DocumentNode(definitions=tuple(filled(d, values) for d in document.definitions))


def filled(definition: DefinitionNode, values: tuple[EnumValueDefinitionNode, ...]) -> DefinitionNode:
    """Give CityId its values; leave every other definition as it is."""
    if isinstance(definition, EnumTypeDefinitionNode) and definition.name.value == "CityId":
        return EnumTypeDefinitionNode(
            name=definition.name, description=definition.description, directives=(), values=values
        )
    return definition


def print_sdl(document: DocumentNode) -> str:
    """Print a document, ending in a newline."""
    return print_ast(document) + "\n"
