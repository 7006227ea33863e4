"""From groups to a plan: requests joined where that costs no step, written as GraphQL text, put in order."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from graphlib import TopologicalSorter
from itertools import combinations

from .draft import Group, Sent
from .graph import Graph
from .plan import LIST, Ask, Carried, Entities, Fetch, Kind, Node, On, Parallel, Part, Path, Representation, parts_text
from .plan import Sequence as Steps
from .untangle import untangled

MAX_JOINED = 60  # plans of more requests are not searched for requests to join

Bundle = tuple[Group, ...]


def assemble(graph: Graph, groups: Sequence[Group], *, kind: Kind, variables: Mapping[str, str]) -> Node | None:
    """The groups as a plan node; None when nothing is asked."""
    asked = _asked(groups)
    bundles = _join(asked)
    fetches = {bundle: _fetch(graph, bundle, kind, variables) for bundle in bundles}
    return _arrange(bundles, _kept_apart(fetches))


def _asked(groups: Sequence[Group]) -> list[Group]:
    """Without groups of which nothing is asked; whoever waited for one waits for what it waited for."""
    empty = {group for group in groups if group.root.empty()}
    for group in groups if empty else ():
        while gone := empty & group.after:
            group.after = (group.after - gone) | {each for one in gone for each in one.after}
    return [group for group in groups if group not in empty]


# -- joining: entities of one subgraph, asked at several paths


def _join(groups: list[Group]) -> list[Bundle]:
    """Joins groups of one subgraph where neither waits for the other and the plan grows no longer."""
    steps = _steps([(group,) for group in groups])
    found: dict[tuple[str, int, Group | None], list[Group]] = {}
    for group in groups:
        alone = None if _joins(group) else group
        found.setdefault((group.graph, steps[(group,)], alone), []).append(group)
    bundles = [tuple(each) for each in found.values()]
    while len(bundles) <= MAX_JOINED and (pair := _joinable(bundles)):
        one, other = pair
        bundles[bundles.index(one)] = one + other
        bundles.remove(other)
    return bundles


def _joins(group: Group) -> bool:
    """Whether it can share a request: root fields have theirs, and what takes arguments from a context has several."""
    return group.entities and not group.carried


def _joinable(bundles: list[Bundle]) -> tuple[Bundle, Bundle] | None:
    """Two requests of different steps, one of which may as well be made at the other's."""
    early, late, above = _steps(bundles), _latest(bundles), _above(bundles)
    for one, other in combinations(bundles, 2):
        if one[0].graph == other[0].graph and _joins(one[0]) and _joins(other[0]):
            apart = one not in above[other] and other not in above[one]
            if apart and max(early[one], early[other]) <= min(late[one], late[other]):
                return one, other
    return None


def _above(bundles: Sequence[Bundle]) -> dict[Bundle, set[Bundle]]:
    """For each bundle those whose answers it needs, directly or not: also by way of what was joined to another's."""
    waits = _waits(bundles)
    found: dict[Bundle, set[Bundle]] = {}
    for bundle in TopologicalSorter(waits).static_order():
        found[bundle] = set(waits[bundle]).union(*(found[each] for each in waits[bundle]))
    return found


def _waits(bundles: Sequence[Bundle]) -> dict[Bundle, list[Bundle]]:
    """For each bundle those among the given whose answers it needs."""
    home = {group: bundle for bundle in bundles for group in bundle}
    return {
        bundle: list(dict.fromkeys(home[each] for group in bundle for each in _ordered(group.after) if each in home))
        for bundle in bundles
    }


def _ordered(groups: Iterable[Group]) -> list[Group]:
    return sorted(groups, key=lambda group: group.number)


def _steps(bundles: Sequence[Bundle]) -> dict[Bundle, int]:
    """The earliest step at which each can be made, from 1."""
    waits = _waits(bundles)
    found: dict[Bundle, int] = {}
    for bundle in TopologicalSorter(waits).static_order():
        found[bundle] = 1 + max((found[each] for each in waits[bundle]), default=0)
    return found


def _latest(bundles: Sequence[Bundle]) -> dict[Bundle, int]:
    """The latest step at which each can be made without making the plan longer."""
    waits, early = _waits(bundles), _steps(bundles)
    late = dict.fromkeys(bundles, max(early.values(), default=0))
    for bundle in sorted(bundles, key=lambda each: -early[each]):
        for other in waits[bundle]:
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
    waits = _waits(bundles)
    first = [bundle for bundle in bundles if not waits[bundle]]
    rest = _arrange([bundle for bundle in bundles if waits[bundle]], fetches)
    nodes = [fetches[bundle] for bundle in first]
    head: Node = nodes[0] if len(nodes) == 1 else Parallel(tuple(nodes))
    return head if rest is None else in_sequence([head, rest])


def in_sequence(nodes: Sequence[Node]) -> Node:
    """One after the other, without sequences inside of the sequence."""
    flat = [each for node in nodes for each in (node.nodes if isinstance(node, Steps) else (node,))]
    return flat[0] if len(flat) == 1 else Steps(tuple(flat))


def _components(bundles: Sequence[Bundle]) -> list[list[Bundle]]:
    """What hangs together through waiting, in the given order."""
    waits = _waits(bundles)
    linked: dict[Bundle, list[Bundle]] = {bundle: list(waits[bundle]) for bundle in bundles}
    for bundle in bundles:
        for other in waits[bundle]:
            linked[other].append(bundle)
    found: list[list[Bundle]] = []
    seen: set[Bundle] = set()
    for bundle in bundles:
        if bundle in seen:
            continue
        part, ahead = set(), [bundle]
        while ahead:
            each = ahead.pop()
            if each not in part:
                part.add(each)
                ahead.extend(linked[each])
        seen |= part
        found.append([each for each in bundles if each in part])
    return found


# -- requests


def _kept_apart(fetches: Mapping[Bundle, Fetch]) -> dict[Bundle, Fetch]:
    """Marks entities whose inner objects several requests write into."""
    written = Counter(path for fetch in fetches.values() for path in set(_objects_of(fetch)))
    written.update(path for fetch in fetches.values() for path in _told_apart(fetch))
    twice = {path for path, count in written.items() if count > 1}

    def marked(each: Entities) -> Entities:
        apart = bool(twice) and any(not twice.isdisjoint(_inside(_plain(path), each.parts)) for path in each.paths)
        return replace(each, apart=True) if apart else each

    def kept(fetch: Fetch) -> Fetch:
        return replace(fetch, entities=tuple(map(marked, fetch.entities)), alone=tuple(map(kept, fetch.alone)))

    return {bundle: kept(fetch) for bundle, fetch in fetches.items()}


def _objects_of(fetch: Fetch) -> Iterator[tuple[str, ...]]:
    """Where a request writes objects, types aside."""
    if not fetch.entities:
        yield from _inside(_plain(fetch.path), fetch.parts)
    for each in fetch.entities:
        for path in each.paths:
            yield from _inside(_plain(path), each.parts)


def _told_apart(fetch: Fetch) -> Iterator[tuple[str, ...]]:
    """The objects, and those between them and what sets a context, which is not the same for all that look alike."""
    for each in fetch.entities:
        for one in each.carried:
            inner = _plain(one.below)
            around = _plain(one.path)
            yield from ((*around, *inner[: index + 1]) for index in range(len(inner)))


def _inside(path: tuple[str, ...], parts: Iterable[Part]) -> Iterator[tuple[str, ...]]:
    for part in parts:
        if isinstance(part, On):
            yield from _inside(path, part.parts)
        elif part.parts:
            yield (*path, part.key)
            yield from _inside((*path, part.key), part.parts)


def _plain(path: Path) -> tuple[str, ...]:
    return tuple(step for step in path if isinstance(step, str) and step != LIST)


def _fetch(graph: Graph, bundle: Bundle, kind: Kind, variables: Mapping[str, str]) -> Fetch:
    first = bundle[0]
    used = tuple(sorted({name for group in bundle for name in group.root.variables()}))
    service = graph.names[first.graph]
    if not first.entities:
        kind = "query" if first.path else kind
        root = graph.roots[kind]
        parts, renamed = untangled(graph, first.graph, root, first.root.finished())
        text = f"{kind}{_heads([variables[name] for name in used])} {{ {parts_text(parts)} }}"
        return Fetch(service, kind, text, used, parts=parts, path=first.path, renamed=renamed)
    made = [_entities(graph, group) for group in bundle]
    entities = _folded([each for each, _ in made])
    renamed = any(each for _, each in made)
    alone = tuple(_asking(service, (each,), variables, used, renamed) for each in entities)
    return replace(_asking(service, entities, variables, used, renamed), alone=alone if len(alone) > 1 else ())


def _asking(
    service: str, entities: tuple[Entities, ...], variables: Mapping[str, str], used: tuple[str, ...], renamed: bool
) -> Fetch:
    asked = " ".join(parts_text(each.parts) for each in entities)
    named = tuple(name for name in used if re.search(rf"\${name}\b", asked))
    taken = [f"${one.variable}: {one.type}" for each in entities for one in each.carried]
    text = _entities_text(entities, [*(variables[name] for name in named), *taken])
    return Fetch(service, "query", text, named, entities=entities, renamed=renamed)


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
    return Entities((group.path,), tuple(representations), parts, tuple(group.carried.values())), renamed


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
    found: dict[tuple[tuple[Representation, ...], tuple[Part, ...], tuple[Carried, ...]], list[Path]] = {}
    for each in entities:
        found.setdefault((each.representations, each.parts, each.carried), []).extend(each.paths)
    return tuple(Entities(tuple(paths), *alike) for alike, paths in found.items())
