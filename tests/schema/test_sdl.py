"""The exported graph is the designed graph."""

from pathlib import Path

from graphql import build_schema, lexicographic_sort_schema, parse, print_ast, print_schema
from graphql.language import DocumentNode

from schema.sdl import EXPORT, cities_of, export
from tests.schema.graphs import contributions, graph_of

DESIGN = (Path(__file__).parent / "data" / "design.graphql").read_text()
EXPORTED = EXPORT.read_text()


def test_the_export_is_what_the_code_prints():
    """A type that changes without its export would be published by nobody."""
    assert export(cities_of(EXPORTED)) == EXPORTED


def test_the_export_means_what_was_designed():
    """Types, arguments, defaults and both languages of every description."""
    assert sorted_text(EXPORTED) == sorted_text(DESIGN)


def test_the_export_carries_every_directive_of_the_design():
    """graphql-core prints no applied directives, so they are compared on their own."""
    assert applied(parse(EXPORTED)) == applied(parse(DESIGN))


def test_the_protocol_of_federation_is_no_part_of_the_graph(plain):
    """`_service` and `_Any` would be a second way in, and no client needs them."""
    assert not [name for name in plain.core.type_map if name.startswith("_") and not name.startswith("__")]
    assert not [name for name in plain.core.query_type.fields if name.startswith("_")]


def test_a_graph_prints_its_own_cities_and_their_fields_with_their_directives():
    """What a city contributes is held to its @assurance and @pii, so the SDL must show them."""
    sdl = graph_of(local_sdl=contributions()).as_str()
    assert "extend" not in sdl
    assert "  creditScore: DeyangCreditScore @assurance(level: REAL_NAME)\n" in sdl
    assert "  score: Int! @pii(level: SENSITIVE)\n" in sdl
    assert list(cities_of(sdl)) == ["CHENGDU", "DEYANG", "ZIYANG"]
    assert build_schema(sdl).type_map["LocalRoot"].fields.keys() == {"available", "deyang", "ziyang"}


def sorted_text(sdl: str) -> str:
    return print_schema(lexicographic_sort_schema(build_schema(sdl)))


def applied(document: DocumentNode) -> dict[str, list[str]]:
    return {
        f"{definition.name.value}.{field.name.value}": sorted(print_ast(d) for d in field.directives)
        for definition in document.definitions
        for field in getattr(definition, "fields", None) or ()
        if field.directives
    }
