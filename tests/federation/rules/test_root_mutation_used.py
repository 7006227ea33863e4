"""ROOT_MUTATION_USED: Subgraphs are merged by the default names of their roots."""

from tests.federation.composing import failures, fed2, supergraph


def test_another_type_named_mutation_is_refused() -> None:
    found = failures(
        a=fed2("schema { mutation: Root } type Root { a: Int } type Mutation { b: Int }"),
    )
    assert sorted({error.code for error in found}) == ["ROOT_MUTATION_USED"]
    assert any('"Root"' in error.message for error in found if error.code == "ROOT_MUTATION_USED")


def test_a_renamed_root_has_its_default_name_in_the_supergraph() -> None:
    made = supergraph(
        a=fed2("schema { query: Asked mutation: Root } type Root { a: Int } type Asked { a: Int }"),
    )
    assert "type Mutation @join__type" in made
