"""PROVIDES_DIRECTIVE_IN_FIELDS_ARG: What is provided is a promise, not a query."""

from tests.federation.composing import failures, fed2, supergraph


def test_a_directive_in_provides_is_refused() -> None:
    found = failures(
        a=fed2(
            'type Query { p: P } type P { t: T @provides(fields: "a @skip(if: true)") } type T @key(fields: "id") { id: ID! a: Int @external }'
        ),
    )
    assert sorted({error.code for error in found}) == ["PROVIDES_DIRECTIVE_IN_FIELDS_ARG"]
    assert any("@skip" in error.message for error in found if error.code == "PROVIDES_DIRECTIVE_IN_FIELDS_ARG")


def test_provided_fields_are_named() -> None:
    made = supergraph(
        a=fed2(
            'type Query { p: P } type P { t: T @provides(fields: "a") } type T @key(fields: "id") { id: ID! a: Int @external }'
        ),
        b=fed2('type T @key(fields: "id") { id: ID! a: Int @shareable }'),
    )
    assert 'provides: "a"' in made
