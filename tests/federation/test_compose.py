"""Composition as a whole: every error at once, the same text every time, and an end to hostile input."""

import pytest

from federation.codes import CompositionFailed
from federation.compose import Composed, NotComposed, Source, compose, supergraph_of
from tests.federation.composing import QUERY, codes, composed, failures, fed2, supergraph

KEYED = 'type T @key(fields: "id") { id: ID! '


def test_every_subgraph_reports_at_once() -> None:
    found = failures(
        a="type Query {", b=fed2('type T @key(fields: "x") { id: ID! } ' + QUERY), c="type Query { a: Nope }"
    )
    assert sorted((error.code, error.subgraphs) for error in found) == [
        ("INVALID_GRAPHQL", ("a",)),
        ("INVALID_GRAPHQL", ("c",)),
        ("KEY_INVALID_FIELDS", ("b",)),
    ]


def test_conflicts_between_subgraphs_report_at_once() -> None:
    assert codes(a=fed2("type Query { a: Int b(x: Int!): Int }"), b=fed2("type Query { a: String b: Int }")) == [
        "FIELD_TYPE_MISMATCH",
        "INVALID_FIELD_SHARING",
        "REQUIRED_ARGUMENT_MISSING_IN_SOME_SUBGRAPH",
    ]


def test_the_same_subgraphs_give_the_same_text() -> None:
    subgraphs = [Source(name, fed2(f"type Query {{ {name}: Int }}")) for name in ("c", "a", "b")]
    one, other = compose(subgraphs), compose(reversed(subgraphs))
    assert isinstance(one, Composed)
    assert isinstance(other, Composed)
    assert one.sdl == other.sdl


def test_a_caller_may_want_a_supergraph_or_nothing() -> None:
    with pytest.raises(CompositionFailed, match="NO_QUERIES"):
        supergraph_of([])


def test_names_that_are_equal_in_capitals_are_numbered() -> None:
    made = compose([Source("a-b", fed2("type Query { a: Int }")), Source("a.b", fed2("type Query { b: Int }"))])
    assert isinstance(made, Composed)
    assert [one.enum for one in made.supergraph.graphs] == ["A_B_1", "A_B_2"]


def test_the_join_version_follows_what_is_used() -> None:
    versions = {
        minor: supergraph(a=fed2(QUERY, version=f"2.{minor}")).partition("join/v")[2][:3] for minor in (3, 7, 8)
    }
    assert versions == {3: "0.3", 7: "0.4", 8: "0.5"}


def test_hints_say_what_is_left_out() -> None:
    made = composed(a=fed2("type Query { a(x: Int): Int @shareable }"), b=fed2("type Query { a: Int @shareable }"))
    assert [hint.code for hint in made.hints] == ["INCONSISTENT_ARGUMENT_PRESENCE"]


def test_descriptions_reach_the_supergraph() -> None:
    assert '  """who asks"""\n  me: Int' in supergraph(a=fed2('type Query { "who asks" me: Int }'))


@pytest.mark.parametrize(
    "sdl",
    [
        "",
        "\x00",
        "{" * 100_000,
        "type Query { a: " + "[" * 50_000 + "Int" + "]" * 50_000 + " }",
        "type Query { a(x: Int = " + "[" * 50_000 + "]" * 50_000 + "): Int }",
        "type Query implements Query { a: Int }",
        "union U = U type Query { a: U }",
        fed2(QUERY).replace("}", ""),
    ],
    ids=["empty", "nul", "braces", "deep type", "deep value", "self", "own member", "cut"],
)
def test_sdl_that_is_none_is_refused_by_code(sdl: str) -> None:
    result = composed(a=sdl)
    assert isinstance(result, NotComposed)
    assert {error.code for error in result.errors} <= {"INVALID_GRAPHQL", "NO_QUERIES"}


def test_a_field_set_of_any_depth_ends() -> None:
    deep = "t {" * 3_000 + " id " + "}" * 3_000
    assert codes(a=fed2(f'type Query {{ t: T }} type T @key(fields: "{deep}") {{ id: ID! t: T }}')) == [
        "KEY_INVALID_FIELDS"
    ]


def test_cyclic_keys_of_many_subgraphs_end() -> None:
    """Each key is nested in the other types' keys: what is looked for is bounded, whatever the answer."""
    types = range(4)
    subgraphs = {
        f"s{n}": fed2(
            f"type Query {{ q{n}: T0 }} "
            + " ".join(
                f'type T{i} @key(fields: "n {{ n {{ k{n} }} }}") {{ k{n}: ID! n: T{(i + 1) % 4} @shareable f{n}: Int }}'
                for i in types
            )
        )
        for n in range(8)
    }
    assert codes(**subgraphs) == ["SATISFIABILITY_ERROR"]
