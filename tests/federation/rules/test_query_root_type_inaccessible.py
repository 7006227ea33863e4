"""QUERY_ROOT_TYPE_INACCESSIBLE: A client that sees no queries can ask nothing."""

from tests.federation.composing import failures, fed2, supergraph


def test_a_hidden_query_type_is_refused() -> None:
    found = failures(
        a=fed2("type Query @inaccessible { a: Int }"),
    )
    assert sorted({error.code for error in found}) == ["QUERY_ROOT_TYPE_INACCESSIBLE"]
    assert any('"Query"' in error.message for error in found if error.code == "QUERY_ROOT_TYPE_INACCESSIBLE")


def test_a_hidden_query_is_fine() -> None:
    made = supergraph(
        a=fed2("type Query { a: Int b: Int @inaccessible }"),
    )
    assert "join__Graph" in made
