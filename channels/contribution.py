"""`contribute.graphql`: what a city adds to the graph below `Query.local`, and its operations under `local:`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from graphql import (
    DefinitionNode,
    DocumentNode,
    FieldDefinitionNode,
    GraphQLSyntaxError,
    ListTypeNode,
    NonNullTypeNode,
    ObjectTypeDefinitionNode,
    ObjectTypeExtensionNode,
    TypeDefinitionNode,
    TypeNode,
    parse,
)
from graphql.validation.validate import validate_sdl

from channels.diagnostics import Diagnostic, Place, report
from channels.lines import SourceText
from channels.scene import Scene
from schema.contributed import CONTRIBUTED, built, merged
from schema.declared import declared
from schema.marks import refuse_unmarked


@dataclass(frozen=True, slots=True)
class Contribution:
    source: SourceText
    document: DocumentNode


def parse_contribution(source: SourceText) -> tuple[Contribution | None, list[Diagnostic]]:
    """Return: the parsed document, or why it is none."""
    try:
        return Contribution(source, parse(source.text)), []
    except GraphQLSyntaxError as error:
        at = error.locations[0] if error.locations else None
        place = Place(source.path, at.line if at else 1, at.column if at else 1)
        return None, [report("bad_sdl", place, problem=error.message.removeprefix("Syntax Error: "))]


def check_contribution(contribution: Contribution | None, scene: Scene) -> Iterator[Diagnostic]:
    """Types bear the city's name, LocalRoot gets one field, fields and local operations are the same set, none is left open."""
    local = scene.names("local")
    if contribution is None:
        if local:
            yield report("missing_file", scene.key("local"), file="contribute.graphql", hint="")
        return
    unfit = list(_unfit(contribution))
    yield from unfit
    if unfit:
        return
    prefix = (scene.channel.city.name.en or scene.folder).replace("'", "").replace(" ", "")
    for node in contribution.document.definitions:
        if isinstance(node, TypeDefinitionNode) and not node.name.value.startswith(prefix):
            yield report("sdl_prefix", _place(contribution, node.name), found=node.name.value, prefix=prefix)
    mounted = _mounted(contribution, scene.folder)
    if mounted is None:
        yield report("sdl_root", Place(contribution.source.path, 1, 1), slug=scene.folder, prefix=prefix)
        return
    yield from _same_set(contribution, mounted, local, scene)
    yield from _open(contribution, mounted, scene)


def _unfit(contribution: Contribution) -> Iterator[Diagnostic]:
    """What does not go with the canonical graph: a graph with it would not build, for no city."""
    definitions = contribution.document.definitions
    for node in definitions:
        if not isinstance(node, CONTRIBUTED):
            yield report("sdl_kind", _place(contribution, node))
        elif isinstance(node, ObjectTypeExtensionNode) and node.name.value != "LocalRoot":
            yield report("sdl_extends", _place(contribution, node.name), found=node.name.value)
    canonical = declared().document
    problems = validate_sdl(DocumentNode(definitions=(*canonical.definitions, *definitions)))
    for error in problems:
        at = error.locations[-1] if error.locations else None
        place = Place(contribution.source.path, at.line if at else 1, at.column if at else 1)
        yield report("bad_sdl", place, problem=error.message)
    if not problems:
        try:
            refuse_unmarked(built(merged(canonical, definitions)))
        except ValueError as error:
            yield report("bad_sdl", Place(contribution.source.path, 1, 1), problem=str(error).splitlines()[0])


def _same_set(
    contribution: Contribution, mounted: list[FieldDefinitionNode], local: tuple[str, ...], scene: Scene
) -> Iterator[Diagnostic]:
    fields = tuple(field.name.value for field in mounted)
    for field in mounted:
        name = field.name.value
        if name not in local:
            yield report(
                "sdl_field", _place(contribution, field.name), found=name, field=name, near=name, choices=local
            )
    for name in local:
        if name not in fields:
            yield report("local_field", scene.key("local", name), found=name, near=name, choices=fields)


def _open(contribution: Contribution, mounted: list[FieldDefinitionNode], scene: Scene) -> Iterator[Diagnostic]:
    """Fields that anybody may have, although their operation sends something about a citizen: deny by default."""
    for field in mounted:
        operation = scene.channel.local.get(field.name.value)
        if operation and operation.needs and not any(mark.name.value == "assurance" for mark in field.directives or ()):
            place, claims = _place(contribution, field.name), [claim.upper() for claim in operation.needs]
            yield report("sdl_unmarked", place, found=field.name.value, claims=claims)


def _mounted(contribution: Contribution, slug: str) -> list[FieldDefinitionNode] | None:
    """The fields of the type that the city mounts on LocalRoot; None when it mounts anything else."""
    roots = [
        field
        for node in contribution.document.definitions
        if isinstance(node, ObjectTypeExtensionNode) and node.name.value == "LocalRoot"
        for field in node.fields or ()
    ]
    if [field.name.value for field in roots] != [slug]:
        return None
    wanted = _named(roots[0].type)
    for node in contribution.document.definitions:
        if isinstance(node, ObjectTypeDefinitionNode) and node.name.value == wanted:
            return list(node.fields or ())
    return None


def _named(node: TypeNode) -> str:
    while isinstance(node, NonNullTypeNode | ListTypeNode):
        node = node.type
    return str(node.name.value)  # type: ignore[attr-defined]


def _place(contribution: Contribution, node: DefinitionNode | object) -> Place:
    token = node.loc.start_token  # type: ignore[union-attr]
    return Place(contribution.source.path, token.line, token.column, token.end - token.start)
