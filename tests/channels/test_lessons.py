"""What `roam explain` teaches is true: each wrong example gives its code and no other error, each right one nothing."""

from __future__ import annotations

import re
import shutil
from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Final

import pytest

from channels.checking import check_root
from channels.checks.lessons import lessons
from channels.declared.secrets import Secrets
from channels.text.diagnostics import Diagnostic
from channels.text.lines import SourceText
from channels.text.messages import MESSAGES
from channels.text.positions import parse

CLASSROOM = Path(__file__).parent / "classroom"
"""A deployment with a place for each example, and nothing wrong."""
AT: Final = date(2026, 11, 22)
BEGINNINGS = {
    ".graphql": r"(?:extend )?type \w+",
    ".csv": r"序列|\d+",
    ".sandbox": r"\w+",
    ".yaml": r"- |[\w.\-]+(?=[:： ])",
}
"""By what entries of a file are known: an example takes the place of those that begin alike."""

SHOWN_BY_A_CALL = {code for code in lessons() if code == "ROAM-506" or code >= "ROAM-620"}
"""Only a city that answers shows these; tests/channels/test_trial.py and tests/cli/test_try.py have one answer them."""
OF_A_NAME = {"ROAM-319"}
OF_TEXT = lessons().keys() - SHOWN_BY_A_CALL - OF_A_NAME

GRAPHQL = ("extend type", "name: … @")
CHINESE = re.compile("[\u4e00-\u9fff]")
INTERNAL = re.compile(
    r"pydantic|Traceback|Exception|NoneType|\bNone\b|\bTrue\b|\bFalse\b|\b(?:dict|str|tuple|int|bool)\b(?!`)"
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return Path(shutil.copytree(CLASSROOM, tmp_path / "cities"))


def told(root: Path) -> list[Diagnostic]:
    return list(check_root(root, environment="sandbox", at=AT, secrets=Secrets(), overlays=None).found)


def lines_of(found: Iterable[Diagnostic]) -> list[str]:
    return [f"{item.code} {item.place.path}:{item.place.line} {item.en}" for item in found]


def indent_of(line: str) -> int:
    return len(line) - len(line.lstrip())


def below(lines: list[str], keys: Iterable[str]) -> tuple[int, int, int]:
    """Where the entries below some keys stand: the first line, the line behind the last, their indentation."""
    start, end, indent = 0, len(lines), 0
    for key in keys:
        at = next(at for at in range(start, end) if lines[at].startswith(f"{' ' * indent}{key}:"))
        ends = (to for to in range(at + 1, end) if lines[to] and indent_of(lines[to]) <= indent)
        start, end = at + 1, next(ends, end)
        indent = indent_of(lines[start])
    return start, end, indent


def placed(root: Path, code: str, piece: str) -> Path:
    """Write a piece where its lesson says it stands, in the place of what begins like either example.  Returns: the file."""
    lesson = lessons()[code]
    name, *keys = lesson.where
    file = next(file for file in (root / name, root / "leshan" / name) if file.exists())
    beginning = re.compile(BEGINNINGS[file.suffix])
    known = {found[0] for line in f"{lesson.wrong}\n{lesson.right}".splitlines() if (found := beginning.match(line))}
    lines = file.read_text("utf-8").splitlines()
    start, end, indent = below(lines, keys)
    kept, spot, replaced = list[str](), -1, False
    for line in lines[start:end]:
        if line and indent_of(line) == indent:
            found = beginning.match(line[indent:])
            replaced = found is not None and found[0] in known
            spot = len(kept) if replaced and spot < 0 else spot
        kept += [] if replaced else [line]
    spot = len(kept) if spot < 0 else spot
    put = [f"{' ' * indent}{line}" for line in piece.splitlines()]
    text = "\n".join([*lines[:start], *kept[:spot], *put, *kept[spot:], *lines[end:]])
    file.write_text(f"{text}\n".replace("⇥", "\t").replace("␀", "\0"), "utf-8")
    return file


def test_the_classroom_has_nothing_wrong(root: Path) -> None:
    """Else a finding could be of the place, not of the example."""
    assert lines_of(told(root)) == []


@pytest.mark.parametrize("code", sorted(OF_TEXT))
def test_the_wrong_example_gives_its_code_and_no_other_error(code: str, root: Path) -> None:
    """Whoever looks a code up must see the mistake that they made."""
    if code == "ROAM-101":
        file = placed(root, code, lessons()[code].right)
        file.write_bytes(file.read_text("utf-8").encode("gb18030"))
    else:
        placed(root, code, lessons()[code].wrong)
    found = [item for item in told(root) if item.severity == "error" or item.code == code]
    assert [item.code for item in found] == [code], lines_of(found)


@pytest.mark.parametrize("code", sorted(OF_TEXT))
def test_the_right_example_gives_no_error(code: str, root: Path) -> None:
    """Whoever types the fix must be done."""
    placed(root, code, lessons()[code].right)
    found = [item for item in told(root) if item.severity == "error" or item.code == code]
    assert lines_of(found) == []


def test_a_file_of_the_wrong_name_gives_its_code(root: Path) -> None:
    """The example is a name, not a text."""
    (code,) = OF_A_NAME
    wrong, right = (text.strip() for text in (lessons()[code].wrong, lessons()[code].right))
    (root / right).rename(root / wrong)
    shutil.rmtree(root / "agreements")
    assert [item.code for item in told(root) if item.severity == "error"] == [code]
    (root / wrong).rename(root / right)
    assert [item.code for item in told(root) if item.severity == "error"] == []


@pytest.mark.parametrize("code", sorted(lessons()))
def test_a_lesson_is_whole_in_both_languages(code: str) -> None:
    """What only a call shows cannot be replayed from a text; that it can be read is seen here."""
    lesson = lessons()[code]
    for part in (lesson.cause, lesson.fix):
        assert CHINESE.search(part.zh), part
        assert part.en, part
        assert not CHINESE.search(part.en), part
    assert lesson.wrong.strip() != lesson.right.strip()
    assert bool(lesson.where) == (code in OF_TEXT)


@pytest.mark.parametrize("kind", sorted(MESSAGES))
def test_what_a_hint_says_to_write_can_be_typed(kind: str) -> None:
    """A piece of a file in a hint is copied as it stands: it must be the YAML that the checker reads."""
    hint = MESSAGES[kind]
    for text in (hint.hint_zh, hint.hint_en):
        shown = text.format_map(defaultdict(lambda: "name"))
        for piece in re.findall(r"`([^`]*: [^`]*)`", shown):
            if not piece.startswith(GRAPHQL):
                assert parse(SourceText.of("hint.yaml", piece.strip() + ("x" if piece.endswith(": ") else "")))[1] == []


@pytest.mark.parametrize("kind", sorted(MESSAGES))
def test_a_message_is_there_in_both_languages_in_words_of_people(kind: str) -> None:
    """Operators read no Python."""
    wording = MESSAGES[kind]
    for zh, en in ((wording.zh, wording.en), (wording.hint_zh, wording.hint_en)):
        assert bool(zh) == bool(en)
        assert not INTERNAL.search(f"{zh} {en}")
        assert not CHINESE.search(re.sub(r"`[^`]*`|“[^”]*”", "", en)), en
        spoken = re.sub(r"{\w+}|[^\w]", "", zh)
        assert CHINESE.search(zh) or not spoken or kind == "sdl_root", zh
