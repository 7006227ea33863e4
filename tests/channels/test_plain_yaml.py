"""The fast reader and the full parser give the same tree, or the fast one leaves the text to the other."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.text.lines import SourceText
from channels.text.plain_yaml import Unusual, read
from channels.text.positions import parse_fully
from channels.text.tree import ListNode, MapNode, Node
from tests.channels.deployment import PROJECT

FILES = sorted(
    [
        *(PROJECT / "cities").rglob("*.yaml"),
        *(PROJECT / "docs").rglob("*.yaml"),
        PROJECT / "channels/checks/lessons.yaml",
    ]
)


def flat(node: Node | None) -> object:
    """Everything a tree says, quotes included: equality of texts alone would not see them."""
    match node:
        case None:
            return None
        case MapNode():
            return [(str(e.key), e.key.plain, e.place, flat(e.node)) for e in node.entries.values()], node.place
        case ListNode():
            return [flat(item) for item in node.items], node.place
    return str(node.text), node.text.plain, node.place


def agree(text: str) -> bool:
    """Whether the fast reader read it; if it did, both must say the same."""
    try:
        fast = read("f", text)
    except Unusual:
        return False
    full, found = parse_fully(SourceText.of("f", text))
    assert found == []
    assert flat(fast) == flat(full)
    return True


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(PROJECT)))
def test_every_file_of_the_project_is_read_alike_and_fast(file: Path) -> None:
    """What operators write is the usual; the full parser costs six times as much."""
    assert agree(file.read_text("utf-8"))


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(FILES), st.data())
def test_a_damaged_file_is_read_alike_or_left_alone(file: Path, data: st.DataObject) -> None:
    """A mistake that only one of the two sees would be a city that loads as nobody wrote it."""
    text = file.read_text("utf-8")[:3000]
    at = data.draw(st.integers(0, len(text)))
    cut = data.draw(st.integers(0, 3))
    put = data.draw(st.text(alphabet=" \n\t:-,[]{}\"'#&*!|>%@`?a1：，中\\", max_size=3))
    agree(text[:at] + put + text[at + cut :])


@pytest.mark.parametrize(
    "text",
    [
        "a: 1",
        "a:\n- x\n- y: 1\n  z: 2\nb: |\n  one\n\n    two\nc: ''\n",
        "a: {b: \"\\\"\\n\", c: [1, [2, {d: e}], ], f: 'it''s'}\n",
        "a:\n  # a comment\n  b:   # another\n    c: http://x/y#z\n",
        "a: [\n  {b: 1}, # why\n  {c: 2}\n]\nd:\ne: ~\n",
        "a: |\n  text\n",
        "a: b: c\n",
        "a: b\n  c\n",
        "- a\n-\n- b\n",
        "? a\n: b\n",
        "a: 'x\n  y'\n",
        "a: [b: c]\n",
        "a: {b, c}\n",
        "a : 1\n",
        "a: -1\nb: --\nc: -\n",
        "a: |2\n    x\n",
        "\ufeffa: 1\n",
        "a: 1\r\nb: 2\r\n",
    ],
)
def test_corners_of_yaml_are_read_alike(text: str) -> None:
    """Each of these was once read in two ways by two parsers."""
    agree(text)
