"""YAML as operators write it: every value keeps its text and its place, and what cannot be meant is refused."""

from __future__ import annotations

import pytest

from channels.text.lines import SourceText, decode
from channels.text.positions import data, find, key_place, parse, value_place
from channels.text.scalars import json_value


def read(text: str) -> object:
    node, found = parse(SourceText.of("f.yaml", text))
    assert found == []
    assert node is not None
    return data(node)


def refusal(text: str) -> tuple[str, int, int]:
    _, found = parse(SourceText.of("f.yaml", text))
    return found[0].code, found[0].place.line, found[0].place.column


def test_scalars_stay_text() -> None:
    """YAML's own typing turns 000 into 0, 0721 into 465 and `no` into false: wrong money, phones and codes."""
    written = read("a: 000\nb: 0721\nc: no\nd: 2026-10\ne: 1.10\nf: 0x1F\ng: '7'\n")
    assert written == {"a": "000", "b": "0721", "c": "no", "d": "2026-10", "e": "1.10", "f": "0x1F", "g": "7"}


def test_json_values_are_numbers_only_where_json_says_so() -> None:
    """A body may need a number; a code with leading zeros, a month and anything in quotes is none."""
    text = 'a: 3860\nb: "3860"\nc: 0721\nd: true\ne: no\nf: null\ng: 2026-10\nh: -1.5\ni: [1, "1"]\n'
    assert json_value(read(text)) == {
        "a": 3860, "b": "3860", "c": "0721", "d": True, "e": "no", "f": None, "g": "2026-10", "h": -1.5, "i": [1, "1"],
    }  # fmt: skip


def test_places_are_those_of_keys_and_values() -> None:
    node, _ = parse(SourceText.of("f.yaml", "城市:\n  - {code: 甲, name: [x, y]}\n"))
    assert node is not None
    assert (key_place(node, ("城市", 0, "name")).line, key_place(node, ("城市", 0, "name")).column) == (2, 15)
    assert value_place(node, ("城市", 0, "name", 1)).column == 25
    assert value_place(node, ("城市", 0, "nothing")) == value_place(node, ("城市", 0))
    assert find(node, ("城市", 3)) is None


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("a: 1\n\tb: 2\n", ("ROAM-102", 2, 1)),
        ("a:\n  b：2\n  c: 3\n", ("ROAM-103", 2, 4)),
        ("a: {b：2, c: 3}\n", ("ROAM-103", 1, 6)),
        ("a: &x 1\nb: 2\n", ("ROAM-104", 1, 4)),
        ("a: !!str 1\n", ("ROAM-104", 1, 4)),
        ("a: [1, 2\nb: 3\n", ("ROAM-105", 1, 4)),
        ("a: 1\nb: 2\na: 3\n", ("ROAM-106", 3, 1)),
        ("a: 1\n---\nb: 2\n", ("ROAM-107", 2, 1)),
        ("# nothing\n", ("ROAM-107", 1, 1)),
    ],
)
def test_what_cannot_be_meant_is_refused_at_its_place(text: str, where: tuple[str, int, int]) -> None:
    """Each of these is read by common parsers as something that nobody wrote."""
    assert refusal(text) == where


def test_block_text_and_comments_may_hold_anything() -> None:
    """XML and GraphQL stand in block text; tabs and full-width colons are their own business there."""
    assert read("# 注：\tx\na: |\n  名称：值\n  \tx\nb: 1\n") == {"a": "名称：值\n\tx\n", "b": "1"}


def test_a_byte_order_mark_is_no_content() -> None:
    source, found = decode("f.yaml", b"\xef\xbb\xbfa: 1\n")
    assert (source.text, found) == ("a: 1\n", [])


def test_bytes_of_no_known_charset_are_named_with_their_place() -> None:
    _, found = decode("f.yaml", b"a: 1\nb: \xff\xff\n")
    assert (found[0].code, found[0].place.line, found[0].place.column) == ("ROAM-101", 2, 4)
