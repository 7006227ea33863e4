"""Query plans: frozen values that print themselves in the notation of Apollo and Hive, and hold no request data.

```
QueryPlan {
  Sequence {
    Fetch(service: "products") { { topProducts { __typename upc } } }
    Flatten(path: "topProducts.@") {
      Fetch(service: "reviews") { { ... on Product { __typename upc } } => { ... on Product { reviews { id } } } }
    }
  }
}
```
Two notations are ours: a `BatchFetch` asks a subgraph for entities of several paths in one request, and `context` tells
where a fetch's arguments come from that are taken from a context.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias, assert_never

Kind: TypeAlias = Literal["query", "mutation", "subscription"]


@dataclass(frozen=True, slots=True)
class Only:
    """A step of a path that stays where it is and keeps objects of these types."""

    types: tuple[str, ...]


LIST = "@"
Step: TypeAlias = str | Only
Path: TypeAlias = tuple[Step, ...]
"""Keys of the data, `@` for every item of a list: printed `users.@|[Admin].team`."""


@dataclass(frozen=True, slots=True)
class Ask:
    """A field as a subgraph is asked for it."""

    key: str
    """Where the value goes in the data."""
    name: str
    arguments: str = ""
    parts: "tuple[Part, ...]" = ()
    alias: str = ""
    """Sent instead of `key` where the subgraph would see two types under one name; put back on arrival."""


@dataclass(frozen=True, slots=True)
class On:
    """An inline fragment."""

    type: str
    parts: "tuple[Part, ...]"


Part: TypeAlias = Ask | On


@dataclass(frozen=True, slots=True)
class Representation:
    """How an object of the data is made known to a subgraph."""

    type: str | None
    """Objects of this type, or of its possible types; None for every object at the path."""
    sent_as: str
    """The `__typename` to send: the interface's name where the subgraph sees an interface object."""
    fields: tuple[Part, ...]
    keys: frozenset[str]
    """The data keys of `fields` that identify; an object in which they are null is nobody."""


@dataclass(frozen=True, slots=True)
class Carried:
    """A variable whose value objects take from one around them (`@fromContext`): it may differ from object to object."""

    variable: str
    type: str
    """Printed, as the subgraph declares the argument."""
    path: Path
    """Where the objects are that set the context."""
    parts: tuple[Part, ...]
    """What of them leads to the value."""
    below: Path
    """From there to the objects that take it."""


@dataclass(frozen=True, slots=True)
class Entities:
    """Objects at some paths, what is sent of each, and what is asked of it."""

    paths: tuple[Path, ...]
    representations: tuple[Representation, ...]
    parts: tuple[Part, ...]
    carried: tuple[Carried, ...] = ()
    """Objects with other values for these are asked about in requests of their own."""
    apart: bool = False
    """Whether another request of the plan writes into objects inside of these: then no two may share an answer."""


@dataclass(frozen=True, slots=True)
class Fetch:
    """One request to a subgraph: root fields, or entities."""

    service: str
    kind: Kind
    operation: str
    """The GraphQL text to send."""
    variables: tuple[str, ...]
    """The client's variables that the text names, sorted."""
    parts: tuple[Part, ...] = ()
    path: Path = ()
    """Where root fields go; empty for the root of the data."""
    entities: tuple[Entities, ...] = ()
    renamed: bool = False
    """Whether some part has an alias."""
    alone: "tuple[Fetch, ...]" = ()
    """Of a batch, each part as a request of its own: asked when the subgraph refuses the whole."""

    def __str__(self) -> str:
        return "\n".join(_node(self, 0))


@dataclass(frozen=True, slots=True)
class Sequence:
    """One after the other."""

    nodes: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class Parallel:
    """All at once."""

    nodes: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class Subscription:
    """Events of the primary fetch, each completed by the rest."""

    primary: Fetch
    rest: "Node | None"


Node: TypeAlias = Fetch | Sequence | Parallel | Subscription


@dataclass(frozen=True, slots=True)
class QueryPlan:
    """What to ask, of whom, in which order."""

    node: Node | None

    def __str__(self) -> str:
        if self.node is None:
            return "QueryPlan {}"
        return "\n".join(("QueryPlan {", *_node(self.node, 1), "}"))

    def fetches(self) -> tuple[Fetch, ...]:
        """Every request of the plan, in printing order."""
        return tuple(_fetches(self.node)) if self.node else ()


def path_text(path: Path) -> str:
    """`users.@|[Admin].team`"""
    text = ""
    for step in path:
        if isinstance(step, Only):
            text += f"|[{', '.join(step.types)}]"
        else:
            text += f".{step}" if text else step
    return text


def parts_text(parts: tuple[Part, ...]) -> str:
    """Selections in one line, as sent; without the braces around them."""
    return " ".join(_part_text(part) for part in parts) or "__typename"


def _part_text(part: Part) -> str:
    if isinstance(part, On):
        return f"... on {part.type} {{ {parts_text(part.parts)} }}"
    return _head(part) + (f" {{ {parts_text(part.parts)} }}" if part.parts else "")


def _head(ask: Ask) -> str:
    sent = ask.alias or ask.key
    return (f"{sent}: " if sent != ask.name else "") + ask.name + ask.arguments


def _fetches(node: Node) -> Iterable[Fetch]:
    match node:
        case Fetch():
            yield node
        case Sequence() | Parallel():
            for each in node.nodes:
                yield from _fetches(each)
        case Subscription():
            yield node.primary
            yield from _fetches(node.rest) if node.rest else ()
        case _:
            assert_never(node)


def _node(node: Node, depth: int) -> list[str]:
    indent = "  " * depth
    match node:
        case Fetch(entities=()):
            lines = _fetch(node, depth, _braced(node.parts, depth + 1))
            return _flatten(node.path, lines, depth) if node.path else lines
        case Fetch(entities=(Entities(paths=(path,)),)):
            return _flatten(path, _fetch(node, depth + 1, _exchange(node.entities[0], depth + 2)), depth)
        case Fetch():
            inner = [line for each in node.entities for line in _batched(each, depth + 1)]
            return [f'{indent}BatchFetch(service: "{node.service}") {{', *inner, f"{indent}}}"]
        case Sequence() | Parallel():
            inner = [line for each in node.nodes for line in _node(each, depth + 1)]
            return [f"{indent}{type(node).__name__} {{", *inner, f"{indent}}}"]
        case Subscription():
            primary = [f"{indent}  Primary: {{", *_node(node.primary, depth + 2), f"{indent}  }}"]
            rest = [f"{indent}  Rest: {{", *_node(node.rest, depth + 2), f"{indent}  }}"] if node.rest else []
            return [f"{indent}Subscription {{", *primary, *rest, f"{indent}}}"]
        case _:
            assert_never(node)


def _fetch(node: Fetch, depth: int, inner: list[str]) -> list[str]:
    indent = "  " * depth
    return [f'{indent}Fetch(service: "{node.service}"{_contexts(node)}) {{', *inner, f"{indent}}}"]


def _contexts(node: Fetch) -> str:
    carried = [each for entities in node.entities for each in entities.carried]
    told = ", ".join(f'${one.variable}: "{path_text(one.path)} {{ {parts_text(one.parts)} }}"' for one in carried)
    return f", context: {{ {told} }}" if told else ""


def _flatten(path: Path, lines: list[str], depth: int) -> list[str]:
    indent = "  " * depth
    return [f'{indent}Flatten(path: "{path_text(path)}") {{', *lines, f"{indent}}}"]


def _batched(entities: Entities, depth: int) -> list[str]:
    indent = "  " * depth
    paths = ", ".join(f'"{path_text(path)}"' for path in entities.paths)
    return [f"{indent}Flatten(paths: [{paths}]) {{", *_exchange(entities, depth + 1), f"{indent}}}"]


def _exchange(entities: Entities, depth: int) -> list[str]:
    sent: tuple[Part, ...] = tuple(
        On(each.type or each.sent_as, (Ask("__typename", "__typename"), *each.fields))
        for each in entities.representations
    )
    asked = _braced(entities.parts, depth)
    return [*_braced(sent, depth)[:-1], f"{'  ' * depth}}} =>", *asked]


def _braced(parts: tuple[Part, ...], depth: int) -> list[str]:
    indent = "  " * depth
    return [f"{indent}{{", *(line for part in parts for line in _part(part, depth + 1)), f"{indent}}}"]


def _part(part: Part, depth: int) -> list[str]:
    indent = "  " * depth
    head = f"... on {part.type}" if isinstance(part, On) else _head(part)
    if not part.parts:
        return [indent + head]
    return [f"{indent}{head} {{", *(line for each in part.parts for line in _part(each, depth + 1)), f"{indent}}}"]
