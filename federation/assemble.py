"""From groups to a plan: requests joined where that costs no step, written as GraphQL text, put in order."""

from collections.abc import Mapping, Sequence
from itertools import combinations

from . import plan
from .draft import Group, Sent
from .graph import Graph
from .plan import Ask, Entities, Fetch, Kind, Node, On, Parallel, Part, Representation, parts_text
from .untangle import untangled

MAX_JOINED = 60  # plans of more requests are not searched for requests to join

Bundle = tuple[Group, ...]


def assemble(graph: Graph, groups: Sequence[Group], *, kind: Kind, variables: Mapping[str, str]) -> Node | None:
    """The groups as a plan node; None when nothing is asked."""
    asked = _asked(groups)
    bundles = _join(asked)
    fetches = {bundle: _fetch(graph, bundle, kind, variables) for bundle in bundles}
    return _arrange(bundles, fetches)


def _asked(groups: Sequence[Group]) -> list[Group]:
    """Without groups of which nothing is asked; whoever waited for one waits for what it waited for."""
    empty = {group for group in groups if group.root.empty()}
    for group in groups:
        while empty & group.after:
            gone = next(each for each in groups if each in empty & group.after)
            group.after = (group.after - {gone}) | gone.after
    return [group for group in groups if group not in empty]


# -- joining: entities of one subgraph, asked at several paths


def _join(groups: list[Group]) -> list[Bundle]:
    """Joins groups of one subgraph where neither waits for the other and the plan grows no longer."""
    bundles: list[Bundle] = [(group,) for group in groups]
    if len(bundles) > MAX_JOINED:
        return bundles
    joined = True
    while joined:
        joined = False
        early, late = _earliest(bundles), _latest(bundles)
        for one, other in combinations(bundles, 2):
            if _same_service(one, other) and max(early[one], early[other]) <= min(late[one], late[other]):
                bundles[bundles.index(one)] = one + other
                bundles.remove(other)
                joined = True
                break
    return bundles


def _same_service(one: Bundle, other: Bundle) -> bool:
    return (
        one[0].graph == other[0].graph
        and one[0].entities
        and other[0].entities
        and not any(a.needs(b) or b.needs(a) for a in one for b in other)
    )


def _before(bundle: Bundle, bundles: Sequence[Bundle]) -> list[Bundle]:
    wanted = {each for group in bundle for each in group.after}
    return [other for other in bundles if other is not bundle and not wanted.isdisjoint(other)]


def _earliest(bundles: Sequence[Bundle]) -> dict[Bundle, int]:
    before = {bundle: _before(bundle, bundles) for bundle in bundles}
    found: dict[Bundle, int] = {}

    def step(bundle: Bundle) -> int:
        if bundle not in found:
            found[bundle] = 1 + max((step(each) for each in before[bundle]), default=0)
        return found[bundle]

    for bundle in bundles:
        step(bundle)
    return found


def _latest(bundles: Sequence[Bundle]) -> dict[Bundle, int]:
    early = _earliest(bundles)
    last = max(early.values(), default=0)
    late = dict.fromkeys(bundles, last)
    for bundle in sorted(bundles, key=lambda each: -early[each]):
        for other in _before(bundle, bundles):
            late[other] = min(late[other], late[bundle] - 1)
    return late


# -- order


def _arrange(bundles: Sequence[Bundle], fetches: Mapping[Bundle, Fetch]) -> Node | None:
    """What is independent side by side; in what hangs together, first what waits for nothing."""
    parts = [_sequence(part, fetches) for part in _components(bundles)]
    if len(parts) > 1:
        return Parallel(tuple(parts))
    return parts[0] if parts else None


def _sequence(bundles: Sequence[Bundle], fetches: Mapping[Bundle, Fetch]) -> Node:
    first = [bundle for bundle in bundles if not _before(bundle, bundles)]
    rest = _arrange([bundle for bundle in bundles if bundle not in first], fetches)
    nodes = [fetches[bundle] for bundle in first]
    head: Node = nodes[0] if len(nodes) == 1 else Parallel(tuple(nodes))
    return head if rest is None else in_sequence([head, rest])


def in_sequence(nodes: Sequence[Node]) -> Node:
    """One after the other, without sequences inside of the sequence."""
    flat = [each for node in nodes for each in (node.nodes if isinstance(node, plan.Sequence) else (node,))]
    return flat[0] if len(flat) == 1 else plan.Sequence(tuple(flat))


def _components(bundles: Sequence[Bundle]) -> list[list[Bundle]]:
    """What hangs together through waiting, in the given order."""
    found: list[list[Bundle]] = []
    for bundle in bundles:
        before = _before(bundle, bundles)
        linked = [part for part in found if any(each in before or bundle in _before(each, bundles) for each in part)]
        merged = [each for part in linked for each in part] + [bundle]
        found = [part for part in found if part not in linked] + [sorted(merged, key=bundles.index)]
    return sorted(found, key=lambda part: bundles.index(part[0]))


# -- requests


def _fetch(graph: Graph, bundle: Bundle, kind: Kind, variables: Mapping[str, str]) -> Fetch:
    first = bundle[0]
    used = tuple(sorted({name for group in bundle for name in group.root.variables()}))
    heads = [variables[name] for name in used]
    service = graph.names[first.graph]
    if not first.entities:
        kind = "query" if first.path else kind
        root = graph.roots[kind]
        parts, renamed = untangled(graph, first.graph, root, first.root.finished())
        text = f"{kind}{_heads(heads)} {{ {parts_text(parts)} }}"
        return Fetch(service, kind, text, used, parts=parts, path=first.path, renamed=renamed)
    made = [_entities(graph, group) for group in bundle]
    entities = _folded([each for each, _ in made])
    return Fetch(
        service,
        "query",
        _entities_text(entities, heads),
        used,
        entities=entities,
        renamed=any(each for _, each in made),
    )


def _heads(heads: Sequence[str]) -> str:
    return f"({', '.join(heads)})" if heads else ""


def _entities_text(entities: tuple[Entities, ...], heads: list[str]) -> str:
    if len(entities) == 1:
        heads = ["$representations: [_Any!]!", *heads]
        return f"query{_heads(heads)} {{ _entities(representations: $representations) {{ {parts_text(entities[0].parts)} }} }}"
    names = [f"$_{index}: [_Any!]!" for index in range(len(entities))]
    asked = [
        f"_{index}: _entities(representations: $_{index}) {{ {parts_text(each.parts)} }}"
        for index, each in enumerate(entities)
    ]
    return f"query{_heads([*names, *heads])} {{ {' '.join(asked)} }}"


def _entities(graph: Graph, group: Group) -> tuple[Entities, bool]:
    parts, renamed = untangled(graph, group.graph, "", group.root.finished())
    everyone = [sent for sent in group.sent.values() if sent.type is None]
    some = [sent for sent in group.sent.values() if sent.type is not None]
    representations = [_representation(sent, everyone) for sent in some] + [
        _representation(sent, ()) for sent in everyone
    ]
    return Entities((group.path,), tuple(representations), parts), renamed


def _representation(sent: Sent, everyone: Sequence[Sent]) -> Representation:
    """What is sent of objects of one type: their own fields, and those that are sent of every object there."""
    fields: list[Part] = []
    for part in [*sent.keys, *sent.more, *(part for each in everyone for part in (*each.keys, *each.more))]:
        if part not in fields:
            fields.append(part)
    keys = frozenset(part.key for part in sent.keys if isinstance(part, Ask))
    return Representation(sent.type, sent.sent_as, _merged(fields), keys)


def _merged(parts: Sequence[Part]) -> tuple[Part, ...]:
    """Field sets of several requirements as one: what shares a key is one field."""
    asks: dict[str, Ask] = {}
    ons: dict[str, On] = {}
    for part in parts:
        if isinstance(part, Ask):
            known = asks.get(part.key)
            inner = _merged((*known.parts, *part.parts)) if known else part.parts
            asks[part.key] = Ask(part.key, part.name, part.arguments, inner)
        else:
            fragment = ons.get(part.type)
            ons[part.type] = On(part.type, _merged((*fragment.parts, *part.parts)) if fragment else part.parts)
    return (*asks.values(), *ons.values())


def _folded(entities: Sequence[Entities]) -> tuple[Entities, ...]:
    """What is asked and sent alike at several paths is asked once."""
    found: dict[tuple[tuple[Representation, ...], tuple[Part, ...]], list[plan.Path]] = {}
    for each in entities:
        found.setdefault((each.representations, each.parts), []).extend(each.paths)
    return tuple(Entities(tuple(paths), sent, parts) for (sent, parts), paths in found.items())
