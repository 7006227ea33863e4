"""DIRECTIVE_DEFINITION_INVALID: A copied definition that differs would promise what the router does not keep."""

from tests.federation.composing import failures, fed2, supergraph


def test_a_copy_without_the_required_argument_is_refused() -> None:
    found = failures(
        a=fed2('directive @key(field: String!) on OBJECT type T @key(fields: "id") { id: ID } type Query { t: T }'),
    )
    assert sorted({error.code for error in found}) == ["DIRECTIVE_DEFINITION_INVALID"]
    assert any('"fields"' in error.message for error in found if error.code == "DIRECTIVE_DEFINITION_INVALID")


def test_a_copy_that_says_less_is_accepted() -> None:
    made = supergraph(
        a=fed2(
            'directive @key(fields: String!) repeatable on OBJECT type T @key(fields: "id") { id: ID } type Query { t: T }'
        ),
    )
    assert 'key: "id"' in made
