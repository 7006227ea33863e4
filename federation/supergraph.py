"""A supergraph: merged types and the subgraphs they came from, printed as SDL of the join specification.

Source: specs.apollo.dev/join v0.3 to v0.5 and link v1.0.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from graphql import GraphQLError, parse
from graphql.language import EnumValueNode, SchemaDefinitionNode, SchemaExtensionNode
from graphql.language.ast import DocumentNode

from federation.codes import CompositionError, CompositionFailed
from federation.definitions import BUILT_IN_SCALARS, ROOT_NAMES, Applied, DirectiveDef, TypeDef
from federation.links import Import, Link
from federation.printing import block, directives, print_directive, print_type
from federation.reading import read_applied, read_types
from federation.specs import LINK
from federation.values import enum, literal
from federation.wrapping import named

JOIN = "https://specs.apollo.dev/join"
MAX_TOKENS = 20_000_000
UNREADABLE = "INVALID_FEDERATION_SUPERGRAPH"
JOIN_DEFINITIONS = """directive @join__enumValue(graph: join__Graph!) repeatable on ENUM_VALUE

directive @join__field({field_args}) repeatable on FIELD_DEFINITION | INPUT_FIELD_DEFINITION

directive @join__graph(name: String!, url: String!) on ENUM_VALUE

directive @join__implements(graph: join__Graph!, interface: String!) repeatable on OBJECT | INTERFACE

directive @join__type(graph: join__Graph!, key: join__FieldSet, extension: Boolean! = false, resolvable: Boolean! = true, isInterfaceObject: Boolean! = false) repeatable on OBJECT | INTERFACE | UNION | ENUM | INPUT_OBJECT | SCALAR

directive @join__unionMember(graph: join__Graph!, member: String!) repeatable on UNION

directive @link(url: String, as: String, for: link__Purpose, import: [link__Import]) repeatable on SCHEMA

scalar join__FieldSet

scalar link__Import

enum link__Purpose {
  "Metadata that is needed to resolve fields securely."
  SECURITY
  "Metadata that is needed to execute operations."
  EXECUTION
}
"""
DIRECTIVES_0_4 = """
directive @join__directive(graphs: [join__Graph!], name: String!, args: join__DirectiveArguments) repeatable on SCHEMA | OBJECT | INTERFACE | FIELD_DEFINITION

scalar join__DirectiveArguments
"""
CONTEXTS_0_5 = """
input join__ContextArgument {
  name: String!
  type: String!
  context: String!
  selection: join__FieldValue!
}

scalar join__FieldValue
"""
FIELD_ARGS = "graph: join__Graph, requires: join__FieldSet, provides: join__FieldSet, type: String, external: Boolean, override: String, usedOverridden: Boolean"


@dataclass(frozen=True, slots=True)
class GraphName:
    """A subgraph as the supergraph names it."""

    enum: str
    """The value of `join__Graph`."""
    name: str
    url: str


@dataclass(frozen=True, slots=True)
class Supergraph:
    """What composition makes, and what a supergraph file holds."""

    graphs: tuple[GraphName, ...]
    types: Mapping[str, TypeDef]
    directives: tuple[DirectiveDef, ...] = ()
    links: tuple[tuple[Link, str], ...] = ()
    """Linked specifications beside link and join, each with its purpose or an empty text."""
    join_version: tuple[int, int] = (0, 3)
    spec_scalars: tuple[str, ...] = ()
    """Scalars that the linked specifications define."""
    applied: tuple[Applied, ...] = ()
    """The directives of the schema itself, beside `@link`."""

    def __str__(self) -> str:
        return "\n\n".join(part.strip("\n") for part in self._parts()) + "\n"

    def _parts(self) -> Iterator[str]:
        yield _schema(self)
        yield _join_definitions(self.join_version)
        yield from map(print_directive, self.directives)
        yield from (f"scalar {name}" for name in self.spec_scalars)
        yield "enum join__Graph" + block(_graph(one) for one in self.graphs)
        yield from map(print_type, self.types.values())


def _join_definitions(version: tuple[int, int]) -> str:
    args = FIELD_ARGS
    args += ", overrideLabel: String" if version >= (0, 4) else ""
    args += ", contextArguments: [join__ContextArgument!]" if version >= (0, 5) else ""
    text = JOIN_DEFINITIONS.replace("{field_args}", args)
    return text + (DIRECTIVES_0_4 if version >= (0, 4) else "") + (CONTEXTS_0_5 if version >= (0, 5) else "")


def _graph(one: GraphName) -> str:
    applied = Applied("join__graph", args=(("name", literal(one.name)), ("url", literal(one.url))))
    return f"  {one.enum} {applied}"


def _schema(supergraph: Supergraph) -> str:
    join = Link(JOIN, "join", supergraph.join_version, "join")
    links = [(Link(LINK, "link", (1, 0), "link"), ""), (join, "EXECUTION"), *supergraph.links]
    roots = [f"  {operation}: {name}" for operation, name in ROOT_NAMES.items() if name in supergraph.types]
    applied = (*(_link(link, purpose) for link, purpose in links), *supergraph.applied)
    return "schema" + directives(applied) + block(roots)


def _link(link: Link, purpose: str) -> Applied:
    args = [("url", literal(link.url))]
    if link.prefix != link.name:
        args.append(("as", literal(link.prefix)))
    if link.imports:
        args.append(("import", literal(tuple(map(_import, link.imports)))))
    if purpose:
        args.append(("for", enum(purpose)))
    return Applied("link", args=tuple(args))


def _import(one: Import) -> str | Mapping[str, str]:
    return one.name if one.name == one.local else {"name": one.name, "as": one.local}


def read_supergraph(text: str) -> tuple[DocumentNode, dict[str, TypeDef], tuple[GraphName, ...]]:
    """The document, types and subgraphs of a supergraph file.

    Raises: CompositionFailed with INVALID_GRAPHQL (the text does not parse, or is cut off) or
    INVALID_FEDERATION_SUPERGRAPH (it is no supergraph, or names subgraphs that it does not list).
    """
    try:
        document = parse(text, no_location=True, max_tokens=MAX_TOKENS)
    except (GraphQLError, RecursionError) as error:
        message = getattr(error, "message", "") or "The SDL is nested too deeply."
        raise CompositionFailed([CompositionError("INVALID_GRAPHQL", message)]) from None
    types = read_types(document.definitions, {})
    graphs = tuple(_read_graphs(types))
    errors = list(_unreadable(document, types, graphs))
    if errors:
        raise CompositionFailed(errors)
    return document, types, graphs


def _read_graphs(types: Mapping[str, TypeDef]) -> Iterator[GraphName]:
    listed = types.get("join__Graph")
    for value in listed.values.values() if listed else ():
        for one in value.applied:
            if one.name == "join__graph":
                yield GraphName(value.name, one.text("name") or "", one.text("url") or "")


def _unreadable(
    document: DocumentNode, types: Mapping[str, TypeDef], graphs: tuple[GraphName, ...]
) -> Iterator[CompositionError]:
    schemas = [one for one in document.definitions if isinstance(one, SchemaDefinitionNode | SchemaExtensionNode)]
    links = [applied for schema in schemas for applied in read_applied(schema.directives, {})]
    if not any((applied.text("url") or "").startswith(f"{JOIN}/") for applied in links):
        yield CompositionError(UNREADABLE, f"A supergraph links {JOIN}; this document does not.")
    if not graphs:
        yield CompositionError(UNREADABLE, "A supergraph lists its subgraphs in join__Graph; this document has none.")
    roots = [(root.type.name.value, "schema") for schema in schemas for root in schema.operation_types or ()]
    for name, where in dict.fromkeys((*roots, *_references(types))):
        if name not in types and name not in BUILT_IN_SCALARS:
            yield CompositionError(UNREADABLE, f'"{where}" is of type "{name}", which the document does not define.')
    known = {one.enum for one in graphs}
    for one in types.values():
        values = (applied.arg("graph") for applied in one.applied)
        for name in dict.fromkeys(value.value for value in values if isinstance(value, EnumValueNode)):
            if name not in known:
                message = f'Type "{one.name}" names the subgraph "{name}", which join__Graph does not list.'
                yield CompositionError(UNREADABLE, message)


def _references(types: Mapping[str, TypeDef]) -> Iterator[tuple[str, str]]:
    """Every type that is referred to, and where."""
    for one in types.values():
        yield from ((name, one.name) for name in (*one.interfaces, *one.members))
        for item in one.fields.values():
            yield named(item.type), f"{one.name}.{item.name}"
            yield from ((named(arg.type), f"{one.name}.{item.name}({arg.name}:)") for arg in item.args.values())
        yield from ((named(entry.type), f"{one.name}.{entry.name}") for entry in one.inputs.values())
