"""Federation 1: what was written before @shareable composes as it did."""

from tests.federation.composing import codes, fed2, supergraph

USERS = 'type Query { me: User } type User @key(fields: "id") { id: ID! name: String }'


def test_an_extension_owns_its_key() -> None:
    """Federation 1 asked for @external there, and the subgraph resolves the field all the same."""
    made = supergraph(a=USERS, b='extend type User @key(fields: "id") { id: ID! @external reviews: Int }')
    assert "  id: ID!\n" in made
    assert "reviews: Int @join__field(graph: B)" in made


def test_value_types_are_shared() -> None:
    page = "type Page { items: Int }"
    made = supergraph(a=f"type Query {{ a: Page }} {page}", b=f"type Query {{ b: Page }} {page}")
    assert "type Page @join__type(graph: A) @join__type(graph: B) {\n  items: Int\n}" in made


def test_an_unused_external_field_is_dropped() -> None:
    made = supergraph(a=USERS, b='type User @key(fields: "id") { id: ID! name: String @external age: Int }')
    assert "name: String @join__field(graph: A)\n" in made


def test_providing_what_is_ones_own_says_nothing() -> None:
    made = supergraph(
        a=USERS,
        b='type Query { r: Review } type Review { by: User @provides(fields: "id") } extend type User @key(fields: "id") { id: ID! @external }',
    )
    assert "by: User\n" in made


def test_a_requirement_stays() -> None:
    made = supergraph(
        a=USERS,
        b='extend type User @key(fields: "id") { id: ID! @external name: String @external hi: String @requires(fields: "name") }',
    )
    assert 'hi: String @join__field(graph: B, requires: "name")' in made
    assert "name: String @join__field(graph: A) @join__field(graph: B, external: true)" in made


def test_both_versions_compose() -> None:
    made = supergraph(a=USERS, b=fed2('type User @key(fields: "id") { id: ID! age: Int }'))
    assert "age: Int @join__field(graph: B)" in made


def test_a_field_of_a_federation_2_subgraph_is_not_shared_by_the_other() -> None:
    """Only what both allow is shared: the old subgraph cannot speak for the new one."""
    assert codes(a=USERS, b=fed2('type User @key(fields: "id") { id: ID! name: String }')) == ["INVALID_FIELD_SHARING"]
