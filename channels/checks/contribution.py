"""`contribute.graphql`: what a city adds to the graph below `Query.local`, and its operations under `local:`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from graphql import (
    DefinitionNode,
    DocumentNode,
    FieldDefinitionNode,
    GraphQLError,
    GraphQLSyntaxError,
    ListTypeNode,
    NonNullTypeNode,
    ObjectTypeDefinitionNode,
    ObjectTypeExtensionNode,
    TypeDefinitionNode,
    TypeNode,
    build_ast_schema,
    parse,
    validate_schema,
)
from graphql.execution.values import get_argument_values
from graphql.validation.validate import validate_sdl

from channels.checks.borrowed import check_borrowed
from channels.checks.composed import check_composed
from channels.checks.named_cities import OF_CITIES, check_named
from channels.checks.scene import Scene, english_name
from channels.checks.sdl_problems import refused, unguarded, unparsed
from channels.declared.models import City
from channels.text.diagnostics import Diagnostic, Place, nearest, report
from channels.text.lines import SourceText, conflict, controls
from schema.contributed import CONTRIBUTED, merged
from schema.exported import exported
from schema.marks import REFETCHED, unmarked

ABSENT = {"zh": "在本市文件夹里写上这个文件,或删去 local:", "en": "write it into the city's folder, or remove `local:`"}


@dataclass(frozen=True, slots=True)
class Contribution:
    """`unfit`: what does not go with the canonical graph, so that nobody knows what the rest means."""

    source: SourceText
    document: DocumentNode
    unfit: tuple[Diagnostic, ...]

    @property
    def clear(self) -> bool:
        """Whether it is known what each of its fields gives, so that mappings can be held against them."""
        return not self.unfit and not any(check_borrowed(self.source, self.document, ""))


def parse_contribution(source: SourceText) -> tuple[Contribution | None, list[Diagnostic]]:
    """Return: the parsed document, or why it is none."""
    if found := [report("control", place, found=code) for place, code in controls(source)]:
        return None, found
    if (left := conflict(source)) is not None:
        return None, [report("conflict", left[0], found=left[1])]
    if not any(line.split("#", 1)[0].strip() for line in source.lines):
        return None, [report("empty", Place(source.path, 1, 1))]
    try:
        return _read(source), []
    except GraphQLSyntaxError as error:
        return None, [unparsed(source, error)]


@lru_cache(maxsize=128)
def _read(source: SourceText) -> Contribution:
    """One text's contribution; a reload finds most texts as they were.  Raises: GraphQLSyntaxError."""
    document = parse(source.text)
    return Contribution(source, document, tuple(_unfit(source, document)))


def check_contribution(contribution: Contribution | None, scene: Scene) -> Iterator[Diagnostic]:
    """Types bear the city's name, LocalRoot gets one field, fields and local operations are the same set, none is left open,
    and it composes with the graph; the last is asked only where all else is right."""
    local = scene.names("local")
    if contribution is None:
        if local:
            yield report("missing_file", scene.key("local"), file="contribute.graphql", hint=ABSENT)
        return
    prefix = prefix_of(scene.channel.city)
    bare = [
        node.name
        for node in contribution.document.definitions
        if isinstance(node, CONTRIBUTED)
        and isinstance(node, TypeDefinitionNode)
        and not node.name.value.startswith(prefix)
    ]
    # Where a type lacks its prefix, those who use it by its full name are right, and it clashes only without it.
    forgiven = tuple(f"type `{name.value}` " for name in bare) + ((f"unknown type `{prefix}",) if bare else ())
    for name in bare:
        place, written = _place(contribution, name), name.value
        rest = written[len(prefix) :] if written.lower().startswith(prefix.lower()) else written
        kind = "sdl_root" if written == "LocalRoot" else "sdl_prefix"
        yield report(kind, place, found=written, prefix=prefix, right=prefix + rest, slug=scene.folder)
    yield from (item for item in contribution.unfit if not any(words in item.en for words in forgiven))
    if not contribution.unfit:
        found = list(_within(contribution, scene, prefix))
        yield from found
        if not (found or bare):
            yield from check_composed(scene.folder, contribution.source, contribution.document, scene.around.ids)


def _within(contribution: Contribution, scene: Scene, prefix: str) -> Iterator[Diagnostic]:
    """What a contribution that goes with the graph has wrong by itself, and with its channel."""
    borrowed = list(check_borrowed(contribution.source, contribution.document, prefix))
    yield from borrowed
    if borrowed:
        return
    yield from check_named(contribution.source, contribution.document, scene.around.ids)
    mounted = _mounted(contribution, {scene.folder, scene.channel.city.id})
    if mounted is None:
        yield report("sdl_root", _root_place(contribution), slug=scene.folder, prefix=prefix)
        return
    yield from _same_set(contribution, mounted, scene.names("local"), scene)
    yield from _open(contribution, mounted, scene)


def prefix_of(city: City) -> str:
    """How the names of a city's own types begin."""
    return english_name(city).replace("'", "").replace(" ", "")


def arguments_of(contribution: Contribution, slugs: set[str]) -> dict[str, tuple[str, ...]]:
    """The arguments of the city's own fields, by field."""
    fields = (_mounted(contribution, slugs) or []) if contribution.clear else []
    return {field.name.value: tuple(each.name.value for each in field.arguments or ()) for field in fields}


def _root_place(contribution: Contribution) -> Place:
    """The field that is mounted on LocalRoot, or the beginning of the file where nothing is."""
    for node in contribution.document.definitions:
        if isinstance(node, ObjectTypeExtensionNode) and node.name.value == "LocalRoot":
            return _place(contribution, (node.fields or (node,))[0])
    return Place(contribution.source.path, 1, 1)


def _unfit(source: SourceText, document: DocumentNode) -> Iterator[Diagnostic]:
    """What does not go with the canonical graph: a graph with it would not build, for no city."""
    for node in document.definitions:
        if not isinstance(node, CONTRIBUTED):
            yield report("sdl_kind", _place_in(source, node))
        elif _strange(node):
            found = node.name.value
            yield report("sdl_extends", _place_in(source, node.name), found=found, near=found, choices=("LocalRoot",))
    canonical = exported().document
    kept = tuple(node for node in document.definitions if isinstance(node, CONTRIBUTED))
    problems = [
        error
        for error in validate_sdl(DocumentNode(definitions=kept), exported().core)
        if not error.message.startswith("Cannot extend type")  # that has been told
    ]
    yield from refused(source, problems := problems or list(_arguments(document)))
    if not problems:
        yield from _invalid(source, merged(canonical, kept), kept)


def _strange(node: DefinitionNode) -> bool:
    """Whether a definition changes a type that is not the city's."""
    return isinstance(node, ObjectTypeExtensionNode) and node.name.value != "LocalRoot"


def _invalid(source: SourceText, document: DocumentNode, own: Sequence[DefinitionNode]) -> Iterator[Diagnostic]:
    """What makes no schema, or leaves something open, although each definition is right by itself.

    A type that may not be extended has been told: what the extension leaves open does not matter.
    """
    try:
        core = build_ast_schema(document, assume_valid_sdl=True)
        problems = [error for error in validate_schema(core) if OF_CITIES not in error.message]
    except (GraphQLError, TypeError) as error:
        problems = [error if isinstance(error, GraphQLError) else GraphQLError(str(error))]
    yield from refused(source, problems)
    if problems or any(_strange(node) for node in own):
        return
    for problem in [each for each in unmarked(core) if f" implements {REFETCHED} " not in each][:1]:
        yield unguarded(source, own, problem)


def _arguments(document: DocumentNode) -> Iterator[GraphQLError]:
    """Values that a directive does not take; validation of SDL leaves them to whoever reads the directive."""
    for node in document.definitions:
        for marked in (node, *(getattr(node, "fields", None) or ())):
            for directive in getattr(marked, "directives", None) or ():
                known = exported().core.get_directive(directive.name.value)
                try:
                    if known is not None:
                        get_argument_values(known, directive)
                except GraphQLError as error:
                    yield error


def _same_set(
    contribution: Contribution, mounted: list[FieldDefinitionNode], local: tuple[str, ...], scene: Scene
) -> Iterator[Diagnostic]:
    fields = tuple(field.name.value for field in mounted)
    strange = [name for name in local if name not in fields]
    for field in mounted:
        name = field.name.value
        if name in local:
            continue
        # One name written in two ways: whichever a fixture bears is right.
        twin = nearest(name, strange)
        recorded = f"local.{twin}" in scene.recorded
        if twin is None or recorded:
            place = _place(contribution, field.name)
            yield report("sdl_field", place, found=name, field=name, near=name, choices=local)
        if recorded and twin is not None:
            strange.remove(twin)
    for name in strange:
        yield report("local_field", scene.key("local", name), found=name, near=name, choices=fields)


def _open(contribution: Contribution, mounted: list[FieldDefinitionNode], scene: Scene) -> Iterator[Diagnostic]:
    """Fields that anybody may have, although their operation sends something about a citizen: deny by default."""
    for field in mounted:
        operation = scene.channel.local.get(field.name.value)
        if operation and operation.needs and not any(mark.name.value == "assurance" for mark in field.directives or ()):
            place, claims = _place(contribution, field.name), [claim.upper() for claim in operation.needs]
            yield report("sdl_unmarked", place, found=field.name.value, claims=claims)


def _mounted(contribution: Contribution, slugs: set[str]) -> list[FieldDefinitionNode] | None:
    """The fields of the type that the city mounts on LocalRoot; None when it mounts anything else."""
    roots = [
        field
        for node in contribution.document.definitions
        if isinstance(node, ObjectTypeExtensionNode) and node.name.value == "LocalRoot"
        for field in node.fields or ()
    ]
    if len(roots) != 1 or roots[0].name.value not in slugs:
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
    return _place_in(contribution.source, node)


def _place_in(source: SourceText, node: DefinitionNode | object) -> Place:
    token = node.loc.start_token  # type: ignore[union-attr]
    return Place(source.path, token.line, token.column, token.end - token.start)
