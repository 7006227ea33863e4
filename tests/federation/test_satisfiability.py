"""Satisfiability: a message shows a query that would fail, and why each subgraph cannot go on."""

from tests.federation.composing import QUERY, codes, failures, fed2, supergraph


def test_the_message_shows_the_path_and_the_reasons() -> None:
    found = failures(
        a=fed2('type Query { users: Users } type Users { first: User } type User @key(fields: "id") { id: ID! }'),
        b=fed2('type User @key(fields: "email") { email: ID! age: Int }'),
        c=fed2("type User { age2: Int }"),
    )
    assert [str(error) for error in found if "age {" not in error.message and "age\n" in error.message] == [
        """SATISFIABILITY_ERROR: The following supergraph API query:
{
  users {
    first {
      age
    }
  }
}
cannot be satisfied by the subgraphs because:
- from subgraph "a":
  - cannot find field "User.age".
  - cannot move to subgraph "b" using @key(fields: "email") of "User", the key field(s) cannot be resolved from subgraph "a"."""
    ]


def test_keys_that_need_each_other_reach_nothing() -> None:
    """The least fixed point: neither subgraph gives the first key."""
    assert codes(
        a=fed2("type Query { t: T } type T { z: Int }"),
        b=fed2('type T @key(fields: "c") { b: ID c: ID @external x: Int }'),
        c=fed2('type T @key(fields: "b") { c: ID b: ID @external y: Int }'),
    ) == ["SATISFIABILITY_ERROR"]


def test_keys_are_chained() -> None:
    made = supergraph(
        a=fed2('type Query { t: T } type T @key(fields: "id") { id: ID! }'),
        b=fed2('type T @key(fields: "id") @key(fields: "sku") { id: ID! sku: ID! }'),
        c=fed2('type T @key(fields: "sku") { sku: ID! price: Int }'),
    )
    assert "price: Int @join__field(graph: C)" in made


def test_requirements_that_need_each_other_are_refused() -> None:
    assert codes(
        a=fed2(
            'type Query { t: T } type T @key(fields: "id") { id: ID! x: Int @external y: Int @requires(fields: "x") }'
        ),
        b=fed2('type T @key(fields: "id") { id: ID! y: Int @external x: Int @requires(fields: "y") }'),
    ) == ["SATISFIABILITY_ERROR"]


def test_a_provided_field_is_reached_where_it_is_provided() -> None:
    made = supergraph(
        a=fed2(
            'type Query { r: R } type R { by: U @provides(fields: "name") } type U { id: ID name: String @external }'
        ),
        b=fed2("type U { name: String @shareable }"),
    )
    assert 'provides: "name"' in made


def test_a_moved_field_is_not_reached_where_it_was() -> None:
    assert codes(a=fed2("type Query { t: T } type T { x: Int }"), b=fed2('type T { x: Int @override(from: "a") }')) == [
        "SATISFIABILITY_ERROR"
    ]


def test_both_sides_of_a_label_are_proved() -> None:
    """While requests are shifted, either subgraph may be asked."""
    assert codes(
        a=fed2("type Query { t: T } type T { x: Int }"), b=fed2('type T { x: Int @override(from: "a", label: "new") }')
    ) == ["SATISFIABILITY_ERROR"]


def test_an_interface_object_needs_a_way_to_the_types() -> None:
    found = failures(
        a=fed2(
            'type Query { a: I } interface I @key(fields: "id", resolvable: false) { id: ID! } type T implements I @key(fields: "id") { id: ID! }'
        ),
        b=fed2('type Query { b: I } type I @interfaceObject @key(fields: "id") { id: ID! n: Int }'),
    )
    assert any("no subgraph can be reached to resolve the implementation type" in error.message for error in found)


def test_what_is_hidden_need_not_be_reached() -> None:
    made = supergraph(
        a=fed2(QUERY), b=fed2("type Query { t: T } type T { a: Int }"), c=fed2("type T { b: Int @inaccessible }")
    )
    assert "b: Int @join__field(graph: C) @inaccessible" in made
