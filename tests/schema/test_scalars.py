"""Scalars refuse what is not theirs, on the way in and on the way out, and say what they expect."""

from datetime import UTC, date, datetime
from decimal import Decimal as Number

import pytest
from graphql import GraphQLError, parse_value

from schema.scalars import JSON, SCALARS, URL, Cursor, Date, DateTime, Decimal, IdempotencyKey
from tests.schema.graphs import Context, graph_of, keeping

GOOD = [
    (Decimal, "0", Number(0)),
    (Decimal, "-12.30", Number("-12.30")),
    (Decimal, "999999999999999999.12345678", Number("999999999999999999.12345678")),
    (Date, "2024-02-29", "2024-02-29"),
    (DateTime, "2026-11-30T09:00:00+08:00", "2026-11-30T09:00:00+08:00"),
    (DateTime, "2026-11-30t09:00:00.123456789z", "2026-11-30T09:00:00.123456789Z"),
    (URL, "https://m.example.gov.cn/pay/done?a=1#x", "https://m.example.gov.cn/pay/done?a=1#x"),
    (URL, "http://127.0.0.1:8101/x", "http://127.0.0.1:8101/x"),
    (URL, "http://[::1]:8101/x", "http://[::1]:8101/x"),
    (URL, "http://localhost:8101", "http://localhost:8101"),
    (Cursor, "eyJ2IjoxfQ.c2ln", "eyJ2IjoxfQ.c2ln"),
    (IdempotencyKey, "0192f0c1-7a3b-7c4d-8e5f-0123456789ab", "0192f0c1-7a3b-7c4d-8e5f-0123456789ab"),
    (JSON, {"a": [1, 2.5, None, True, "文"]}, {"a": [1, 2.5, None, True, "文"]}),
]
BAD = [
    *((Decimal, value) for value in ("1e3", "NaN", "Infinity", "1.", ".5", "+1", "007", "1,000", " 1", "1" * 19, "0.123456789", "")),
    *((Decimal, value) for value in (12, 12.5, True, "9" * 5000, int("9" * 4000) ** 2, "١٢", None, ["1"])),
    *((Date, value) for value in ("2026-02-30", "2026-2-3", "20260203", "2026-02-03T00:00:00Z", 20260203, "2026-02-03\n", "")),
    *((DateTime, value) for value in ("2026-11-30T09:00:00", "2026-11-30", "2026-11-30 09:00:00Z", "2026-13-01T00:00:00Z", 0)),
    *((DateTime, value) for value in ("2026-11-30T25:00:00Z", "2026-11-30T09:00:00+24:00", "2026-11-30T09:00Z")),
    *((URL, value) for value in ("http://example.com", "//example.com", "javascript:alert(1)", "https://", "/pay/done", 1)),
    *((URL, value) for value in ("https://a b.cn", "https://u:p@example.cn/", "https://example.cn:99999/", "https://[::1", "https://x/\n")),
    *((URL, value) for value in ("http://localhost.example.cn", "https://" + "a" * 2048, "https://example.cn\\@evil.cn", "ftp://127.0.0.1")),
    *((Cursor, value) for value in ("", "a b", "x" * 4097, "游标", 5)),
    *((IdempotencyKey, value) for value in ("short", "x" * 65, "has blanks in it here", "漢" * 16, "0123456789abcde\n", 10**20)),
    *((JSON, value) for value in (float("nan"), float("inf"), 10**30, {1: 2}, object())),
]  # fmt: skip
NEVER = [(scalar, value) for scalar, value in BAD if not (scalar is Decimal and value == 12)]  # rows may hold integers


def numbered(cases):
    """Name cases by number: some values are too long to print."""
    return [f"{case[0].__name__}-{number}" for number, case in enumerate(cases)]


@pytest.mark.parametrize(("scalar", "value", "inner"), GOOD)
def test_a_fitting_value_is_read(scalar, value, inner):
    """As text ready for the wire; a Decimal as a number."""
    assert SCALARS[scalar].parse_value(value) == inner


@pytest.mark.parametrize(("scalar", "value"), BAD, ids=numbered(BAD))
def test_an_unfit_value_is_refused_with_a_code_and_an_expectation(scalar, value):
    """And briefly: an error never repeats a megabyte."""
    with pytest.raises(GraphQLError, match="expected") as refused:
        SCALARS[scalar].parse_value(value)
    assert refused.value.extensions == {"code": "INVALID_INPUT"}
    assert len(refused.value.message) < 300


@pytest.mark.parametrize(("scalar", "value"), NEVER, ids=numbered(NEVER))
def test_an_unfit_value_of_a_row_is_refused_too(scalar, value):
    """A city's bad value must not pass as good, and, being perhaps personal, is not repeated."""
    with pytest.raises(GraphQLError, match="expected") as refused:
        SCALARS[scalar].serialize(value)
    if isinstance(value, str):
        assert f"cannot be this text of {len(value)} characters" in refused.value.message


@pytest.mark.parametrize(
    ("scalar", "value", "wire"),
    [
        (Decimal, Number("128.50"), "128.50"),
        (Decimal, Number("1E+3"), "1000"),
        (Decimal, 12, "12"),
        (Date, date(2026, 11, 30), "2026-11-30"),
        (DateTime, datetime(2026, 11, 30, 9, tzinfo=UTC), "2026-11-30T09:00:00+00:00"),
    ],
)
def test_python_values_are_written_out(scalar, value, wire):
    """What the gateway computes itself."""
    assert SCALARS[scalar].serialize(value) == wire


@pytest.mark.parametrize("value", [Number("NaN"), Number("1E+4000"), 1.5])
def test_numbers_that_are_no_fixed_point_are_not_written(value):
    """0.1 + 0.2 is no amount of money."""
    with pytest.raises(GraphQLError, match="fixed-point"):
        SCALARS[Decimal].serialize(value)


def test_an_instant_without_an_offset_is_not_written():
    """Nobody could say which instant it is."""
    with pytest.raises(GraphQLError, match="offset"):
        SCALARS[DateTime].serialize(datetime(2026, 11, 30, 9))  # noqa: DTZ001


@pytest.mark.parametrize("literal", ["12.50", "9" * 5000, '"1e3"', "true", "AN_ENUM", "{a: 1}"])
def test_a_literal_of_another_kind_is_refused(literal):
    """A number without quotes has lost its digits in other languages already; a huge one is not even converted."""
    with pytest.raises(GraphQLError, match="Decimal cannot be") as refused:
        SCALARS[Decimal].parse_literal(parse_value(literal))
    assert len(refused.value.message) < 300


@pytest.mark.parametrize(
    ("value", "found"), [(1, "1"), (True, "true"), (None, "null"), ([1], "a list"), ({}, "an object")]
)
def test_a_refusal_shows_what_was_found(value, found):
    """1 is not true, although Python thinks them equal."""
    with pytest.raises(GraphQLError, match=f"Date cannot be {found}: expected a date"):
        SCALARS[Date].parse_value(value)


def test_json_literals_become_plain_values():
    """Forms may be written into the document."""
    literal = parse_value('{a: [1, 2.5, null, true, "文"]}')
    assert SCALARS[JSON].parse_literal(literal) == {"a": [1, 2.5, None, True, "文"]}


@pytest.mark.parametrize("literal", ["{a: ENUM}", "9" * 5000, "1e999"])
def test_a_json_literal_that_is_no_json_is_refused(literal):
    """An enum name is GraphQL, not JSON; a number without end is an attack."""
    with pytest.raises(GraphQLError, match="JSON cannot be"):
        SCALARS[JSON].parse_literal(parse_value(literal))


PAY = """mutation Pay($amount: Decimal!) {
  payBill(input: {billId: "b", amount: $amount, returnUrl: "https://a.cn/", idempotencyKey: "0123456789abcdef"}) { cashierUrl } }"""


@pytest.mark.parametrize("text", [PAY, PAY.replace("($amount: Decimal!)", "").replace("$amount", '"1e3"')])
async def test_the_code_reaches_the_client(text):
    """By variable or by literal, and before any city is called."""
    seen = []
    graph = graph_of({"Mutation.payBill": keeping(seen)})
    result = await graph.execute(text, variable_values={"amount": "1e3"}, context_value=Context())
    (error,) = result.errors
    assert error.extensions == {"code": "INVALID_INPUT"}
    assert 'Decimal cannot be "1e3": expected a fixed-point number' in error.message
    assert error.locations
    assert seen == []


async def test_json_variables_inside_a_json_literal_are_replaced():
    """`form: {what: $what}` is ordinary GraphQL."""
    seen = []
    graph = graph_of({"Mutation.submitApplication": keeping(seen)})
    text = """mutation S($what: String) {
      submitApplication(input: {city: DEYANG, serviceCode: "H", form: {what: $what}, idempotencyKey: "0123456789abcdef"})
      { application { id } } }"""
    await graph.execute(text, variable_values={"what": "路灯"}, context_value=Context())
    assert seen[0]["input"]["form"] == {"what": "路灯"}
    assert seen[0]["input"]["city"] == "deyang"
