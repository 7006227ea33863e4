"""DIRECTIVE_COMPOSITION_ERROR: Clients and tools read a composed directive as one thing."""

from tests.federation.composing import failures, fed2, supergraph


def test_a_directive_without_a_specification_is_not_composed() -> None:
    found = failures(
        a=fed2(
            "directive @mine on FIELD_DEFINITION type Query { a: Int @mine }", more='@composeDirective(name: "@mine")'
        ),
    )
    assert sorted({error.code for error in found}) == ["DIRECTIVE_COMPOSITION_ERROR"]
    assert any(
        "not a member of a core feature" in error.message
        for error in found
        if error.code == "DIRECTIVE_COMPOSITION_ERROR"
    )


def test_a_linked_directive_is_composed() -> None:
    made = supergraph(
        a=fed2(
            "directive @mine on FIELD_DEFINITION type Query { a: Int @mine }",
            more='@link(url: "https://mine.example/mine/v1.0", import: ["@mine"]) @composeDirective(name: "@mine")',
        ),
    )
    assert "a: Int @mine" in made


def test_a_prefixed_directive_is_imported_under_its_own_name() -> None:
    """The supergraph says what the prefix stood for in the subgraph."""
    made = supergraph(
        a=fed2(
            "directive @lc__mine on FIELD_DEFINITION type Query { a: Int @lc__mine }",
            more='@link(url: "https://mine.example/casing/v1.0", as: "lc") @composeDirective(name: "@lc__mine")',
        )
    )
    assert 'import: [{ name: "@mine", as: "@lc__mine" }]' in made


def test_two_major_versions_are_refused() -> None:
    def linked(version: str, field: str) -> str:
        return fed2(
            f"directive @mine on FIELD_DEFINITION type Query {{ {field}: Int @mine }}",
            more=f'@link(url: "https://mine.example/mine/{version}", import: ["@mine"]) @composeDirective(name: "@mine")',
        )

    found = failures(a=linked("v1.0", "a"), b=linked("v2.0", "b"))
    assert [error.code for error in found] == ["DIRECTIVE_COMPOSITION_ERROR"]
    assert "v1.0" in supergraph(a=linked("v1.0", "a"))
