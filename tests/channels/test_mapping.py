"""Mappings compile to closures or to problems with a place; rows fit or are withheld."""

from __future__ import annotations

import time
from typing import Any

import pytest

from channels.declared.models import Operation
from channels.mapping.converters import Unfit
from channels.mapping.problems import Problem
from channels.mapping.rows import compile_map, compile_vars, map_rows
from channels.mapping.shape import Shape, canonical_shape, contributed_shapes
from tests.channels.loopback import BILL, BILL_MAP

BILL_SHAPE = canonical_shape("Bill")
ACCOUNT = BILL_SHAPE.fields["accountNo"]


def rules(mapping: dict[str, Any], variables: dict[str, Any] | None = None) -> Operation:
    held = {"backend": "b", "request": {}, "vars": variables or {}, "response": {"map": mapping}}
    return Operation.model_validate(held)


def problems(mapping: dict[str, Any], shape: Shape | None = BILL_SHAPE) -> tuple[Problem, ...]:
    return compile_map(rules(mapping).response.mapping, shape)[1]


def read(mapping: dict[str, Any], data: Any, shape: Shape | None = None) -> Any:
    reader, found = compile_map(rules(mapping).response.mapping, shape)
    assert found == ()
    return reader(data)


@pytest.mark.parametrize(
    ("change", "code", "place", "says"),
    [
        ({"state": {"from": "状态", "enum": {"0": "UNPAID"}}}, "ROAM-401", ("state", "from"), "double quotes"),
        ({"payee": "a[0"}, "ROAM-401", ("payee", "from"), "JMESPath"),
        ({"amount": {"from": "a", "as": "money.fan"}}, "ROAM-402", ("amount", "as"), "`money.fen`"),
        ({"dueDate": "x"}, "ROAM-403", ("dueDate",), "did you mean `dueOn`"),
        ({"payee": None}, "ROAM-404", (), "payee: <path>"),
        ({"period": {"from": "a", "as": "money.fen"}}, "ROAM-405", ("period", "as"), "String"),
        ({"dueOn": {"from": "a", "as": "list"}}, "ROAM-405", ("dueOn", "as"), "Date"),
        ({"amount": {"each": "a", "map": {"amount": "a"}}}, "ROAM-405", ("amount",), "Money"),
        ({"dueOn": {"from": "a", "as": "date", "format": "YYYYMMDD"}}, "ROAM-406", ("dueOn", "format"), "yyyyMMdd"),
        ({"state": {"from": "a", "enum": {"0": "UNPAYED"}}}, "ROAM-407", ("state", "enum", "0"), "`UNPAID`"),
        ({"kind": {"value": "WATTER"}}, "ROAM-407", ("kind", "value"), "`WATER`"),
        ({"kind": {"from": "a", "enum": {"1": "GAS"}, "default": "X"}}, "ROAM-407", ("kind", "default"), "WATER"),
        ({"amount": "fee"}, "ROAM-408", ("amount",), "money.yuan"),
        ({"dueOn": {"value": "soon"}}, "ROAM-405", ("dueOn", "value"), "Date"),
    ],
)
def test_one_mistake_is_one_problem_at_its_place(change: dict[str, Any], code: str, place: Any, says: str) -> None:
    """The checker turns the place into file:line:col; the help names what was probably meant."""
    mapping = {key: value for key, value in {**BILL_MAP, **change}.items() if value is not None}
    (found,) = problems(mapping)[:1]
    assert (found.code, found.place) == (code, place)
    assert says in found.help.en + found.message.en
    assert found.message.zh
    assert found.help.zh


def test_every_problem_is_told_at_once() -> None:
    found = problems({"id": "id", "kind": {"value": "X"}, "amount": "a"})
    assert sorted(problem.code for problem in found) == ["ROAM-404", "ROAM-407", "ROAM-408"]


@pytest.mark.parametrize(
    ("value", "expected"), [("0", "A"), (0, "A"), (True, "T"), (False, "F"), ("true", "T"), (1.0, "B"), ("zzz", "Z")]
)
def test_codes_compare_as_text(value: Any, expected: str) -> None:
    """Cities write 0 and "0", true and "true", for the same thing."""
    table = {"0": "A", "1": "B", "true": "T", "false": "F", "*": "Z"}
    assert read({"x": {"from": "v", "enum": table}}, {"v": value}) == {"x": expected}


def test_default_value_nested_and_each() -> None:
    mapping = {
        "a": {"from": "no", "default": "d"},
        "b": {"value": ["x"]},
        "c": {"from": "p.q"},
        "n": {"map": {"from": "p.q", "to": "p.r"}},
        "l": {"each": "flow", "map": {"at": {"from": "t", "as": "date", "format": "yyyyMMdd"}}},
    }
    data = {"p": {"q": 1, "r": None}, "flow": [{"t": "20261121"}, {"t": None}]}
    expected = {"a": "d", "b": ["x"], "c": 1, "n": {"from": 1, "to": None}, "l": [{"at": "2026-11-21"}, {"at": None}]}
    assert read(mapping, data) == expected
    assert read({"l": mapping["l"]}, {"flow": {"t": "20261121"}}) == {"l": [{"at": "2026-11-21"}]}
    assert read({"l": mapping["l"]}, {"flow": None}) == {"l": []}


def test_ids_are_non_empty_text() -> None:
    """A row without an id of its own cannot be asked for again."""
    assert read(BILL_MAP, {**BILL, "id": 17}, BILL_SHAPE)["id"] == "17"
    for bad in (None, "", "  ", {}, []):
        with pytest.raises(Unfit, match="id"):
            read(BILL_MAP, {**BILL, "id": bad}, BILL_SHAPE)


def test_an_empty_text_is_absent_where_it_may_be() -> None:
    row = read(BILL_MAP, {**BILL, "payee": "", "due": ""}, BILL_SHAPE)
    assert (row["payee"], row["dueOn"]) == ("", None)


def test_a_required_list_is_empty_rather_than_absent() -> None:
    mapping = {"id": "id", "name": "id", "kind": {"value": "HOSPITAL"}, "departments": {"from": "d[].n", "as": "list"}}
    shape = canonical_shape("Venue")
    assert read(mapping, {"id": "v"}, shape)["departments"] == []
    assert read(mapping, {"id": "v", "d": [{"n": "骨科"}]}, shape)["departments"] == ["骨科"]


def test_a_function_on_the_wrong_kind_is_an_absent_value() -> None:
    """`length(of a number)` must cost a value, not the page."""
    assert read({"x": "length(n)"}, {"n": 1}) == {"x": None}


def test_variables_translate_arguments() -> None:
    bills = {"from": "args.kinds[1] && '*' || args.kinds[0]", "enum": {"WATER": "01", "*": ""}, "default": ""}
    held = rules({"id": "id"}, {"type": bills, "fen": {"from": "args.amount", "as": "money.fen"}})
    variables, found = compile_vars(held.vars)
    assert found == ()
    assert variables({"kinds": ["WATER"], "amount": "12.34"}) == {"type": "01", "fen": 1234}
    assert variables({"kinds": ["WATER", "GAS"]}) == {"type": "", "fen": None}
    assert variables({"kinds": None}) == {"type": "", "fen": None}
    with pytest.raises(Unfit, match="fen"):
        variables({"amount": "much"})


def test_a_city_s_own_fields_have_its_own_shape() -> None:
    sdl = """
        type XLocal { score: XScore lines: [XLine!] }
        type XScore { score: Int! level: String! }
        type XLine { line: String! from: String! }
        extend type LocalRoot { x: XLocal }
    """
    shapes = contributed_shapes(sdl)
    assert list(shapes) == ["score", "lines"]
    assert problems({"score": "s"}, shapes["score"])[0].code == "ROAM-404"
    assert read({"line": "a", "from": "b"}, {"a": "1", "b": "2"}, shapes["lines"]) == {"line": "1", "from": "2"}


def test_a_thousand_rows_cost_milliseconds() -> None:
    """Everything that could be decided was decided at activation (the interpreter of JMESPath takes 14 ms)."""
    reader, _ = compile_map(rules(BILL_MAP).response.mapping, BILL_SHAPE)
    items = [{**BILL, "id": f"b{number}"} for number in range(1000)]
    best = min(_timed(reader, items) for _ in range(3))
    assert best < 0.1


def _timed(reader: Any, items: list[Any]) -> float:
    began = time.perf_counter()
    assert map_rows(reader, items).dropped == 0
    return time.perf_counter() - began


@pytest.mark.parametrize(
    ("rule", "sent", "told"),
    [
        ("no", "0838120045", "08****0045"),
        ({"from": "no", "as": "mask.account"}, "0838120045", "08****0045"),
        ("no", "0838******45", "0838******45"),
        ("no", 838120045, "83****0045"),
        ("no", "", None),
    ],
    ids=["bare", "masked by the mapping", "masked by the city", "a number", "none"],
)
def test_a_masked_field_is_never_told_bare(rule: Any, sent: Any, told: str | None) -> None:
    """@mask holds whatever a mapping says: one that forgets it must not show an account number, nor keep it in a cache."""
    data = {"no": sent}
    reader, found = compile_map(rules({"accountNo": rule}).response.mapping, Shape("Bill", {"accountNo": ACCOUNT}))
    assert found == ()
    assert reader(data)["accountNo"] == told


def test_a_city_may_mask_its_own_fields() -> None:
    """`contribute.graphql` uses the same directive."""
    sdl = "type ALocal { b: AThing } type AThing { who: String @mask(kind: NAME) } extend type LocalRoot { a: ALocal }"
    assert read({"who": "who"}, {"who": "陈小明"}, contributed_shapes(sdl)["b"]) == {"who": "陈**"}
