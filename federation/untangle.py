"""Aliases for fields that a subgraph would see as one name with two types.

A client's query is valid on the supergraph, where `User.id` and `Admin.id` may both be `ID!`; in a subgraph one of them
is `ID`, and GraphQL's merge rule refuses the pair.  The second gets an alias on the wire, put back on arrival.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from .graph import Graph
from .plan import Ask, On, Part

Typed = tuple[str, Ask]


def untangled(graph: Graph, subgraph: str, type_name: str, parts: tuple[Part, ...]) -> tuple[tuple[Part, ...], bool]:
    """The parts with the aliases they need, and whether there are any.  `type_name` is the parent type, "" at entities."""
    if not any(_has_fragments(part) for part in parts):
        return parts, False
    aliases: dict[int, str] = {}
    _find(graph, subgraph, list(_typed(type_name, parts)), aliases)
    return (_applied(parts, aliases), True) if aliases else (parts, False)


def _has_fragments(part: Part) -> bool:
    return isinstance(part, On) or any(_has_fragments(each) for each in part.parts)


def _typed(type_name: str, parts: Iterable[Part]) -> Iterable[Typed]:
    for part in parts:
        if isinstance(part, On):
            yield from _typed(part.type, part.parts)
        else:
            yield type_name, part


def _find(graph: Graph, subgraph: str, asked: Sequence[Typed], aliases: dict[int, str]) -> None:
    """Among fields that may stand side by side: those of one key must have one shape, and so must what is in them."""
    shapes: dict[tuple[str, str], list[Typed]] = {}
    for type_name, ask in asked:
        shapes.setdefault((ask.key, _shape(graph, subgraph, type_name, ask)), []).append((type_name, ask))
    seen: dict[str, int] = {}
    for (key, _), alike in shapes.items():
        count = seen[key] = seen.get(key, -1) + 1
        if count:
            aliases.update((id(ask), f"_{count}__{key}") for _, ask in alike)
        inner = [each for parent, ask in alike for each in _typed(_named(graph, subgraph, parent, ask), ask.parts)]
        if inner:
            _find(graph, subgraph, inner, aliases)


def _shape(graph: Graph, subgraph: str, type_name: str, ask: Ask) -> str:
    at = graph.at(subgraph, type_name, ask.name)
    if at is None:
        return ""
    return "".join(sign for sign in at.type if sign in "[]!") if ask.parts else at.type


def _named(graph: Graph, subgraph: str, type_name: str, ask: Ask) -> str:
    at = graph.at(subgraph, type_name, ask.name)
    return at.type.strip("[]!") if at else ""


def _applied(parts: tuple[Part, ...], aliases: dict[int, str]) -> tuple[Part, ...]:
    changed: list[Part] = []
    for part in parts:
        inner = _applied(part.parts, aliases)
        if isinstance(part, On):
            changed.append(On(part.type, inner))
        else:
            changed.append(replace(part, parts=inner, alias=aliases.get(id(part), "")))
    return tuple(changed)
