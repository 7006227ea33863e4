"""Links: the same subgraph under other names is the same subgraph."""

import pytest

from tests.federation.composing import codes, supergraph

URL = "https://specs.apollo.dev/federation/v2.9"
BODY = 'type Query {{ user: User }} type User @{key}(fields: "id") {{ id: ID! name: String @{shareable} }}'
PLAIN = f'extend schema @link(url: "{URL}", import: ["@key", "@shareable"]) ' + BODY.format(
    key="key", shareable="shareable"
)


@pytest.mark.parametrize(
    ("link", "key", "shareable"),
    [
        (f'@link(url: "{URL}")', "federation__key", "federation__shareable"),
        (f'@link(url: "{URL}", as: "fed")', "fed__key", "fed__shareable"),
        (f'@link(url: "{URL}", import: [{{name: "@key", as: "@id"}}])', "id", "federation__shareable"),
        (
            f'@link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "{URL}", import: ["@key"])',
            "key",
            "federation__shareable",
        ),
    ],
)
def test_a_directive_means_the_same_under_every_name(link: str, key: str, shareable: str) -> None:
    assert supergraph(a=f"extend schema {link} " + BODY.format(key=key, shareable=shareable)) == supergraph(a=PLAIN)


def test_a_schema_definition_links_like_an_extension() -> None:
    sdl = PLAIN.replace("extend schema", "schema").replace("]) type", "]) { query: Query } type")
    assert supergraph(a=sdl) == supergraph(a=PLAIN)


def test_a_directive_that_is_not_imported_is_the_subgraphs_own() -> None:
    """A subgraph may have a directive of its own called @key; it is no entity by that."""
    sdl = f'extend schema @link(url: "{URL}") directive @key(of: String) on OBJECT type Query {{ a: T }} type T @key(of: "x") {{ a: Int }}'
    assert "type T @join__type(graph: A) {" in supergraph(a=sdl)


@pytest.mark.parametrize(
    "imports",
    ["[1]", '[{as: "@k"}]', '[{name: "@key", as: "k"}]', '["key"]', '["@keey"]', '["@cost", "@nothing"]'],
)
def test_an_import_that_cannot_be_is_refused(imports: str) -> None:
    sdl = f'extend schema @link(url: "{URL}", import: {imports}) type Query {{ a: Int }}'
    assert codes(a=sdl) == ["INVALID_LINK_DIRECTIVE_USAGE"]


def test_a_specification_is_linked_once() -> None:
    sdl = f'extend schema @link(url: "{URL}") @link(url: "{URL}") type Query {{ a: Int }}'
    assert codes(a=sdl) == ["INVALID_LINK_DIRECTIVE_USAGE"]


@pytest.mark.parametrize(
    ("directive", "since"), [("composeDirective", 1), ("interfaceObject", 3), ("policy", 6), ("cost", 9)]
)
def test_a_directive_is_imported_since_its_version(directive: str, since: int) -> None:
    def linked(minor: int) -> str:
        url = f"https://specs.apollo.dev/federation/v2.{minor}"
        return f'extend schema @link(url: "{url}", import: ["@{directive}"]) type Query {{ a: Int }}'

    assert codes(a=linked(since - 1)) == ["INVALID_LINK_DIRECTIVE_USAGE"]
    assert "a: Int" in supergraph(a=linked(since))


def test_an_unknown_link_does_not_hinder() -> None:
    sdl = f'extend schema @link(url: "{URL}") @link(url: "https://other.example/thing/v3.1") type Query {{ a: Int }}'
    assert "a: Int" in supergraph(a=sdl)
