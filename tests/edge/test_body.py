"""The body is read and checked by us: each mistake is one coded sentence, never a 500."""

import time

import pytest

from edge.body import GraphQLRequest, parse_body, parse_query_string
from edge.errors import Refusal
from edge.limits import Limits

LIMITS = Limits()


def refusal(raw: bytes) -> Refusal:
    with pytest.raises(Refusal) as caught:
        parse_body(raw, LIMITS)
    return caught.value


def test_a_request_with_all_four_parameters_is_read() -> None:
    raw = b'{"query": "{a}", "operationName": "A", "variables": {"x": 1}, "extensions": {"y": []}}'
    assert parse_body(raw, LIMITS) == GraphQLRequest("{a}", "A", {"x": 1}, {"y": []})


def test_null_stands_for_absent() -> None:
    raw = b'{"query": "{a}", "operationName": null, "variables": null, "extensions": null}'
    assert parse_body(raw, LIMITS) == GraphQLRequest("{a}")


@pytest.mark.parametrize(
    ("raw", "code", "says"),
    [
        (b"", "INVALID_INPUT", 'The request body is empty; expected a JSON object with a "query".'),
        (b'{"query": "\xff"}', "INVALID_INPUT", "The request body is not valid JSON: byte 11 is not UTF-8."),
        (b"[1", "INVALID_INPUT", "is not valid JSON"),
        (b"7", "INVALID_INPUT", "The request must be a JSON object, not a number."),
        (b'"{a}"', "INVALID_INPUT", "The request must be a JSON object, not text."),
        (b"null", "INVALID_INPUT", "not null"),
        (b'[{"query": "{a}"}]', "INVALID_INPUT", "Batched requests are not accepted"),
        (b"{}", "INVALID_INPUT", 'The request has no "query"'),
        (b'{"query": 7}', "INVALID_INPUT", 'The request parameter "query" must be text, not a number.'),
        (b'{"query": "{a}", "variables": []}', "INVALID_INPUT", '"variables" must be an object, not an array.'),
        (b'{"query": "{a}", "operationName": {}}', "INVALID_INPUT", '"operationName" must be text, not an object.'),
        (b'{"query": "{a}", "extensions": "x"}', "INVALID_INPUT", '"extensions" must be an object, not text.'),
        (b"[" * 5_000, "INVALID_INPUT", "is not valid JSON"),
        (b'{"query": "{a}", "variables": {"x": ' + b"9" * 5_000 + b"}}", "INVALID_INPUT", "is not valid JSON"),
        (b'{"query": "{a}", "variables": {"x": 9223372036854775808}}', "INVALID_INPUT", "an integer beyond 64 bits"),
        (b'{"query": "{a}", "variables": {"x": -99999999999999999999}}', "INVALID_INPUT", "an integer beyond 64 bits"),
        (b'{"query": "{a}", "variables": ' + b"[" * 50_000, "QUERY_REJECTED", "more than 20000 brackets"),
        (
            b'{"query": "{a}", "variables": {"x": ' + b"[" * 70 + b"]" * 70 + b"}}",
            "QUERY_REJECTED",
            "nested deeper than the limit of 64 levels",
        ),
    ],
    ids=lambda value: str(value)[:24],
)
def test_a_malformed_body_gets_one_clear_error(raw: bytes, code: str, says: str) -> None:
    found = refusal(raw)
    assert (found.status, found.error.extensions) == (400, {"code": code})
    assert says in found.error.message


@pytest.mark.parametrize(
    "value", [b'"320000000000000000001234"', b"9223372036854775807", b"0.12345678901234567890123", b"1e300"]
)
def test_long_numbers_in_text_and_in_fractions_are_no_huge_integers(value: bytes) -> None:
    """Order numbers and cursors are text and often longer than 64 bits."""
    assert parse_body(b'{"query": "{a}", "variables": {"x": ' + value + b"}}", LIMITS).variables


def test_a_megabyte_of_nested_arrays_is_refused_quickly() -> None:
    started = time.process_time()
    with pytest.raises(Refusal):
        parse_body(b'{"variables": [' + b"[]," * 340_000 + b"[]]}", LIMITS)
    assert time.process_time() - started < 1


def test_a_query_string_is_read_like_a_body() -> None:
    raw = b"query=%7Ba%7D&variables=%7B%22x%22%3A1%7D&operationName=A&extra=1"
    assert parse_query_string(raw, LIMITS) == GraphQLRequest("{a}", "A", {"x": 1})


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"", 'The request has no "query"'),
        (b"query=%FF", "not URL-encoded UTF-8"),
        (b"query=%7Ba%7D&variables=[1]", '"variables" must be an object, not an array'),
        (b"query=%7Ba%7D&variables={", 'The parameter "variables" is not valid JSON'),
        (b"query=a&query=b", 'The parameter "query" is given more than once.'),
        (b"&".join(b"a=1" for _ in range(50)), "at most 32 parameters"),
    ],
)
def test_a_malformed_query_string_gets_one_clear_error(raw: bytes, says: str) -> None:
    with pytest.raises(Refusal) as caught:
        parse_query_string(raw, LIMITS)
    assert says in caught.value.error.message
    assert caught.value.status == 400
