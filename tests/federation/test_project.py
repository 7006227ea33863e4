"""Data in the client's shape: what is null, why, and what the client reads of it."""

from itertools import product
from types import NoneType
from typing import Any

import pytest
from graphql import parse

from federation.engine import Prepared
from federation.graph import Graph
from federation.operation import Operation, select_operation
from federation.plain import MAX_PROVEN, SHOWN, Proof
from federation.project import Run

SDL = """
enum join__Graph { A @join__graph(name: "a", url: "") }
type Query @join__type(graph: A) {
  rows: [Row!] strict: [Row!]! maybe: [Row] one: Row! grid: [[Int!]]! any: Any pets: [Pet!] named: Named secret: Row
}
type Row @join__type(graph: A) {
  id: ID! name: String price: Float count: Int! open: Boolean kind: Kind json: Json inner: Row must: Row!
}
enum Kind @join__type(graph: A) {
  SEEN @join__enumValue(graph: A)
  HIDDEN @join__enumValue(graph: A) @inaccessible
}
scalar Json @join__type(graph: A)
union Any @join__type(graph: A) @join__unionMember(graph: A, member: "Row") @join__unionMember(graph: A, member: "Cat") = Row | Cat
union Pet @join__type(graph: A) @join__unionMember(graph: A, member: "Cat") @join__unionMember(graph: A, member: "Ghost") = Cat | Ghost
interface Named @join__type(graph: A) { name: String }
type Cat implements Named @join__implements(graph: A, interface: "Named") @join__type(graph: A) { name: String lives: Int }
type Ghost @join__type(graph: A) @inaccessible { name: String }
"""
GRAPH = Graph(SDL)


def project(query: str, data: dict[str, Any], known: tuple[tuple[str | int, ...], ...] = ()) -> tuple[Any, list[Any]]:
    operation = select_operation(parse(query), None)
    assert isinstance(operation, Operation)
    run = Run(known)
    shown = Prepared(GRAPH, operation).variant().projection(data, run)
    return shown, [(each.path, each.code) for each in run.errors]


CASES = [
    ("{ rows { id } }", {"rows": [{"id": 1}, {"id": "b"}]}, {"rows": [{"id": "1"}, {"id": "b"}]}, []),
    ("{ rows { name } }", {}, {"rows": None}, []),
    ("{ rows { b: name a: name } }", {"rows": [{"a": "x", "b": "y"}]}, {"rows": [{"b": "y", "a": "x"}]}, []),
    (
        "{ rows { count } }",
        {"rows": [{"count": 1}, {"count": None}]},
        {"rows": None},
        [(("rows", 1, "count"), "NON_NULL_VIOLATION")],
    ),
    ("{ strict { count } }", {"strict": [{}]}, None, [(("strict", 0, "count"), "NON_NULL_VIOLATION")]),
    (
        "{ maybe { count } }",
        {"maybe": [{"count": 1}, {}]},
        {"maybe": [{"count": 1}, None]},
        [(("maybe", 1, "count"), "NON_NULL_VIOLATION")],
    ),
    (
        "{ one { inner { must { id } } } }",
        {"one": {"inner": {"must": {"id": None}}}},
        {"one": {"inner": None}},
        [(("one", "inner", "must", "id"), "NON_NULL_VIOLATION")],
    ),
    ("{ grid }", {"grid": [[1, 2], [3, None], None]}, {"grid": [[1, 2], None, None]}, [(("grid", 1, 1), "NON_NULL_VIOLATION")]),
    ("{ grid }", {"grid": [1]}, {"grid": [None]}, [(("grid", 0), "INVALID_VALUE")]),
    ("{ maybe { name } }", {"maybe": [{"name": 1}, "x"]}, {"maybe": [{"name": None}, None]}, [(("maybe", 0, "name"), "INVALID_VALUE"), (("maybe", 1), "INVALID_VALUE")]),
    ("{ maybe { count } }", {"maybe": [{"count": 2.0}, {"count": 2**31}]}, {"maybe": [{"count": 2}, None]}, [(("maybe", 1, "count"), "INVALID_VALUE")]),
    ("{ maybe { price open } }", {"maybe": [{"price": True, "open": 1}]}, {"maybe": [{"price": None, "open": None}]}, [(("maybe", 0, "price"), "INVALID_VALUE"), (("maybe", 0, "open"), "INVALID_VALUE")]),
    ("{ maybe { kind } }", {"maybe": [{"kind": "SEEN"}, {"kind": "HIDDEN"}]}, {"maybe": [{"kind": "SEEN"}, {"kind": None}]}, [(("maybe", 1, "kind"), "INVALID_VALUE")]),
    ("{ maybe { json } }", {"maybe": [{"json": {"a": [1]}}]}, {"maybe": [{"json": {"a": [1]}}]}, []),
    ("{ any { t: __typename ... on Cat { lives } } }", {"any": {"__typename": "Cat", "lives": 9}}, {"any": {"t": "Cat", "lives": 9}}, []),
    ("{ any { ... on Cat { lives } } }", {"any": {"__typename": "Row"}}, {"any": {}}, []),
    ("{ pets { ... on Cat { lives } } }", {"pets": [{"__typename": "Ghost"}]}, {"pets": None}, [(("pets", 0), "INVALID_VALUE")]),
    ("{ named { name ... on Cat { lives } } }", {"named": {"__typename": "Cat", "name": "x"}}, {"named": {"name": "x", "lives": None}}, []),
    ("{ maybe { name count } }", {"maybe": [{"name": "a", "count": 1}, {"count": 2, "name": "b", "id": "x"}]}, {"maybe": [{"name": "a", "count": 1}, {"name": "b", "count": 2}]}, []),
    ("{ one { count } }", {"one": {"count": -(2**31) - 1}}, None, [(("one", "count"), "INVALID_VALUE")]),
    ("{ one { t: __typename id inner { id } } }", {"one": {"id": "a", "inner": {"id": "b"}}}, {"one": {"t": "Row", "id": "a", "inner": {"id": "b"}}}, []),
    ("{ __typename q: __typename }", {}, {"__typename": "Query", "q": "Query"}, []),
]  # fmt: skip


@pytest.mark.parametrize(("query", "data", "shown", "errors"), CASES)
def test_data_is_shown_as_the_schema_promises(query: str, data: dict[str, Any], shown: Any, errors: list[Any]) -> None:
    """GraphQL §6.4.4: null goes up to the nearest field that may be null, with one error where it began."""
    found = project(query, data)
    assert found == (shown, errors)


def test_fields_come_in_the_order_of_the_query() -> None:
    """GraphQL §7.2.2; whatever order the subgraphs answered in."""
    shown, _ = project("{ rows { name id } maybe { id } }", {"maybe": [], "rows": [{"id": "1", "name": "x"}]})
    assert list(shown) == ["rows", "maybe"]
    assert list(shown["rows"][0]) == ["name", "id"]


def test_what_a_subgraph_has_said_is_not_said_twice() -> None:
    """The null is the consequence of an error that the client reads already."""
    assert project("{ rows { count } }", {"rows": [{}]}, known=(("rows", 0, "count"),)) == ({"rows": None}, [])


async def test_introspection_shows_the_api_schema_beside_data() -> None:
    """What is inaccessible is not even named."""
    from federation.engine import Request

    operation = select_operation(
        parse(
            '{ __typename kind: __type(name: "Kind") { enumValues { name } } ghost: __type(name: "Ghost") { name } }'
        ),
        None,
    )
    assert isinstance(operation, Operation)
    answer = await Prepared(GRAPH, operation).answer(Request({}, {}))
    assert answer.formatted() == {
        "data": {"__typename": "Query", "kind": {"enumValues": [{"name": "SEEN"}]}, "ghost": None}
    }


def test_objects_that_hold_more_than_was_asked_do_not_show_it() -> None:
    """Plain objects are shown as they came: only when their fields are exactly the query's, in its order."""
    rows = [{"id": "1", "name": "a"}, {"id": "2", "name": "b", "count": 3}, {"name": "c", "id": "3"}]
    shown, errors = project("{ maybe { id name } }", {"maybe": rows})
    assert [list(row.items()) for row in shown["maybe"]] == [
        [("id", str(n)), ("name", c)] for n, c in enumerate("abc", 1)
    ]
    assert not errors


def test_the_data_is_left_as_it_was_where_objects_lie_inside() -> None:
    """A shared object is projected at several places, so what it holds may not be replaced."""
    data = {"one": {"id": "1", "inner": {"id": "2", "name": "b"}}}
    shown, _ = project("{ one { id inner { name } } }", data)
    assert shown == {"one": {"id": "1", "inner": {"name": "b"}}}
    assert data == {"one": {"id": "1", "inner": {"id": "2", "name": "b"}}}


def test_what_is_remembered_of_types_is_bounded() -> None:
    """A subgraph that varies its types cannot make the gateway remember them all."""
    proof = Proof([SHOWN["Float"]] * 8)
    kinds: tuple[type, ...] = (int, float, NoneType)
    for types in product(kinds, repeat=8):
        assert proof.holds(types)
    assert len(proof.proven) == MAX_PROVEN
