"""OVERRIDE_LABEL_INVALID: A label that cannot be read would never switch."""

from tests.federation.composing import failures, fed2, supergraph


def test_more_than_all_requests_is_refused() -> None:
    found = failures(
        a=fed2(
            'type T @key(fields: "id") { id: ID! a: Int @override(from: "b", label: "percent(101)") } type Query { t: T }'
        ),
        b=fed2('type T @key(fields: "id") { id: ID! a: Int } '),
    )
    assert sorted({error.code for error in found}) == ["OVERRIDE_LABEL_INVALID"]
    assert any("percent(101)" in error.message for error in found if error.code == "OVERRIDE_LABEL_INVALID")


def test_a_share_of_requests_is_a_label() -> None:
    made = supergraph(
        a=fed2(
            'type T @key(fields: "id") { id: ID! a: Int @override(from: "b", label: "percent(10)") } type Query { t: T }'
        ),
        b=fed2('type T @key(fields: "id") { id: ID! a: Int } '),
    )
    assert 'overrideLabel: "percent(10)"' in made
