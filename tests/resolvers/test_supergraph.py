"""The gateway's graph, the cities' contributions and the cities' own subgraphs, composed into one; nobody costs another."""

from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

import pytest
from graphql import GraphQLObjectType, OperationDefinitionNode, parse, validate

from channels.calls.connections import Connections
from channels.declared.secrets import Secrets
from channels.deployment.snapshot import Snapshot, load
from channels.subgraphs.sdl_store import SdlStore
from federation.operation import Operation
from federation.planner import plan
from resolvers.serving.federating import Federating
from resolvers.serving.graphs import Graphs, build_graphs
from tests.channels.loopback import NOW

ROOT = Path(__file__).resolve().parents[2] / "cities"
CHENGDU = """
type City @key(fields: "code") { code: String! districts: [ChengduDistrict!]! }
type Service @key(fields: "code") { code: ID! guides: [ChengduGuide!]! }
type ChengduDistrict { code: String! name: String! serviceCount: Int! }
type ChengduGuide { title: String! steps: [String!]! }
"""
MIXED = "{ city(id: CHENGDU) { name districts { name } } local { deyang { creditScore { score } } } }"


@cache
def snapshot() -> Snapshot:
    held = load(ROOT, environment="sandbox", at=date(2026, 11, 21), secrets=Secrets()).snapshot
    assert held is not None
    return held


@cache
def graphs(sdl: str = CHENGDU) -> Graphs:
    return build_graphs(snapshot(), {"chengdu": sdl})


def fields(built: Graphs, name: str) -> set[str]:
    found = built.graph.core.type_map[name]
    assert isinstance(found, GraphQLObjectType)
    return set(found.fields)


def planned(built: Graphs, query: str) -> str:
    document = parse(query)
    assert validate(built.graph.core, document) == []
    (definition,) = document.definitions
    assert isinstance(definition, OperationDefinitionNode)
    return str(plan(built.supergraph.graph, Operation(document, definition)))


def test_every_contribution_and_every_subgraph_is_a_subgraph_beside_the_gateway() -> None:
    """One plan may then hold all of them."""
    built = graphs()
    assert built.left_out == {}
    assert sorted(built.supergraph.graph.names.values()) == ["chengdu", "deyang", "gateway", "ziyang"]
    assert built.supergraph.coordinates == {"City.districts", "Service.guides"}
    assert list(built.supergraph.remotes) == ["chengdu"]  # the others are answered in process


def test_the_own_graph_declares_what_cities_add_and_the_subgraph_graph_does_not() -> None:
    """A client sees one graph. A province's router composes what this gateway itself answers."""
    assert "districts" in fields(graphs(), "City")
    province = graphs().subgraph.core.type_map["City"]
    assert isinstance(province, GraphQLObjectType)
    assert "districts" not in province.fields


def test_the_supergraph_and_the_own_graph_have_the_same_fields() -> None:
    """An operation is validated on the one and planned on the other."""
    own, api = graphs().graph.core, graphs().supergraph.graph.api
    named = {name for name, kind in own.type_map.items() if isinstance(kind, GraphQLObjectType)}
    missing = [
        f"{name}.{field}"
        for name in sorted(named)
        for field in own.type_map[name].fields  # type: ignore[attr-defined]
        if not name.startswith("__") and field not in getattr(api.type_map.get(name), "fields", {})
    ]
    assert missing == []


def test_the_plan_of_a_mixed_query_asks_each_place_once() -> None:
    """Canonical fields and the entity's key first; the city's own field by that key; the contribution beside them."""
    assert planned(graphs(), MIXED) == (
        """QueryPlan {
  Parallel {
    Sequence {
      Fetch(service: "gateway") {
        {
          city(id: CHENGDU) {
            name
            code
          }
        }
      }
      Flatten(path: "city") {
        Fetch(service: "chengdu") {
          {
            ... on City {
              __typename
              code
            }
          } =>
          {
            ... on City {
              districts {
                name
              }
            }
          }
        }
      }
    }
    Fetch(service: "deyang") {
      {
        local {
          deyang {
            creditScore {
              score
            }
          }
        }
      }
    }
  }
}"""
    )


def test_a_query_of_canonical_fields_is_one_fetch() -> None:
    """The plan view shows that nothing is paid for what is not used."""
    assert planned(graphs(), "{ city(id: CHENGDU) { name } }").count("Fetch(") == 1


UNFIT = {
    "a cut text": "type City @key(fields: ",
    "an interface that its type does not have": """
        type City @key(fields: "code") { code: String! thing: ChengduThing }
        interface ChengduNamed { name: String! }
        type ChengduThing implements ChengduNamed { x: Int }""",
    "a reserved name": 'type City @key(fields: "code") { code: String! __districts: Int }',
    "a type that holds itself in the input": """
        type City @key(fields: "code") { code: String! a(x: ChengduLoop): Int }
        input ChengduLoop { x: ChengduLoop! }""",
}


@pytest.mark.parametrize("sdl", UNFIT.values(), ids=UNFIT.keys())
def test_a_city_that_does_not_fit_is_left_out_and_named_while_the_others_stay(sdl: str, tmp_path: Path) -> None:
    """One city's mistake is its own: its field is missing, and the log has its name and the reason."""
    put: list[Graphs] = []
    federating = watching(tmp_path, put)
    SdlStore(tmp_path).keep("chengdu", sdl)
    built = federating.from_files()
    assert federating.known == {}
    assert built.supergraph.coordinates == frozenset()
    assert "districts" not in fields(built, "City")
    assert planned(built, "{ local { deyang { creditScore { score } } } }").count('service: "deyang"') == 1


def watching(folder: Path, put: list[Graphs]) -> Federating:
    return Federating(snapshot(), Connections(snapshot(), lambda: NOW), SdlStore(folder), put.append, lambda: NOW)


async def test_a_fitting_sdl_is_used_and_kept_and_an_unfit_one_changes_nothing(tmp_path: Path) -> None:
    """Live drift towards the worse keeps the last good; the worse is composed and told once."""
    put: list[Graphs] = []
    federating = watching(tmp_path, put)
    await federating.take("chengdu", CHENGDU)
    assert [built.supergraph.coordinates for built in put] == [{"City.districts", "Service.guides"}]
    await federating.take("chengdu", UNFIT["a cut text"])
    assert len(put) == 1
    assert federating.known == {"chengdu": CHENGDU}
    [unfit] = federating.unfit.values()
    assert (unfit.sdl, unfit.at, unfit.earlier) == (UNFIT["a cut text"], NOW, True)
    assert "Syntax Error" in unfit.reason
    assert SdlStore(tmp_path).load("chengdu") == CHENGDU
    assert watching(tmp_path, put).from_files().supergraph.coordinates == {"City.districts", "Service.guides"}


async def test_what_did_not_fit_is_tried_again_when_files_have_changed(tmp_path: Path) -> None:
    """The mistake may be the files': a name that both define, say."""
    put: list[Graphs] = []
    federating = watching(tmp_path, put)
    await federating.take("chengdu", UNFIT["a cut text"])
    assert not federating.unfit["chengdu"].earlier
    federating.adopt(snapshot(), federating.connections)
    assert federating.unfit == {}
    assert federating.joined.is_set()


def test_an_sdl_in_the_citys_files_goes_before_what_was_known_of_it() -> None:
    """An edit of the file is served by the reload that reads it, not by the next start."""
    channel = replace(snapshot().channels["chengdu"], subgraph_sdl=CHENGDU.replace("districts", "wards"))
    edited = replace(snapshot(), channels={**snapshot().channels, "chengdu": channel})
    assert build_graphs(edited, {"chengdu": CHENGDU}).supergraph.coordinates == {"City.wards", "Service.guides"}


async def test_a_field_that_the_city_takes_back_leaves_the_graph(tmp_path: Path) -> None:
    """Drift in the other direction: what nobody answers must not be offered."""
    put: list[Graphs] = []
    federating = watching(tmp_path, put)
    await federating.take("chengdu", CHENGDU)
    await federating.take("chengdu", "type Query { bills: Int }")
    assert put[-1].supergraph.coordinates == frozenset()
    assert put[-1].graph.version != put[0].graph.version


async def test_a_folder_that_cannot_be_written_costs_the_keeping_only(tmp_path: Path) -> None:
    """A full disk must not take a city's fields from the graph."""
    put: list[Graphs] = []
    (tmp_path / "sdl").write_text("a file")
    await watching(tmp_path / "sdl", put).take("chengdu", CHENGDU)
    assert len(put) == 1


def test_a_type_of_the_citys_contribution_is_not_defined_a_second_time() -> None:
    """A city may both contribute and run a subgraph: one name has one definition, the one of its files."""
    own = "extend type LocalRoot { chengdu: ChengduLocal } type ChengduLocal { guide: ChengduGuide } type ChengduGuide { x: Int }"
    channel = replace(snapshot().channels["chengdu"], contribution=own)
    both = replace(snapshot(), channels={**snapshot().channels, "chengdu": channel})
    built = build_graphs(both, {"chengdu": CHENGDU})
    assert built.left_out == {}
    assert built.supergraph.coordinates == {"City.districts"}
    assert fields(built, "ChengduGuide") == {"x"}
    assert sorted(built.supergraph.graph.names.values()) == ["chengdu", "chengdu_local", "deyang", "gateway", "ziyang"]
