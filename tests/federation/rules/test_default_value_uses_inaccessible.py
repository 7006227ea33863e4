"""DEFAULT_VALUE_USES_INACCESSIBLE: A client would see a default that it cannot write."""

from tests.federation.composing import failures, fed2, supergraph


def test_a_hidden_enum_value_is_no_default() -> None:
    found = failures(
        a=fed2("type Query { a(k: Kind = OLD): Int } enum Kind { OLD @inaccessible NEW }"),
    )
    assert sorted({error.code for error in found}) == ["DEFAULT_VALUE_USES_INACCESSIBLE"]
    assert any('"Kind.OLD"' in error.message for error in found if error.code == "DEFAULT_VALUE_USES_INACCESSIBLE")


def test_a_visible_one_is() -> None:
    made = supergraph(
        a=fed2("type Query { a(k: Kind = NEW): Int } enum Kind { OLD @inaccessible NEW }"),
    )
    assert "join__Graph" in made
