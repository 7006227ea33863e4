"""Operations: known, fit for their backend, mapped onto the graph, and sending no more than they declare."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from graphql import GraphQLSyntaxError, OperationDefinitionNode, parse

from channels.checks.city import check_error_rule, check_expression, expression_place
from channels.checks.names import unknown
from channels.checks.scene import Reference, Scene
from channels.checks.sdl_problems import unparsed
from channels.declared.models import Operation
from channels.mapping.problems import Problem
from channels.mapping.rows import compile_map, compile_vars
from channels.mapping.shape import Shape, shape_of
from channels.mapping.templates import Slip, names, slip
from channels.text.diagnostics import Diagnostic, Place, report
from channels.text.lines import SourceText
from channels.text.tree import ListNode, MapNode, Node, ScalarNode, find, spot
from schema.operations import OPERATIONS, dated

Path = tuple[str | int, ...]

BODIES = ("json_body", "form", "xml", "graphql")
WRITTEN = {"json_body": "json"}
# Which parts of a request go with a backend's kind.
FIT: Mapping[str, tuple[str, ...]] = {
    "rest": ("method", "path", "query", "headers", "json", "form"),
    "soap": ("method", "path", "headers", "xml", "soap_action"),
    "graphql": ("headers", "graphql", "variables"),
    "federation": ("headers", "graphql", "variables"),
}
CLAIMS = (
    "pairwise_id", "name", "id_number", "phone", "social_card_number", "vehicle_plate", "address", "face_proof",
)  # fmt: skip
FIXED: Mapping[str, tuple[str, ...]] = {
    "page": ("number", "size", "offset", "cursor"),
    "request": ("id", "idempotency_key"),
    "batch": ("keys",),
}


def check_operations(scene: Scene) -> Iterator[Diagnostic]:
    """Every operation of the file, canonical and local."""
    for path, operation in scene.every_operation():
        name = path[1]
        canonical = path[0] == "operations"
        if canonical and name not in OPERATIONS:
            yield report("unknown_operation", scene.key(*path), found=name, near=name, choices=tuple(OPERATIONS))
            continue
        yield from _check_fit(scene, path, operation)
        yield from _check_mapping(scene, path, operation, shape_of(*path, scene.local_shapes))
        yield from _check_templates(scene, path, operation)
        yield from _check_answer(scene, path, operation, canonical)
        for index, rule in enumerate(operation.errors):
            yield from check_error_rule(scene, (*path, "errors", index), rule.code, rule.http, rule.when)


def _check_fit(scene: Scene, path: Path, operation: Operation) -> Iterator[Diagnostic]:
    written = [WRITTEN.get(body, body) for body in BODIES if getattr(operation.request, body) is not None]
    if len(written) > 1:
        yield report("one_of", scene.key(*path, "request", written[1]), fields=[f"`{body}`" for body in written])
    backend = scene.channel.backends.get(operation.backend)
    if backend is None:
        return
    allowed = FIT[backend.kind]
    for part in scene.names(*map(str, path), "request"):
        if part not in allowed:
            where = scene.key(*path, "request", part)
            yield report("body_kind", where, kind=backend.kind, field=part, choices=allowed)
    if operation.request.graphql is not None:
        yield from _check_document(scene, (*path, "request"), operation.request.graphql)


def _check_document(scene: Scene, path: Path, document: str) -> Iterator[Diagnostic]:
    """What is sent is GraphQL, and has every variable that is given."""
    try:
        operations = [node for node in parse(document).definitions if isinstance(node, OperationDefinitionNode)]
    except GraphQLSyntaxError as error:
        place = scene.at(*path, "graphql")
        source, node = SourceText.of(place.path, document), find(scene.node, (*path, "graphql"))
        found = unparsed(source, error)
        at = sum(len(line) + 1 for line in source.lines[: found.place.line - 1]) + found.place.column - 1
        place = spot(node, at, found.place.width) if isinstance(node, ScalarNode) else place
        yield replace(found, place=place)
        return
    known = tuple(given.variable.name.value for node in operations for given in node.variable_definitions or ())
    for name in scene.names(*map(str, path), "variables"):
        if name not in known:
            where = scene.key(*path, "variables", name)
            yield report("unknown_ref", where, where="graphql", found=name, near=name, choices=known)


def _check_mapping(scene: Scene, path: Path, operation: Operation, shape: Shape | None) -> Iterator[Diagnostic]:
    _, problems = compile_map(operation.response.mapping, shape)
    for problem in problems:
        yield problem_at(scene, (*path, "response", "map"), problem)
    _, problems = compile_vars(operation.vars)
    for problem in problems:
        yield problem_at(scene, (*path, "vars"), problem)


def problem_at(scene: Scene, base: Path, problem: Problem) -> Diagnostic:
    """A mapping's problem at its place in the file."""
    path = _written(scene, base, problem.place)
    place = scene.key(*path) if problem.at == "key" else scene.at(*path)
    if problem.code == "ROAM-401" and (expression := _expression(scene, path)):
        place = expression_place(place, expression)
    message, advice = problem.message, problem.help
    return Diagnostic(place, "error", problem.code, message.zh, message.en, advice.zh, advice.en)


def _written(scene: Scene, base: Path, steps: tuple[str, ...]) -> Path:
    """The path as far as it is written: a bare text stands for `{from: text}`, a nested map for `{map: …}`."""
    path = base
    for step in steps:
        found = find(scene.node, path)
        if isinstance(found, MapNode) and step in found.entries:
            path = (*path, step)
    return path


def _expression(scene: Scene, path: Path) -> str | None:
    found = find(scene.node, path)
    return str(getattr(found, "text", "")) or None


def _check_templates(scene: Scene, path: Path, operation: Operation) -> Iterator[Diagnostic]:
    told: set[str] = set()
    variables: list[Reference] = []
    for part, template in _templates(operation):
        lost: set[str] = set()
        for node in texts(find(scene.node, (*path, "request", part))):
            if found := slip(node.text):
                lost |= set(names(node.text)) - set(names(node.text[: found.at]))
                yield slipped(found, spot(node, found.at, len(found.written)))
        for name in names(template):
            if name in lost:
                continue
            place = _hole_place(scene, (*path, "request", part), name)
            room, _, rest = name.partition(".")
            key = rest.partition(".")[0]
            if room == "vars" and key:
                variables.append(Reference(key, place))
            elif room == "citizen" and key in CLAIMS:
                if key not in operation.needs and key not in told:
                    told.add(key)
                    yield report("undeclared", scene.key(*path, "request"), claim=key)
            else:
                yield from _check_hole(scene, path, operation, Reference(name, place))
    yield from unknown(scene, (*map(str, path), "vars"), variables)


def slipped(found: Slip, place: Place) -> Diagnostic:
    """A template that was meant otherwise."""
    if found.right is None:
        return report("bad_template", place, problem={"zh": "`${` 没有闭合", "en": "`${` is not closed"})
    zh, en = f"`{found.written}` 应写成 `{found.right}`", f"`{found.written}` should be `{found.right}`"
    return report("bad_template", place, problem={"zh": zh, "en": en})


def inside(place: Place, text: str, at: int, width: int) -> Place:
    """Where a part of a text stands, on one line; else the text."""
    quotes = (place.width - len(text)) // 2
    if place.width < len(text) or quotes not in (0, 1):
        return place
    return Place(place.path, place.line, place.column + quotes + at, width)


def texts(node: Node | None) -> Iterator[ScalarNode]:
    """Every text of a template."""
    match node:
        case ScalarNode():
            yield node
        case ListNode():
            for item in node.items:
                yield from texts(item)
        case MapNode():
            for entry in node.entries.values():
                yield from texts(entry.node)


def _hole_place(scene: Scene, path: Path, name: str) -> Place:
    """The first text that names it; inside of a text on one line, the name itself."""
    for node in texts(find(scene.node, path)):
        if name in names(node.text):
            return spot(node, node.text.index(name), len(name))
    return scene.at(*path)


def _templates(operation: Operation) -> Iterator[tuple[str, Any]]:
    request = operation.request
    for part in ("path", "query", "headers", "json_body", "form", "xml", "variables"):
        yield WRITTEN.get(part, part), getattr(request, part)


def _check_hole(scene: Scene, path: Path, operation: Operation, hole: Reference) -> Iterator[Diagnostic]:
    name, place = hole.name, hole.place
    room, _, rest = name.partition(".")
    key = rest.partition(".")[0]
    if room == "args" and key:
        known = scene.arguments(str(path[0]), str(path[1]))
        if known is not None and key not in known:
            yield report("unknown_argument", place, operation=path[1], found=key, near=key, choices=known)
    elif key not in FIXED.get(room, ()):
        problem = {"zh": f"`${{{name}}}` 没有所指", "en": f"`${{{name}}}` names nothing"}
        yield report("bad_template", place, problem=problem)
    elif room == "batch" and operation.batch is None:
        problem = {"zh": f"`${{{name}}}` 需要 batch:", "en": f"`${{{name}}}` needs `batch:`"}
        yield report("bad_template", place, problem=problem)


def _check_answer(scene: Scene, path: Path, operation: Operation, canonical: bool) -> Iterator[Diagnostic]:
    response, page, name = operation.response, operation.page, path[1]
    yield from check_expression(scene, (*path, "response", "items"), response.items)
    yield from check_expression(scene, (*path, "response", "item"), response.item)
    if canonical and OPERATIONS[str(name)].shape == "list" and response.items is None:
        example = {
            "zh": '例如 `items: list`;整个应答就是列表时写 `items: "@"`',
            "en": 'for example `items: list`, or `items: "@"`',
        }
        where = scene.key(*path, "response")
        yield report("operation_shape", where, operation=name, expected="response.items", example=example)
    if page is not None:
        yield from check_expression(scene, (*path, "page", "total"), page.total)
        yield from check_expression(scene, (*path, "page", "next"), page.next)
        if page.style == "cursor" and page.next is None:
            where = scene.key(*path, "page")
            yield report("operation_shape", where, operation=name, expected="page.next", example="")
    if operation.cache is not None and operation.cache.scope == "public" and operation.needs:
        yield report("public_cache", scene.at(*path, "cache", "scope"), operation=name)
    if operation.cache is not None and operation.cache.stale is not None and not (canonical and dated(str(name))):
        yield report("stale_undated", scene.at(*path, "cache", "stale"), operation=name)
