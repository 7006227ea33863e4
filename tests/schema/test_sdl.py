"""The exported graph is the designed graph."""

from pathlib import Path

from graphql import build_schema, find_breaking_changes, parse, print_ast
from graphql.language import DocumentNode

from schema.exported import ANSWERED, EXPORT
from schema.sdl import answered, cities_of, export
from tests.schema.graphs import contributions, graph_of

DESIGN = (Path(__file__).parent / "data" / "design.graphql").read_text()
EXPORTED = EXPORT.read_text()


def test_the_export_is_what_the_code_prints():
    """A type that changes without its export would be published by nobody."""
    assert export(cities_of(EXPORTED)) == EXPORTED


def test_the_answered_coordinates_are_what_the_code_declares():
    assert answered() == ANSWERED.read_text(encoding="utf-8")


def test_the_export_means_what_was_designed():
    """Types, arguments, defaults and both languages of every description; what came later only adds."""
    design, exported = build_schema(DESIGN), build_schema(EXPORTED)
    assert find_breaking_changes(design, exported) == []
    for name, type_ in design.type_map.items():
        now = exported.type_map[name]
        assert now.description == type_.description, name
        for part, member in (getattr(type_, "fields", None) or getattr(type_, "values", None) or {}).items():
            assert getattr(now, "fields", getattr(now, "values", {}))[part].description == member.description, part


def test_the_export_carries_every_directive_of_the_design():
    """graphql-core prints no applied directives, so they are compared on their own."""
    exported, design = applied(parse(EXPORTED)), applied(parse(DESIGN))
    assert [(name, d) for name, given in design.items() for d in given if d not in exported[name]] == []


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


def applied(document: DocumentNode) -> dict[str, list[str]]:
    return {
        f"{definition.name.value}.{field.name.value}": sorted(print_ast(d) for d in field.directives)
        for definition in document.definitions
        for field in getattr(definition, "fields", None) or ()
        if field.directives
    }
