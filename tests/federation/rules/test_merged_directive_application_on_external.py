"""MERGED_DIRECTIVE_APPLICATION_ON_EXTERNAL: A tag on a copy would be lost or doubled."""

from tests.federation.composing import failures, fed2, supergraph


def test_a_tag_on_an_external_field_is_refused() -> None:
    found = failures(
        a=fed2(
            'type T @key(fields: "id") { id: ID! a: Int @external @tag(name: "x") b: Int @requires(fields: "a") } type Query { t: T }'
        ),
        b=fed2('type T @key(fields: "id") { id: ID! a: Int }'),
    )
    assert sorted({error.code for error in found}) == ["MERGED_DIRECTIVE_APPLICATION_ON_EXTERNAL"]
    assert any('"T.a"' in error.message for error in found if error.code == "MERGED_DIRECTIVE_APPLICATION_ON_EXTERNAL")


def test_a_tag_where_the_field_is_resolved_is_fine() -> None:
    made = supergraph(
        a=fed2(
            'type T @key(fields: "id") { id: ID! a: Int @external b: Int @requires(fields: "a") } type Query { t: T }'
        ),
        b=fed2('type T @key(fields: "id") { id: ID! a: Int @tag(name: "x") }'),
    )
    assert '@tag(name: "x")' in made
