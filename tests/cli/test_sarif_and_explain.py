"""`roam city check --sarif` and `roam explain`: for code hosts and for people, from the same lessons."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from channels.checks.lessons import lessons
from channels.text.messages import MESSAGES
from cli import explain, main
from tests.channels.deployment import PROJECT, Deployment

CODES = sorted({wording.code for wording in MESSAGES.values()})


@cache
def roam() -> typer.Typer:
    """The whole command line, as it is without a short cut."""
    app = typer.Typer()
    for register in main.parts():
        register(app)
    return app


@cache
def explaining() -> typer.Typer:
    """`roam explain` alone, which is made ready far sooner than the whole."""
    app = typer.Typer()
    explain.register(app)
    return app


def run(*words: str) -> tuple[int, str]:
    ended = CliRunner().invoke(roam(), list(words))
    return ended.exit_code, ended.stdout


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Deployment:
    deployment = Deployment.make(tmp_path_factory.mktemp("城市 room"))
    deployment.edit("deyang/channel.yaml", "max_concurrent: 40", "max_concurrent: forty")
    return deployment


def test_sarif_names_rule_place_and_message(broken: Deployment) -> None:
    """Columns count characters, the end lies behind the last one, and the address is a URI."""
    code, text = run("city", "check", "--root", str(broken.root), "--at", "2026-11-22", "--sarif", "--lang", "en")
    told = json.loads(text)
    assert code == 1
    assert told["version"] == "2.1.0"
    (only,) = told["runs"]
    assert only["columnKind"] == "unicodeCodePoints"
    rules = only["tool"]["driver"]["rules"]
    assert {rule["id"] for rule in rules} >= set(CODES)
    (error,) = [item for item in only["results"] if item["level"] == "error"]
    assert error["ruleId"] == "ROAM-207" == rules[error["ruleIndex"]]["id"]
    place = error["locations"][0]["physicalLocation"]
    assert place["region"] == {"startLine": 45, "startColumn": 32, "endLine": 45, "endColumn": 37}
    uri = place["artifactLocation"]["uri"]
    assert re.fullmatch(r"[!-~]+", uri)
    assert uri.endswith("deyang/channel.yaml")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_result_of_sarif_is_complete(broken: Deployment, language: str) -> None:
    _, text = run("city", "check", "--root", str(broken.root), "--at", "2026-11-22", "--sarif", "--lang", language)
    for item in json.loads(text)["runs"][0]["results"]:
        assert item["message"]["text"]
        assert item["level"] in ("error", "warning", "note")
        region = item["locations"][0]["physicalLocation"]["region"]
        assert 1 <= region["startColumn"] < region["endColumn"]


def test_json_and_sarif_exclude_each_other() -> None:
    assert run("city", "check", "--json", "--sarif")[0] == 2


def test_every_code_has_a_lesson_in_both_languages() -> None:
    """A code on the screen is a question; half an answer is none."""
    written = set(CODES)
    for file in (PROJECT / "channels").glob("*.py"):
        written |= set(re.findall(r'"(ROAM-\d{3})"', file.read_text("utf-8")))
    assert sorted(written - set(lessons())) == []
    for code, lesson in lessons().items():
        parts = (lesson.cause.zh, lesson.cause.en, lesson.wrong, lesson.right, lesson.fix.zh, lesson.fix.en)
        assert all(part and part.strip() for part in parts), code
        assert re.search("[\u4e00-\u9fff]", lesson.cause.zh + lesson.fix.zh), code


@pytest.mark.parametrize("code", ["ROAM-103", "ROAM-408", "ROAM-603"])
def test_a_code_is_explained_with_cause_example_and_fix(code: str) -> None:
    ended, text = run("explain", code)
    assert ended == 0
    assert all(word in text for word in ("cause:", "wrong:", "right:", "fix:", "原因:", "错:", "对:", "改法:"))
    ended, chinese = run("explain", code, "--lang", "zh")
    assert "原因:" in chinese
    assert "cause:" not in chinese


@pytest.mark.parametrize("code", sorted(lessons()))
def test_every_code_is_explained_without_a_hole(code: str) -> None:
    """What a message says of the case at hand is left open, not shown as the code writes it."""
    ended = CliRunner().invoke(explaining(), [code])
    assert ended.exit_code == 0
    assert not re.search(r"(?<![${])[{](found|field|place|problem|hint|near|choices|names|operation)[}]", ended.stdout)


def commands() -> dict[str, set[str]]:
    group = typer.main.get_command(roam())
    found = getattr(group, "commands", {})
    return {name: set(getattr(command, "commands", {})) for name, command in found.items()}


def test_every_command_that_a_hint_names_exists() -> None:
    """A hint is typed as it stands."""
    texts = [
        text for wording in MESSAGES.values() for text in (wording.zh, wording.en, wording.hint_zh, wording.hint_en)
    ]
    texts += [text for lesson in lessons().values() for text in (lesson.fix.zh, str(lesson.fix.en))]
    texts.append((PROJECT / "channels/mapping/problems.py").read_text("utf-8"))
    known = commands()
    named = {pair for text in texts for pair in re.findall(r"\broam ([a-z]+)(?: ([a-z][a-z-]+))?", text)}
    assert named
    wrong = [(name, inner) for name, inner in named if name not in known or (known[name] and inner not in known[name])]
    assert wrong == []


def options() -> dict[str, set[str]]:
    """Of every command, by its words: `fmt`, `city try`."""
    app = typer.Typer()
    for register in main.parts():
        register(app)
    found: dict[str, set[str]] = {}
    for name, command in getattr(typer.main.get_command(app), "commands", {}).items():
        inner = {f"{name} {word}": each for word, each in getattr(command, "commands", {}).items()}
        for words, each in (inner or {name: command}).items():
            found[words] = {option for parameter in each.params for option in parameter.opts}
    return found


def test_every_option_that_a_hint_names_exists() -> None:
    """An option that is none ends with a usage text, and the operator is where they began."""
    texts = [text for wording in MESSAGES.values() for text in (wording.hint_zh, wording.hint_en)]
    texts += [text for lesson in lessons().values() for text in (lesson.fix.zh, str(lesson.fix.en))]
    known, named = options(), 0
    for text in texts:
        for command in re.findall(r"\broam ([a-z][^;,。;,`]*)", text):
            words = next((words for words in sorted(known, key=len, reverse=True) if command.startswith(words)), None)
            assert words is not None, text
            for option in re.findall(r"--[a-z][a-z-]*[a-z0-9]*", command):
                assert option in known[words], text
                named += 1
    assert named


def test_a_quick_command_is_the_same_as_among_all(tmp_path: Path) -> None:
    """`roam city check` loads one part of the command alone: it must be the part that has it."""
    for words, part in main.QUICK.items():
        app = typer.Typer()
        for register in main.needed(words):
            register(app)
        found = {info.name for info in app.registered_groups} | {info.name for info in app.registered_commands}
        assert words[0] in found, part
