"""ROOT_QUERY_USED: Subgraphs are merged by the default names of their roots."""

from tests.federation.composing import failures, fed2, supergraph


def test_another_type_named_query_is_refused() -> None:
    found = failures(
        a=fed2("schema { query: Root } type Root { a: Int } type Query { b: Int }"),
    )
    assert sorted({error.code for error in found}) == ["ROOT_QUERY_USED"]
    assert any('"Root"' in error.message for error in found if error.code == "ROOT_QUERY_USED")


def test_a_renamed_root_has_its_default_name_in_the_supergraph() -> None:
    made = supergraph(
        a=fed2("schema { query: Root } type Root { a: Int }"),
    )
    assert "type Query @join__type" in made
