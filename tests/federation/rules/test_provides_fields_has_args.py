"""PROVIDES_FIELDS_HAS_ARGS: Which arguments would be provided for?"""

from tests.federation.composing import failures, fed2, supergraph


def test_a_provided_field_with_arguments_is_refused() -> None:
    found = failures(
        a=fed2(
            'type Query { p: P } type P { t: T @provides(fields: "l") } type T @key(fields: "id") { id: ID! l(n: Int): Int @external }'
        ),
    )
    assert sorted({error.code for error in found}) == ["PROVIDES_FIELDS_HAS_ARGS"]
    assert any("T.l" in error.message for error in found if error.code == "PROVIDES_FIELDS_HAS_ARGS")


def test_a_provided_field_without_is_fine() -> None:
    made = supergraph(
        a=fed2(
            'type Query { p: P } type P { t: T @provides(fields: "a") } type T @key(fields: "id") { id: ID! a: Int @external }'
        ),
        b=fed2('type T @key(fields: "id") { id: ID! a: Int @shareable }'),
    )
    assert "join__Graph" in made
