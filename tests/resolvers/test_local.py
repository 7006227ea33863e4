"""A city's own fields are served as its `contribute.graphql` declares them: whatever the check lets pass, a client gets."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from graphql import ExecutionResult, execute, parse, validate

from channels.calls.connections import Connections
from channels.declared.secrets import Secrets
from channels.deployment.snapshot import load
from resolvers.serving.graphs import Graphs, build_graphs
from tests.channels.loopback import City, always, http, served
from tests.resolvers.simulator import NOW, request, services

CLASSROOM = Path(__file__).resolve().parents[1] / "channels" / "classroom"
POLICIES = """
  policies:
    backend: gov
    request: {method: GET, path: /policies, query: {year: "${args.by.year}", bill: "${args.of.kinds}", on: "${args.on}"}}
    response:
      items: "@"
      map: {title: title, fee: {from: fee, as: money.fen}, theme: {from: theme, enum: {"1": HEALTH}}, office: {name: office}}
  tags:
    backend: gov
    request: {method: GET, path: /tags}
    response: {items: "@", map: {tags: name}}
"""
SDL = """
interface LeshanTitled { title: String }
type LeshanPolicy implements LeshanTitled { title: String fee: Money theme: Theme office: LeshanOffice }
type LeshanOffice { name: String policies: [LeshanPolicy!] }
input LeshanBy { year: Int = 2026 }
type LeshanLocal {
  policies(by: LeshanBy = {}, of: BillFilter, on: Date): [LeshanPolicy!]
  tags: [String!]
  score: Int @assurance(level: REAL_NAME)
}
extend type LocalRoot { leshan: LeshanLocal }
"""


@asynccontextmanager
async def graphs(root: Path, city: City) -> AsyncIterator[tuple[Graphs, Any]]:
    """The graphs over the classroom with Leshan on loopback, and a way to ask the own graph."""
    channel = root / "leshan" / "channel.yaml"
    before, _, after = channel.read_text("utf-8").partition("  policies:\n")
    after = after.partition("  score:")[2].partition("\ncitizen_token:")[0]  # there is no key for the gateway's tokens
    channel.write_text(f"{before}{POLICIES[1:]}  score:{after}\n", "utf-8")
    overlay = root / "leshan" / "channel.sandbox.yaml"
    overlay.write_text(overlay.read_text("utf-8").replace("http://127.0.0.1:8106", city.url), "utf-8")
    (root / "leshan" / "contribute.graphql").write_text(SDL, "utf-8")
    loaded = load(root, environment="sandbox", at=date(2026, 11, 22), secrets=Secrets())
    assert [found.en for found in loaded.diagnostics if found.severity == "error"] == []
    assert loaded.snapshot is not None
    made = build_graphs(loaded.snapshot, {})
    async with Connections(loaded.snapshot, lambda: NOW) as connections:
        held = replace(services(None, {}), snapshot=loaded.snapshot, connections=connections, graph=made.graph)

        async def ask(text: str) -> ExecutionResult:
            document = parse(text)
            assert validate(made.graph.core, document) == []
            answer = execute(made.graph.core, document, context_value=request(held))
            return answer if isinstance(answer, ExecutionResult) else await answer

        yield made, ask


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return Path(shutil.copytree(CLASSROOM, tmp_path / "cities"))


async def test_types_of_the_graph_inputs_and_plain_values_are_served(root: Path) -> None:
    """Money, an enum and an input of the graph; an interface, an input and a list of texts of the city's own."""
    rows = [{"title": "稳岗补贴", "fee": 3860, "theme": "1", "office": "人社局", "name": "就业"}]
    async with served(always(http({"code": "0", "data": rows}))) as city, graphs(root, city) as (made, ask):
        assert made.left_out == {}
        found = await ask(
            """{ local { leshan {
              policies(by: {year: 2025}, of: {kinds: [WATER, GAS]}, on: "2026-01-02") {
                ... on LeshanTitled { title } fee { amount currency } theme office { name policies { title } }
              }
              tags
            } } }"""
        )
        assert found.errors is None
        office = {"name": "人社局", "policies": None}
        policy = {
            "title": "稳岗补贴",
            "fee": {"amount": "38.60", "currency": "CNY"},
            "theme": "HEALTH",
            "office": office,
        }
        assert found.data == {"local": {"leshan": {"policies": [policy], "tags": ["就业"]}}}
        (asked,) = [each for each in city.asked if "/policies" in each.target]
        sent = parse_qs(urlsplit(asked.target).query)
        assert sent == {"year": ["2025"], "bill": ["WATER", "GAS"], "on": ["2026-01-02"]}


async def test_a_default_of_an_input_reaches_the_city(root: Path) -> None:
    """What the client leaves out, the contribution fills in."""
    async with served(always(http({"code": "0", "data": []}))) as city, graphs(root, city) as (_, ask):
        found = await ask("{ local { leshan { policies { title } } } }")
        assert (found.data, found.errors) == ({"local": {"leshan": {"policies": []}}}, None)
        assert parse_qs(urlsplit(city.asked[0].target).query) == {"year": ["2026"]}
