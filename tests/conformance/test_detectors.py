"""Personal data is told by its arithmetic, shapes by their paths, codes by their tables."""

import pytest

from channels.declared.models import Each, Leaf
from conformance.detectors import detected, is_bank_card, is_id_number, leaves
from conformance.enum_codes import unlisted
from conformance.shapes import added, removed, shape_of
from conformance.wire import spoilt
from sandbox.personas import PERSONAS


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        (PERSONAS["deng"].id_number, ["ID_NUMBER"]),
        (PERSONAS["deng"].id_number[:17] + "?", []),
        ("订单 19900000001 号", ["PHONE"]),
        ("1990000000123", []),
        ("4111111111111111", ["BANK_CARD"]),
        ("4111111111111112", []),
        ("1795248000000", []),
        ("收件人:邓德阳", ["NAME"]),
        ("DY202610-1", []),
    ],
)
def test_what_is_personal_is_found_and_what_only_looks_so_is_not(text: str, kinds: list[str]) -> None:
    """A false alarm teaches people to look away."""
    assert detected(text, ["邓德阳"]) == kinds


def test_a_check_digit_that_is_off_by_one_is_no_identity_number() -> None:
    """One digit in eleven would else be taken for a person."""
    good = PERSONAS["chen"].id_number
    assert is_id_number(good)
    assert not is_id_number(good[:-1] + ("0" if good[-1] != "0" else "1"))
    assert not is_bank_card(good)


def test_every_leaf_has_the_key_it_stands_under() -> None:
    """That is how a report names it."""
    assert list(leaves({"a": [{"b": 1}, {"b": None}], "c": "x", "d": True})) == [("b", "1"), ("c", "x")]


def test_shapes_differ_by_what_is_gone_and_by_type_never_by_values() -> None:
    """More than was recorded is news, less is a break."""
    was = shape_of(
        [{"rows": [{"id": "1", "fee": 3860, "at": None}]}, {"rows": [{"id": "2", "fee": "4120", "at": "x"}]}]
    )
    assert removed(was, shape_of([{"rows": [{"id": "9", "fee": 1, "at": None}]}])) == []
    assert removed(was, shape_of([{"rows": []}])) == []
    assert removed(was, shape_of([{"rows": [{"fee": 1, "at": None}]}])) == ["rows[].id is gone"]
    assert removed(was, shape_of([{"rows": [{"id": 5, "fee": 1, "at": "x"}]}])) == ["rows[].id was string, is number"]
    assert removed(was, shape_of([{}])) == ["rows is gone"]
    assert added(was, shape_of([{"rows": [{"id": "1", "note": "x"}]}])) == ["rows[].note"]


def test_in_xml_one_element_and_several_are_the_same() -> None:
    """A list of one is written without a list there."""
    one, several = [{"CB": {"A": "1"}}], [{"CB": [{"A": "1"}, {"A": "2"}]}]
    assert shape_of(one, loose=True).keys() == shape_of(several, loose=True).keys()
    assert removed(shape_of(several, loose=True), shape_of(one, loose=True)) == []


def test_a_code_that_only_the_rest_covers_is_not_listed() -> None:
    """`*` keeps citizens served; the operator is told all the same."""
    leaf = Leaf.model_validate({"from": "kind", "enum": {"01": "WATER", "*": "OTHER"}})
    steps = Each.model_validate({"each": "flow", "map": {"state": {"from": "node", "enum": {"10": "SUBMITTED"}}}})
    row = {"kind": "09", "flow": [{"node": "10"}, {"node": "99"}, {"node": None}]}
    assert list(unlisted({"kind": leaf, "steps": steps}, row)) == [("kind", "09"), ("steps.state", "99")]
    assert list(unlisted({"kind": leaf}, {"kind": "01"})) == []


@pytest.mark.parametrize("text", ["a", "abc", "x" * 86, "eyJ.eyJ." + "A" * 86])
def test_a_spoilt_proof_is_another_of_the_same_length(text: str) -> None:
    """So that only the check can tell them apart."""
    assert spoilt(text) != text
    assert len(spoilt(text)) == len(text)
