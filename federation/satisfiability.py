"""Whether every query that a client may write can be answered.

Every path of the API schema is walked together with the positions in subgraphs that it can lead to.  A field that no
position reaches is reported with a query that shows it and, for each subgraph, why it cannot go on.  A type that was
walked with fewer choices is not walked again, and at most `MAX_STATES` are, so the walk ends.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from federation.codes import CompositionError
from federation.definitions import ROOT_NAMES, Argument, TypeDef, has, uses
from federation.facts import Facts, selection_in
from federation.merging.graphs import Graphs
from federation.position import Position, Positions
from federation.reach import Reach, reach_of
from federation.rules import satisfiability_error, shareable_has_mismatched_runtime_types
from federation.rules.interface_key_missing_implementation_type import resolvable
from federation.rules.shareable_has_mismatched_runtime_types import mismatched
from federation.wrapping import is_list, named, nullable

MAX_STATES = 200_000
MAX_ERRORS = 50


@dataclass(frozen=True, slots=True)
class Step:
    """A piece of a query: a field with its arguments, or a type condition."""

    text: str
    before: Step | None = None


@dataclass(frozen=True, slots=True)
class Walk:
    """A path of the API schema and where it can be in the subgraphs."""

    type: str
    positions: Positions
    path: Step


def unsatisfiable(graphs: Graphs, types: Mapping[str, TypeDef]) -> list[CompositionError]:
    """Every reason why some query cannot be answered."""
    labelled = any(moved.labels for moved in graphs.overrides.values())
    found: dict[CompositionError, None] = {}
    for labels_on in (False, True) if labelled else (False,):
        try:
            found |= dict.fromkeys(_walked(reach_of(graphs, types, labels_on=labels_on)))
        except RecursionError:
            message = "The keys and requirements of the subgraphs are nested too deeply to be followed."
            found[CompositionError(satisfiability_error.CODE, message)] = None
    return list(found)


def _walked(reach: Reach) -> Iterator[CompositionError]:
    queue = deque(_roots(reach))
    seen: dict[str, list[frozenset[Position]]] = {}
    states = errors = 0
    while queue and states < MAX_STATES and errors < MAX_ERRORS:
        walk = queue.popleft()
        known = _known(reach, walk)
        if any(earlier <= known for earlier in seen.get(walk.type, ())):
            continue
        seen.setdefault(walk.type, []).append(known)
        states += 1
        for step in _steps(reach, walk):
            if isinstance(step, Walk):
                queue.append(step)
            else:
                errors += 1
                yield step


def _known(reach: Reach, walk: Walk) -> frozenset[Position]:
    """Everything that the walk can use from here; two walks that can use the same go on alike."""
    if reach.types[walk.type].kind != "OBJECT":
        return frozenset(walk.positions)
    return frozenset(one for start in walk.positions for one in reach.closure(walk.type, start))


def _roots(reach: Reach) -> Iterator[Walk]:
    for operation, name in ROOT_NAMES.items():
        if name in reach.types:
            positions = tuple(Position(facts.name, name) for facts, _ in reach.graphs.defining(name))
            yield Walk(name, positions, Step("" if operation == "query" else operation))


def _steps(reach: Reach, walk: Walk) -> Iterator[Walk | CompositionError]:
    one = reach.types[walk.type]
    if one.kind != "OBJECT":
        yield from _conditions(reach, walk)
        return
    for name, item in one.fields.items():
        if has(item, "inaccessible"):
            continue
        path = Step(name + _example_arguments(reach.types, item.args.values()), walk.path)
        found = reach.advance(walk.type, walk.positions, name)
        target = reach.types.get(named(item.type))
        composite = target is not None and target.kind in ("OBJECT", "INTERFACE", "UNION")
        if not found:
            reasons = list(_reasons(reach, walk, name))
            yield satisfiability_error.error(_query(path, composite=composite), reasons)
        elif composite and target and not has(target, "inaccessible"):
            if mismatched(reach, found):
                yield shareable_has_mismatched_runtime_types.error(
                    (walk.type, name), mismatched(reach, found), _query(path)
                )
            yield Walk(target.name, found, path)


def _conditions(reach: Reach, walk: Walk) -> Iterator[Walk | CompositionError]:
    for name in reach.possible.get(walk.type, ()):
        if name not in reach.types or has(reach.types[name], "inaccessible"):
            continue
        path = Step(f"... on {name}", walk.path)
        known = reach.cast(walk.type, walk.positions, name)
        if known:
            yield Walk(name, known, path)
        elif all(reach.is_interface_object(position) for position in walk.positions):
            reasons = [
                (position.subgraph, [satisfiability_error.no_implementation(walk.type)]) for position in walk.positions
            ]
            yield satisfiability_error.error(_query(path, composite=True), reasons)


def _reasons(reach: Reach, walk: Walk, name: str) -> Iterator[tuple[str, list[str]]]:
    tried = dict.fromkeys(one for start in walk.positions for one in reach.closure(walk.type, start))
    by_subgraph: dict[str, list[str]] = {}
    for position in tried:
        if position.type != walk.type and not reach.is_interface_object(position):
            continue
        by_subgraph.setdefault(position.subgraph, []).extend(_dead_ends(reach, walk.type, position, name))
    for subgraph, reasons in by_subgraph.items():
        yield subgraph, list(dict.fromkeys(reasons))


def _dead_ends(reach: Reach, type_name: str, position: Position, name: str) -> Iterator[str]:
    yield _here(reach, position, name)
    around = {(one.subgraph, one.type) for one in reach.closure(type_name, position)}
    for facts, one in _elsewhere(reach, type_name):
        resolved = name in one.fields and not facts.external((one.name, name))
        keys = uses(one, "key")
        if (facts.name, one.name) in around:
            continue
        if not any(map(resolvable, keys)):
            if resolved:
                yield satisfiability_error.no_key(facts.name, (one.name, name), marked=bool(keys))
            continue
        for key in filter(resolvable, keys):
            yield satisfiability_error.key_unresolved(facts.name, key, one.name, position.subgraph)


def _elsewhere(reach: Reach, type_name: str) -> Iterator[tuple[Facts, TypeDef]]:
    """Where an object could be entered: as its own type, or as an @interfaceObject."""
    yield from reach.graphs.defining(type_name)
    for interface in reach.types[type_name].interfaces:
        yield from (pair for pair in reach.graphs.defining(interface) if has(pair[1], "interfaceObject"))


def _here(reach: Reach, position: Position, name: str) -> str:
    facts: Facts = reach.facts[position.subgraph]
    coordinate = (position.type, name)
    item = facts.field(coordinate)
    if item is None:
        return f'cannot find field "{".".join(coordinate)}".'
    if facts.external(coordinate) and not reach.resolves(position, name):
        return f'field "{".".join(coordinate)}" is not resolvable because marked @external.'
    if not reach.resolves(position, name):
        return f'field "{".".join(coordinate)}" is not resolvable because it is overridden by another subgraph.'
    needed = [str(use) for use in uses(item, "requires") if selection_in(use)]
    return f'cannot satisfy {needed[0] if needed else "@requires"} conditions on field "{".".join(coordinate)}".'


def _query(path: Step, *, composite: bool = False) -> str:
    steps: list[str] = []
    step: Step | None = path
    while step is not None:
        steps.append(step.text)
        step = step.before
    operation, *fields = reversed(steps)
    lines = [f"{operation} {{".lstrip()]
    lines += [f"{'  ' * (depth + 1)}{text} {{" for depth, text in enumerate(fields[:-1])]
    depth = len(fields)
    lines.append("  " * depth + fields[-1] + (" {" if composite else ""))
    if composite:
        lines += ["  " * (depth + 1) + "...", "  " * depth + "}"]
    lines += ["  " * level + "}" for level in range(depth - 1, -1, -1)]
    return "\n".join(lines)


def _example_arguments(types: Mapping[str, TypeDef], args: Iterable[Argument]) -> str:
    given = [f"{arg.name}: {_example(types, arg.type)}" for arg in args if arg.required]
    return f"({', '.join(given)})" if given else ""


def _example(types: Mapping[str, TypeDef], type_text: str) -> str:
    bare = nullable(type_text)
    if is_list(bare):
        return "[]"
    one = types.get(bare)
    if one and one.kind == "ENUM":
        return next(iter(one.values), "null")
    if one and one.kind == "INPUT_OBJECT":
        return "{ … }"
    return {"Int": "0", "Float": "0.0", "Boolean": "true"}.get(bare, f'"A {bare.lower()} value"')
