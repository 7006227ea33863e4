"""Interface objects at random: subgraphs that know accounts only as accounts, one that knows what they are."""

import asyncio
from random import Random
from typing import Any

import pytest
from graphql import parse, validate
from hypothesis import given, settings
from hypothesis import strategies as st

from federation.compose import Source, supergraph_of
from federation.graph import Graph
from tests.federation.gateway import Gateway
from tests.federation.recorded import RecordedSubgraph

LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@shareable", "@external", "@requires", "@interfaceObject", "@provides"])\n'
KINDS = {"Admin": "level: Int rights: [String!]", "Regular": "since: Int main: Boolean!", "Guest": "until: Int"}
LENT = {"name": "String", "active": "Boolean!", "score": "Int", "peer": "Account", "owner": "Owner"}
WHOLE = "\n".join(
    f"type {kind} implements Account {{ id: ID! {own} {' '.join(f'{name}: {type_}' for name, type_ in LENT.items())} }}"
    for kind, own in KINDS.items()
)


def objects(random: Random) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for number in range(4):
        kind = random.choice(sorted(KINDS))
        found[f"u{number}"] = {
            "__typename": kind, "id": f"u{number}", "level": number, "rights": ["a"], "since": 2000 + number, "main": True,
            "until": None, "name": f"name {number}", "active": number % 2 == 0, "score": number * 10,
        }  # fmt: skip
    for each in found.values():
        each["peer"] = {"$ref": random.choice(sorted(found))} if random.random() < 0.8 else None
        each["owner"] = {"__typename": "Owner", "id": "o", "title": "Owner of " + each["id"], "first": {"$ref": "u0"}}
    return found


def split(random: Random) -> tuple[dict[str, str], dict[str, list[str]], dict[str, list[str]]]:
    """The subgraphs' SDL, the fields each lends to accounts, and its root fields."""
    lenders = [f"s{number}" for number in range(1, random.randint(2, 4))]
    lent = {name: random.choice(["s0", *lenders]) for name in LENT}
    roots = {name: random.choice(["s0", *lenders]) for name in ("accounts", "account")}
    mine = {graph: [name for name in LENT if lent[name] == graph] for graph in ("s0", *lenders)}
    asked = {graph: [name for name, at in roots.items() if at == graph] for graph in ("s0", *lenders)}
    return {graph: _sdl(random, graph, mine[graph], asked[graph]) for graph in mine}, mine, asked


def _sdl(random: Random, graph: str, mine: list[str], asked: list[str]) -> str:
    roots = " ".join("accounts: [Account!]" if name == "accounts" else "account: Account" for name in asked)
    query = f"type Query {{ {roots} }}" if roots else ""
    owner = "type Owner { id: ID! title: String first: Account }" if "owner" in mine else ""
    fields = " ".join(f"{name}: {LENT[name]}" for name in mine)
    if graph == "s0":
        kinds = " ".join(
            f'type {kind} implements Account @key(fields: "id") {{ id: ID! {own} {fields} }}'
            for kind, own in KINDS.items()
        )
        return f'{LINK} interface Account @key(fields: "id") {{ id: ID! {fields} }} {kinds} {owner} {query}'
    return f'{LINK} type Account @key(fields: "id") @interfaceObject {{ id: ID! {fields} }} {owner} {query}'


def part(graph: str, everyone: dict[str, dict[str, Any]], mine: list[str]) -> dict[str, Any]:
    known, entities = {}, []
    for each, made in everyone.items():
        kind = made["__typename"] if graph == "s0" else "Account"
        lent = {name: made[name] for name in mine}
        known[each] = {
            **({**made, **dict.fromkeys(LENT)} if graph == "s0" else {"id": each}),
            **lent,
            "__typename": kind,
        }
        sent = [{"__typename": name, "id": each} for name in sorted({kind, "Account"})]
        entities += [{"representation": one, "result": {"$ref": each}} for one in sent]
    roots = {"accounts": [{"$ref": each} for each in everyone], "account": {"$ref": "u1"}}
    return {"roots": {"Query": roots}, "objects": known, "entities": entities}


def query(random: Random) -> str:
    return f"{{ accounts {{ {_account(random, 2)} }} account {{ {_account(random, 2)} }} }}"


def _account(random: Random, depth: int) -> str:
    names = random.sample(["id", "name", "active", "score", "__typename", "kind: __typename"], random.randint(0, 3))
    if depth and random.random() < 0.5:
        names.append(f"peer {{ {_account(random, depth - 1)} }}")
    if depth and random.random() < 0.3:
        names.append(f"owner {{ title first {{ {_account(random, depth - 1)} }} }}")
    for kind, own in KINDS.items():
        if random.random() < 0.4:
            more = random.sample([own.split(":")[0], "name", "score", "__typename", "id"], random.randint(1, 3))
            names.append(f"... on {kind} {{ {' '.join(more)} }}")
    return " ".join(names) or "id"


def differing(seed: int) -> tuple[str, Any, Any] | None:
    """A query whose answers differ, with both; None when they are the same."""
    random = Random(seed)  # noqa: S311  a seed, to be found again
    everyone = objects(random)
    sdls, mine, _ = split(random)
    whole_sdl = (
        f"interface Account {{ id: ID! {' '.join(f'{name}: {kind}' for name, kind in LENT.items())} }} {WHOLE} "
        "type Owner { id: ID! title: String first: Account } type Query { accounts: [Account!] account: Account }"
    )
    roots = {"accounts": [{"$ref": each} for each in everyone], "account": {"$ref": "u1"}}
    whole = RecordedSubgraph(whole_sdl, {"roots": {"Query": roots}, "objects": everyone})
    graph = Graph(supergraph_of([Source(name, sdl) for name, sdl in sdls.items()]).sdl)
    gateway = Gateway(
        graph, {name: RecordedSubgraph(sdl, part(name, everyone, mine[name])) for name, sdl in sdls.items()}
    )
    asked = query(random)
    assert validate(graph.api, parse(asked)) == []
    body, expected = asyncio.run(gateway.ask(asked)), whole.run(asked, {})
    return None if body == expected else (asked, body, expected)


@settings(max_examples=40, deadline=None)
@given(st.integers(min_value=0, max_value=10**6))
def test_accounts_are_answered_alike_however_they_are_cut(seed: int) -> None:
    """What an account is, and what it has, may be known in different places."""
    assert differing(seed) is None


@pytest.mark.parametrize("seed", range(10))
def test_a_few_cuts_are_always_tried(seed: int) -> None:
    """The same ones on every machine."""
    assert differing(seed) is None
