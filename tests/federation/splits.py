"""One schema cut into random subgraphs, and random queries on it.

Every field goes to one subgraph or several (`@shareable`); `@key`s differ between subgraphs but one subgraph knows all
of them; some fields are computed from others (`@requires`), some are lent along a path (`@provides`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Any

LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@shareable", "@external", "@requires", "@provides"])\n'
ENTITIES: dict[str, dict[str, str]] = {
    "Product": {
        "label": "String",
        "price": "Int",
        "weight": "Int!",
        "size": "Size",
        "maker": "User",
        "reviews": "[Review!]!",
        "kin": "Node",
        "parts": "[[Product]]",
    },
    "User": {
        "label": "String",
        "name": "String!",
        "friends": "[User!]",
        "best": "Review",
        "seen": "[Hit!]",
        "home": "Size",
    },
    "Review": {"body": "String", "rating": "Int", "author": "User!", "product": "Product", "about": "Hit"},
}
VALUES = {"Size": {"width": "Int!", "height": "Int", "unit": "Unit"}, "Unit": {"name": "String!", "factor": "Float"}}
ROOTS = {
    "products": "[Product!]!",
    "user": "User",
    "hits": "[Hit]",
    "node": "Node",
    "nodes": "[Node!]",
    "review": "Review",
    "size": "Size",
}
ABSTRACT = {"Node": ("Product", "User"), "Hit": ("Product", "User", "Review")}
COMPUTED = {"Product": ("cost", "Int", ("price", "weight")), "User": ("greeting", "String", ("name",))}
LEAVES = ("String", "Int", "Float", "ID")


def named(printed: str) -> str:
    """The named type."""
    return printed.strip("[]!")


def base_sdl() -> str:
    """The schema in one piece."""
    lines = ["interface Node { id: ID! label: String sort: String }", "union Hit = Product | User | Review"]
    for name, fields in ENTITIES.items():
        more = {"id": "ID!", "sku": "ID!", **fields}
        if name in ABSTRACT["Node"]:
            more["sort"] = "String"
        if name in COMPUTED:
            more[COMPUTED[name][0]] = COMPUTED[name][1]
        lines.append(_type(name, more, " implements Node" if name in ABSTRACT["Node"] else ""))
    lines += [_type(name, fields) for name, fields in VALUES.items()]
    return "\n".join([*lines, _type("Query", ROOTS)])


def _type(name: str, fields: dict[str, str], more: str = "") -> str:
    return f"type {name}{more} {{ {' '.join(f'{key}: {kind}' for key, kind in fields.items())} }}"


@dataclass
class Split:
    """Subgraph name → which of its fields every type has there."""

    random: Random
    names: list[str]
    where: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    keys: dict[tuple[str, str], list[str]] = field(default_factory=dict)

    @staticmethod
    def of(seed: int) -> Split:
        random = Random(seed)  # noqa: S311  a seed, to be found again
        split = Split(random, [f"s{number}" for number in range(random.randint(2, 4))])
        for parent, fields in {**ENTITIES, "Query": ROOTS}.items():
            for name in fields:
                # Objects of a shared field are one and the same wherever they come from.
                count = random.choice((1, 1, 1, 2))
                split.where[parent, name] = sorted(random.sample(split.names, min(count, len(split.names))))
        for parent, (name, _, needs) in COMPUTED.items():
            owner = random.choice(split.names)
            split.where[parent, name] = [owner]
            for need in needs:  # what a field requires is another subgraph's
                others = [each for each in split.where[parent, need] if each != owner]
                split.where[parent, need] = others or [random.choice([each for each in split.names if each != owner])]
        for parent in ENTITIES:
            hub = random.choice(split.names)
            for each in split.names:
                split.keys[each, parent] = ["id", "sku"] if each == hub else random.choice((["id"], ["id"], ["sku"]))
        return split

    def sdl(self, graph: str) -> str:
        """One subgraph."""
        types = self._types(graph)
        text = [LINK]
        for name in sorted(types):
            if name in ENTITIES:
                text.append(self._entity(graph, name, "Node" in types))
            elif name in VALUES:
                text.append(
                    f"type {name} @shareable {{ {' '.join(f'{key}: {kind}' for key, kind in VALUES[name].items())} }}"
                )
        if "Node" in types:
            text.append(f"interface Node {{ {' '.join(self.node_fields(graph))} }}")
        if "Hit" in types:
            text.append("union Hit = Product | User | Review")
        roots = [
            f"{key}: {kind}{self._shared('Query', key)}"
            for key, kind in ROOTS.items()
            if graph in self.where["Query", key]
        ]
        return "\n".join([*text, f"type Query {{ {' '.join(roots)} }}" if roots else ""])

    def node_fields(self, graph: str) -> list[str]:
        """What every implementation of Node has in the subgraph."""
        fields = []
        if all("id" in self.keys[graph, each] for each in ABSTRACT["Node"]):
            fields.append("id: ID!")
        if all(graph in self.where[each, "label"] for each in ABSTRACT["Node"]):
            fields.append("label: String")
        return [*fields, "sort: String"]

    def _types(self, graph: str) -> set[str]:
        found = set(ENTITIES)
        for (parent, name), graphs in self.where.items():
            if graph in graphs:
                fields = {**ENTITIES, "Query": ROOTS}[parent]
                found.add(named(fields[name]) if name in fields else "")
        if "Size" in found:
            found.add("Unit")
        return found

    def _entity(self, graph: str, name: str, with_node: bool) -> str:
        keys = self.keys[graph, name]
        fields = [f"{key}: ID!" for key in keys]
        if name in ABSTRACT["Node"]:
            fields.append("sort: String @shareable")
        have = [each for each in ENTITIES[name] if graph in self.where[name, each]]
        fields += [f"{each}: {ENTITIES[name][each]}{self._shared(name, each)}" for each in have]
        if name in COMPUTED and graph in self.where[name, COMPUTED[name][0]]:
            computed, kind, needs = COMPUTED[name]
            fields.append(f'{computed}: {kind} @requires(fields: "{" ".join(needs)}")')
            fields += [f"{each}: {ENTITIES[name][each]} @external" for each in needs if each not in have]
        applied = " ".join(f'@key(fields: "{key}")' for key in keys)
        node = " implements Node" if with_node and name in ABSTRACT["Node"] else ""
        return f"type {name}{node} {applied} {{ {' '.join(fields)} }}"

    def _shared(self, parent: str, name: str) -> str:
        return " @shareable" if len(self.where[parent, name]) > 1 else ""


class World:
    """The objects, as the whole schema and as every subgraph knows them."""

    def __init__(self, seed: int) -> None:
        random = Random(seed)  # noqa: S311  a seed, to be found again
        self.objects: dict[str, dict[str, Any]] = {}
        ids = {name: [f"{name}{number}" for number in range(random.randint(1, 3))] for name in ENTITIES}
        for name, fields in ENTITIES.items():
            for each in ids[name]:
                made: dict[str, Any] = {"__typename": name, "id": each, "sku": f"sku-{each}", "sort": f"sort-{each}"}
                for key, kind in fields.items():
                    made[key] = self._value(random, kind, ids)
                self.objects[each] = made
        for name, (key, _, needs) in COMPUTED.items():
            for each in ids[name]:
                seen = [self.objects[each][need] for need in needs]
                whole = None not in seen
                self.objects[each][key] = (sum(seen) if name == "Product" else f"hello {seen[0]}") if whole else None
        self.roots = {key: self._value(random, kind, ids) for key, kind in ROOTS.items()}

    def _value(self, random: Random, kind: str, ids: dict[str, list[str]]) -> Any:
        if kind.endswith("!"):
            return self._present(random, kind[:-1], ids)
        return None if random.random() < 0.15 else self._present(random, kind, ids)

    def _present(self, random: Random, kind: str, ids: dict[str, list[str]]) -> Any:
        if kind.startswith("["):
            return [self._value(random, kind[1:-1], ids) for _ in range(random.randint(0, 3))]
        if kind in VALUES:
            return {"__typename": kind, **{key: self._value(random, each, ids) for key, each in VALUES[kind].items()}}
        if kind in ABSTRACT or kind in ENTITIES:
            return {"$ref": random.choice([each for name in ABSTRACT.get(kind, (kind,)) for each in ids[name]])}
        number = random.randint(1, 99)
        return {"String": f"text {number}", "Int": number, "Float": number + 0.5, "ID": str(number)}[kind]

    def whole(self) -> dict[str, Any]:
        """Data of the schema in one piece."""
        return {"roots": {"Query": self.roots}, "objects": self.objects}

    def part(self, split: Split, graph: str) -> dict[str, Any]:
        """Data of one subgraph: it computes only with what it is sent, and knows nobody by a key it does not have."""
        objects, entities = {}, []
        for each, made in self.objects.items():
            name = made["__typename"]
            have = {key: made[key] for key in ENTITIES[name] if graph in split.where[name, key]}
            own = {
                "__typename": name,
                "sort": made["sort"],
                **{key: made[key] for key in split.keys[graph, name]},
                **have,
            }
            objects[each] = own
            computed = COMPUTED.get(name)
            for key in split.keys[graph, name]:
                entities.append({"representation": {"__typename": name, key: made[key]}, "result": {"$ref": each}})
                if computed and graph in split.where[name, computed[0]]:
                    objects[f"{each}+"] = {**own, computed[0]: made[computed[0]]}
                    sent = {"__typename": name, key: made[key], **{need: made[need] for need in computed[2]}}
                    entities.append({"representation": sent, "result": {"$ref": f"{each}+"}})
        return {"roots": {"Query": self.roots}, "objects": objects, "entities": entities}


def query_of(random: Random, node: dict[str, str]) -> str:
    """A random query, most often valid on the whole schema.  `node`: the fields that the interface has."""
    return f"{{ {_selections(random, 'Query', 4, node)} }}"


def _selections(random: Random, parent: str, depth: int, node: dict[str, str]) -> str:
    fields = {
        **({"id": "ID!", "sku": "ID!"} if parent in ENTITIES else {}),
        **({**ENTITIES, **VALUES, "Query": ROOTS, "Node": node}.get(parent, {})),
    }
    if parent in COMPUTED:
        fields[COMPUTED[parent][0]] = COMPUTED[parent][1]
    chosen = random.sample(sorted(fields), min(len(fields), random.randint(1, 4))) if fields else []
    parts = [_field(random, name, fields[name], depth, node) for name in chosen]
    if parent in ABSTRACT:
        named_types = random.sample(ABSTRACT[parent], random.randint(0, len(ABSTRACT[parent])))
        parts += [f"... on {name} {{ {_selections(random, name, depth - 1, node)} }}" for name in named_types]
        if parent == "Hit" and random.random() < 0.3:
            parts.append(f"... on Node {{ {' '.join(node)} }}")
    if random.random() < 0.2:
        parts.append(f"{random.choice(('', 'kind: '))}__typename")
    return " ".join(part for part in parts if part) or "__typename"


def _field(random: Random, name: str, kind: str, depth: int, node: dict[str, str]) -> str:
    inner = named(kind)
    if inner in LEAVES:
        # An alias that is another field's name: what planning adds for itself must get out of its way.
        return f"{random.choice(('', '', '', f'{name}_1: ', 'sku: ', 'price: '))}{name}"
    alias = f"{name}_{depth}: "  # its own name at each depth and parent, so that selections never conflict
    return f"{alias}{name} {{ {_selections(random, inner, depth - 1, node)} }}" if depth > 0 else ""
