"""Holes in requests: each place has its own rules, and nothing leaves its place."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.mapping.templates import (
    BadTemplate,
    Refused,
    Scope,
    compile_headers,
    compile_json,
    compile_pairs,
    compile_url_path,
    compile_xml,
    names,
)


def scope(**args: Any) -> Scope:
    page = {"number": 2, "size": 50, "offset": 50, "cursor": None}
    request = {"id": "r1", "idempotency_key": "k1"}
    return Scope(args, {"pairwise_id": "p1"}, {"v": "01"}, page, request, {"keys": ["A", "B"]})


def test_a_whole_hole_keeps_its_type_and_null_stays_null() -> None:
    template = {
        "n": "${page.number}",
        "t": "n=${page.number}",
        "k": "${batch.keys}",
        "none": "${args.none}",
        "deep": ["${args.form.title}", {"x": "${vars.v}"}],
        "plain": 3,
        "empty": "${page.cursor}",
    }
    filled = compile_json(template)(scope(form={"title": "树"}))
    assert filled == {
        "n": 2,
        "t": "n=2",
        "k": ["A", "B"],
        "none": None,
        "deep": ["树", {"x": "01"}],
        "plain": 3,
        "empty": None,
    }


def test_a_query_leaves_out_what_is_absent_and_repeats_lists() -> None:
    pairs = compile_pairs({"a": "${args.none}", "k": "${batch.keys}", "b": "${args.yes}", "c": "x"})
    assert pairs(scope(yes=True)) == [("k", "A"), ("k", "B"), ("b", "true"), ("c", "x")]


def test_xml_is_escaped_and_what_xml_cannot_carry_is_refused() -> None:
    fill = compile_xml("<a b='${args.x}'>${args.x}</a>")
    assert fill(scope(x="<'&\">")) == "<a b='&lt;&apos;&amp;&quot;&gt;'>&lt;&apos;&amp;&quot;&gt;</a>"
    assert fill(scope()) == "<a b=''></a>"
    for bad in ("\x00", "\x1b", "\ufffe"):
        with pytest.raises(Refused):
            fill(scope(x=bad))


@given(st.text())
def test_a_path_value_stays_one_segment(value: str) -> None:
    """Whatever the citizen or a front-end sends, the path has the segments that the channel wrote."""
    try:
        path = compile_url_path("/v1/${args.x}/end")(scope(x=value))
    except (Refused, UnicodeEncodeError):
        return
    head, segment, tail = path[1:].split("/")
    assert (head, tail) == ("v1", "end")
    assert unquote(segment) == value
    assert unquote(path).split("/")[2] not in ("", ".", "..")


@given(st.text())
def test_a_header_value_holds_no_line_break(value: str) -> None:
    try:
        made = compile_headers({"X": "${args.x}"})(scope(x=value))
    except Refused:
        return
    assert not set("\r\n\x00") & set(made["X"])


@pytest.mark.parametrize(
    "name", ["page.nothing", "secrets.KEY", "args", "args.", "citizen", "request.headers", "args.a-b", ""]
)
def test_a_hole_that_names_nothing_does_not_compile(name: str) -> None:
    with pytest.raises(BadTemplate):
        compile_json(f"${{{name}}}")


def test_names_are_listed_for_the_checker() -> None:
    assert names({"a": "x ${args.a} ${citizen.b}", "b": ["${page.size}"]}) == ["args.a", "citizen.b", "page.size"]


def test_an_object_cannot_stand_inside_a_text() -> None:
    with pytest.raises(Refused):
        compile_json("x ${args.form}")(scope(form={"a": 1}))
