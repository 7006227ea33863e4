"""What an operation says in canonical terms outside of its `map:`: arguments and their values, keys, states, the order of rows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from channels.checks.operations import Path, inside, problem_at
from channels.checks.scene import Scene
from channels.declared.models import Leaf, Operation
from channels.mapping import problems
from channels.mapping.shape import Shape, shape_of
from channels.text.diagnostics import Diagnostic, report
from channels.text.positions import find
from schema.operations import OPERATIONS, choices_of

_ARGUMENT = re.compile(r"(?<![\w.'\"])args\.([A-Za-z_]\w*)")
_LITERAL = re.compile(r"'([^']*)'")


def check_terms(scene: Scene) -> Iterator[Diagnostic]:
    """Every operation of the file whose terms are known: a canonical one, or a local one with a type."""
    for path, operation in scene.every_operation():
        if path[0] == "operations" and path[1] not in OPERATIONS:
            continue
        shape = shape_of(*path, scene.local_shapes)
        yield from _check_arguments(scene, path, operation)
        if shape is not None:
            yield from _check_fields(scene, path, operation, shape)


def _check_arguments(scene: Scene, path: tuple[str, str], operation: Operation) -> Iterator[Diagnostic]:
    known = scene.arguments(*path)
    if known is None:
        return
    for name, leaf in operation.vars.items():
        at: Path = (*path, "vars", name)
        place = scene.at(*at, "from") if find(scene.node, (*at, "from")) else scene.at(*at)
        asked = dict.fromkeys(_ARGUMENT.findall(leaf.source or ""))
        for argument in asked:
            if argument not in known:
                text = str(leaf.source)
                where = inside(place, text, text.index(f"args.{argument}") + len("args."), len(argument))
                yield report("unknown_argument", where, operation=path[1], found=argument, near=argument, choices=known)
        if path[0] == "operations" and len(asked) == 1 and set(asked) <= set(known):
            yield from _check_keys(scene, at, leaf, choices_of(path[1], next(iter(asked))))
    if operation.batch is not None and (by := operation.batch.by.removeprefix("args.")) not in known:
        where = scene.at(*path, "batch", "by")
        yield report("unknown_argument", where, operation=path[1], found=by, near=by, choices=known)


def _check_keys(scene: Scene, at: Path, leaf: Leaf, choices: tuple[str, ...]) -> Iterator[Diagnostic]:
    """A table from an argument's values to the city's has these values for its keys, and what the expression itself says."""
    allowed = {*choices, *_LITERAL.findall(leaf.source or ""), "*", ""}
    for key in leaf.enum or {} if choices else ():
        if key not in allowed:
            yield report("unknown_key", scene.key(*at, "enum", key), found=key, near=key, choices=choices)


def _check_fields(scene: Scene, path: tuple[str, str], operation: Operation, shape: Shape) -> Iterator[Diagnostic]:
    page, batch, poll = operation.page, operation.batch, operation.poll
    if page is not None and page.sorted_by is not None and page.sorted_by.field not in shape.fields:
        name = page.sorted_by.field
        problem = problems.unknown_field(("sorted_by",), name, shape, problems.meant(name, shape.fields))
        yield problem_at(scene, (*path, "page"), replace(problem, at="value"))
    if batch is not None and batch.key not in shape.fields:
        problem = problems.unknown_field(("key",), batch.key, shape, problems.meant(batch.key, shape.fields))
        yield problem_at(scene, (*path, "batch"), replace(problem, at="value"))
    state = shape.fields.get("state")
    for index, value in enumerate(poll.until if poll is not None else ()):
        if state is not None and state.values and value not in state.values:
            place = scene.at(*path, "poll", "until", index)
            problem = problems.unknown_value((), value, state)
            message, advice = problem.message, problem.help
            yield Diagnostic(place, "error", problem.code, message.zh, message.en, advice.zh, advice.en)
