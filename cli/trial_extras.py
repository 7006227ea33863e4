"""What the switches of `roam city try` add: the request as a curl command, a comparison, a fixture."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from channels.declared.fixtures import FixtureFile
from channels.declared.models import SoapBackend
from channels.fixtures.replay import recorded_reply
from channels.protocols.refusals import ContractBroken
from channels.text.diagnostics import Lang
from channels.text.documents import read_document, shown_path
from channels.trial.case import Case, read_body
from channels.trial.curl import curl
from channels.trial.record import NotKept, fixture
from channels.trial.run import Tried
from channels.trial.structure import changes, structure

SAME = {"zh": "结构与 {} 相同", "en": "the same structure as {}"}
OTHER = {"zh": "与 {} 相比:", "en": "compared with {}:"}
NOTHING = {"zh": "没有录下的答复可比;先用 --record", "en": "no answer was kept to compare with; keep one with --record"}
UNREAD = {"zh": "这次的答复读不出来,无从比较", "en": "this answer cannot be read, so there is nothing to compare"}


def requested(found: Tried) -> str:
    """The request, masked."""
    try:
        return curl(found.case)
    except (ValueError, KeyError) as error:
        return f"# the request could not be drawn: {error}"


def compared(found: Tried, folder: Path, lang: Lang) -> list[str]:
    """How the answer's structure differs from the last one kept, or from the hand-written fixture."""
    case = found.case
    try:
        body = case.body
    except (ContractBroken, ValueError):
        body = None
    if case.reply is None or body is None:
        return [UNREAD[lang]]
    for file in _files(folder, case):
        before = list(_bodies(file, case))
        if before:
            told = [str(change) for change in changes(structure(before), structure([body]))]
            name = shown_path(file)
            return [OTHER[lang].format(name), *told] if told else [SAME[lang].format(name)]
    return [NOTHING[lang]]


def kept(found: Tried, file: Path, *, overwrite: bool) -> str:
    """Write the fixture; asks before one is written over."""
    try:
        text = fixture(found.case)
    except NotKept as reason:
        return str(reason)
    if file.exists() and not overwrite and not typer.confirm(f"{shown_path(file)} is there; write over it?", err=True):
        return f"{shown_path(file)} was left as it is"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return f"{shown_path(file)} (roam city check replays it)"


def _files(folder: Path, case: Case) -> Iterator[Path]:
    """The kept answer first, then what was written by hand."""
    name = case.compiled.id
    yield from (file for file in (folder / f"{name}.recorded.yaml", folder / f"{name}.yaml") if file.is_file())
    rest = sorted(folder.glob("*.yaml")) if folder.is_dir() else []
    yield from (file for file in rest if not file.name.startswith(f"{name}."))


def _bodies(file: Path, case: Case) -> Iterator[Any]:
    document = read_document(file, shown_path(file), FixtureFile)
    if document.model is None or document.model.operation != case.compiled.id:
        return
    for recorded in document.model.cases:
        if recorded.expect.error is not None:
            continue
        reply = recorded_reply(recorded.response, xml=isinstance(case.backend, SoapBackend))
        try:
            yield read_body(case.backend, reply)
        except (ContractBroken, ValueError):
            continue
