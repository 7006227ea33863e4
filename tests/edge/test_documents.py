"""Limits are figures, not guesses: each refusal names what was found and what is allowed, before any city is called."""

import time
from typing import Any

import pytest
from graphql import GraphQLError, build_schema, get_introspection_query

from edge.documents import Documents, Prepared
from edge.gauge import CEILING
from edge.limits import Limits
from tests.edge.town import SCHEMA

CORE = SCHEMA._schema


def documents(**limits: Any) -> Documents:
    return Documents(CORE, Limits(**limits))


def prepared(text: str, name: str | None = None, variables: dict[str, Any] | None = None, **limits: Any) -> Prepared:
    found = documents(**limits).prepare(text, name, variables or {})
    assert isinstance(found, Prepared), found
    return found


def refused(text: str, name: str | None = None, variables: dict[str, Any] | None = None, **limits: Any) -> GraphQLError:
    started = time.process_time()
    found = documents(**limits).prepare(text, name, variables or {})
    assert time.process_time() - started < 1, "a refusal must be fast"
    assert isinstance(found, tuple), found
    return found[0]


def over(what: str, found: int | str, limit: int) -> dict[str, Any]:
    return {"code": "QUERY_REJECTED", "measure": what, "found": found, "limit": limit}


BILLS = "{ me { bills%s { nodes { id payee } pageInfo { hasNextPage } } } }"


@pytest.mark.parametrize(
    ("arguments", "variables", "cost"),
    [
        # me 1, bills 5 per city; 20 rows by default, each row 1 for `nodes` and 1 for `pageInfo` (an upper bound)
        ("", {}, 1 + 5 * 2 + 20 * 2),
        ("(cities: [EAST])", {}, 1 + 5 + 40),
        ("(cities: [EAST], first: 3)", {}, 1 + 5 + 6),
        ("(cities: null)", {}, 1 + 10 + 40),
        ("(cities: [])", {}, 1 + 5 + 40),
        ("(cities: $cities)", {"cities": ["EAST"]}, 1 + 5 + 40),
        ("(cities: $cities)", {}, 1 + 10 + 40),
        ("(first: $first)", {"first": 100}, 1 + 10 + 200),
        ("(first: $first)", {}, 1 + 10 + 10),
    ],
)
def test_cost_counts_the_cities_asked_and_the_rows_wanted(arguments: str, variables: dict[str, Any], cost: int) -> None:
    declared = [
        f"${name}: {kind}" for name, kind in (("cities", "[CityId!]"), ("first", "Int! = 5")) if f"${name}" in arguments
    ]
    head = f"query({', '.join(declared)}) " if declared else ""
    found = prepared(head + BILLS % arguments, variables=variables)
    assert found.figures.cost == cost
    assert sorted(found.deciding) == [name for name in ("cities", "first") if f"${name}" in arguments]


def test_the_cost_limit_holds_for_each_requests_own_variables() -> None:
    """A cheap first request must not let a dear second one pass through the cache."""
    text = "query($first: Int!) { me { bills(first: $first) { nodes { id } } } }"
    shelf = documents(max_cost=500)
    assert isinstance(shelf.prepare(text, None, {"first": 5}), Prepared)
    dear = shelf.prepare(text, None, {"first": 1_000_000})
    assert isinstance(dear, tuple)
    assert dear[0].extensions == over("cost", 1_000_011, 500)
    assert isinstance(shelf.prepare(text, None, {"first": 5}), Prepared)


def test_cost_directives_of_a_schema_built_from_sdl_are_read() -> None:
    core = build_schema(
        "directive @cost(value: Int!, perCity: Boolean! = false) on FIELD_DEFINITION\nenum CityId { A B C }\n"
        "type Query { all(cities: [CityId!]): Int @cost(value: 7, perCity: true) one: Int @cost(value: 2) }"
    )
    found = Documents(core, Limits()).prepare("{ all one }", None, {})
    assert isinstance(found, Prepared)
    assert found.figures.cost == 23


def test_depth_opens_fragments() -> None:
    text = "query { ...A } fragment A on Query { me { ...B } } fragment B on Citizen { friend { displayName } }"
    assert prepared(text).figures.depth == 3
    assert refused(text, max_depth=2).extensions == over("depth", 3, 2)


def test_a_deep_query_is_refused_with_the_figure() -> None:
    text = "{ me " + "{ friend " * 30 + "{ displayName }" + "}" * 30 + " }"
    assert refused(text).extensions == over("depth", 32, 16)


def test_ten_thousand_aliases_are_refused() -> None:
    assert (
        refused("{" + " ".join(f"a{i}: add(a: 1)" for i in range(10_000)) + "}").extensions["code"] == "QUERY_REJECTED"
    )


def test_aliases_are_limited_in_total_and_for_each_field() -> None:
    text = "{" + " ".join(f"a{i}: add(a: 1)" for i in range(31)) + "}"
    assert refused(text).extensions == over("aliases of `add`", 31, 30)
    assert refused(text, max_aliases=20).extensions == over("aliases", 31, 20)


def test_root_fields_are_counted_through_fragments() -> None:
    text = "{ ...A me { displayName } } fragment A on Query { a: add(a: 1) beside }"
    assert refused(text, max_root_fields=2).extensions == over("root fields", 3, 2)


def test_doubling_fragments_cost_no_exponential_time() -> None:
    """1.5 KB of this hangs a process that opens each spread anew: 2^90 visits."""
    links = " ".join(
        f"fragment F{i} on Citizen {{ a: friend {{ ...F{i + 1} }} b: friend {{ ...F{i + 1} }} }}" for i in range(12)
    )
    text = "{ me { ...F0 } } " + links + " fragment F12 on Citizen { displayName }"
    assert prepared(text).figures.cost == 2**13 - 1
    flat = " ".join(f"fragment F{i} on Query {{ ...F{i + 1} ...F{i + 1} }}" for i in range(90))
    found = refused("{ ...F0 } " + flat + " fragment F90 on Query { me { displayName } }")
    assert found.extensions["code"] == "QUERY_REJECTED"


def test_figures_saturate() -> None:
    links = " ".join(f"fragment F{i} on Query {{ ...F{i + 1} ...F{i + 1} }}" for i in range(38))
    text = "{ ...F0 } " + links + " fragment F38 on Query { me { displayName } }"
    assert refused(text, max_nesting=50).extensions == over("root fields", CEILING, 30)


def test_fragments_nested_two_hundred_deep_are_refused() -> None:
    links = " ".join(f"fragment F{i} on Citizen {{ friend {{ ...F{i + 1} }} }}" for i in range(200))
    text = "{ me { ...F0 } } " + links + " fragment F200 on Citizen { displayName }"
    assert refused(text).extensions == over("fragments", 201, 100)
    assert refused(text, max_fragments=300).extensions == over("depth", 202, 16)


def test_a_chain_of_fragments_longer_than_the_stack_is_refused() -> None:
    links = " ".join(f"fragment F{i} on Query {{ ...F{i + 1} }}" for i in range(1_500))
    text = "{ ...F0 } " + links + " fragment F1500 on Query { beside }"
    found = refused(text, max_fragments=9_000, max_selections=9_000, max_tokens=90_000)
    assert found.extensions == over("nesting", 1502, 40)


def test_a_fragment_cycle_is_told_by_its_way_round() -> None:
    text = "{ ...A } fragment A on Query { ...B } fragment B on Query { ...C } fragment C on Query { ...A }"
    found = refused(text)
    assert found.message == "A fragment must not spread itself: A → B → C → A."
    assert found.extensions == {"code": "GRAPHQL_VALIDATION_FAILED"}


@pytest.mark.parametrize(
    ("text", "extensions"),
    [
        ("{ me { displayName " + "x" * 1_000_000 + " } }", over("length", 1_000_023, 65_536)),
        ("{ me { displayName } }" + "#\n" * 30_000, over("tokens", "more than 4000", 4_000)),
        ("{" + "me{displayName} " * 900 + "}", over("selections", 1800, 1_000)),
        ("{" + "beside " * 400 + "}", over("repeated selections", 399, 100)),
    ],
    ids=["1 MB", "comments", "selections", "repeats"],
)
def test_large_documents_are_refused_before_validation(text: str, extensions: dict[str, Any]) -> None:
    """graphql-core's validation takes seconds on such texts."""
    assert refused(text).extensions == extensions


@pytest.mark.parametrize(
    "text", ["{" * 50_000, "{ me " + "{ friend " * 500 + "}" * 501, "{ add(a: " + "[" * 3_000 + " }"]
)
def test_nesting_beyond_the_parser_is_refused(text: str) -> None:
    assert refused(text).extensions["code"] in ("QUERY_REJECTED", "GRAPHQL_PARSE_FAILED")


def test_a_number_of_five_thousand_digits_in_the_text_is_refused() -> None:
    found = refused("{ add(a: " + "9" * 5_000 + ") }")
    assert found.message == "The number at line 1, column 10 has 5000 characters; at most 40 are read."
    assert found.extensions == {"code": "INVALID_INPUT"}


def test_digits_inside_of_text_are_no_number() -> None:
    assert prepared('mutation { pay(bill: "' + "9" * 60 + '") }')


@pytest.mark.parametrize(
    ("text", "name", "code"),
    [
        ("{", None, "GRAPHQL_PARSE_FAILED"),
        ("{ nothing }", None, "GRAPHQL_VALIDATION_FAILED"),
        ("query A { beside } query B { beside }", None, "OPERATION_RESOLUTION_FAILURE"),
        ("query A { beside }", "C", "OPERATION_RESOLUTION_FAILURE"),
        ("fragment A on Query { beside }", None, "OPERATION_RESOLUTION_FAILURE"),
        ("{ me { bills(cities: [NORTH]) { nodes { id } } } }", None, "INVALID_INPUT"),
        ('{ add(a: "x") }', None, "INVALID_INPUT"),
        ("query($a: Int!) { beside }", None, "GRAPHQL_VALIDATION_FAILED"),
        ("{ add(a: $a) }", None, "GRAPHQL_VALIDATION_FAILED"),
    ],
)
def test_every_refusal_is_coded(text: str, name: str | None, code: str) -> None:
    assert refused(text, name).extensions["code"] == code


def test_validation_stops_after_ten_errors() -> None:
    found = documents().prepare("{ me {" + " ".join(f"x{i}" for i in range(500)) + "} }", None, {})
    assert isinstance(found, tuple)
    assert len(found) == 11


def test_a_prepared_document_is_kept_and_the_shelf_is_bounded() -> None:
    shelf = documents(max_cached_documents=2)
    first = shelf.prepare("{ beside }", None, {})
    assert shelf.prepare("{ beside }", None, {}) is first
    shelf.prepare("{ a: beside }", None, {})
    shelf.prepare("{ b: beside }", None, {})
    assert shelf.prepare("{ beside }", None, {}) is not first
    assert len(shelf._kept) == 2


def test_introspection_can_be_switched_off() -> None:
    query = get_introspection_query(input_value_deprecation=True)
    assert prepared(query).figures.depth == 1
    found = refused(query, introspection=False)
    assert found.extensions == {"code": "GRAPHQL_VALIDATION_FAILED"}
    assert "introspection" in found.message
    assert prepared("{ __typename }", introspection=False)
    assert "Did you mean" not in refused("{ besid }", introspection=False).message


@pytest.mark.parametrize(
    ("given", "variables", "cost"),
    [
        ("[{a: 1}, {a: 2}]", {}, 2 + 2 * 1),
        ("$them", {"them": [{}] * 50}, 50 + 50),
        ("[]", {}, 0),
        ("$them", {}, 1 + 1),
    ],
)
def test_every_representation_is_a_row_of_its_own(given: str, variables: dict[str, Any], cost: int) -> None:
    """A router's batch is as dear as the entities in it, not as a list of a usual length."""
    schema = build_schema("""
        scalar _Any
        type Town { name: String mayor: Town }
        union _Entity = Town
        type Query { _entities(representations: [_Any!]!): [_Entity]! }
    """)
    declared = "query($them: [_Any!]!)" if "$" in given else ""
    text = f"{declared} {{ _entities(representations: {given}) {{ ... on Town {{ mayor {{ name }} }} }} }}"
    found = Documents(schema, Limits()).prepare(text, None, variables)
    assert isinstance(found, Prepared), found
    assert found.figures.cost == cost
    assert not isinstance(Documents(schema, Limits(max_cost=200)).prepare(text, None, variables), tuple)
    if variables:
        many = {"them": [{}] * 201}
        assert isinstance(Documents(schema, Limits(max_cost=200)).prepare(text, None, many), tuple)
