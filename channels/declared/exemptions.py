"""`exemptions.yaml` in a city's folder: rules of the conformance kit that the city need not keep for now, and why.

Each has a reason and an end; after that day it counts no more.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Final, Literal

from channels.declared.strict_model import FormatVersion, Model
from channels.text.diagnostics import Diagnostic, report
from channels.text.documents import Document, read_document, shown_path
from channels.text.lines import SourceText
from channels.text.positions import value_place
from channels.text.scalars import Day, String

FILE: Final = "exemptions.yaml"

RuleId = Literal[
    "A01", "A02", "A03", "A04", "A05", "A06", "A07", "A08", "A09",
    "B01", "B02", "B03", "B04", "B05",
    "C01", "C02", "C03", "C04", "C05", "C06", "C07",
    "D01", "D02", "D03",
    "E01", "E02", "E03",
    "F01", "F02", "F03", "F04", "F05", "F06", "F07",
    "G01", "G02", "G03", "G04", "G05", "G06", "G07",
]  # fmt: skip


class Exemption(Model):
    """One rule, why the city is exempt from it, and the last day on which it is."""

    rule: RuleId
    reason: String
    until: Day


class ExemptionsFile(Model):
    roam: FormatVersion
    exemptions: tuple[Exemption, ...]


def exemptions_of(folder: Path, at: date) -> Mapping[str, Exemption]:
    """The exemptions in force on that day, by rule; none from a file with errors."""
    if not (folder / FILE).is_file():
        return {}
    document = _read(folder)
    if document.model is None or document.found:
        return {}
    return {one.rule: one for one in document.model.exemptions if one.reason.strip() and at <= one.until}


def check_exemptions(folder: Path, at: date) -> tuple[list[Diagnostic], list[SourceText]]:
    """What is wrong with a city's exemptions, and the text to show it in; nothing where there is no file."""
    if not (folder / FILE).is_file():
        return [], []
    document = _read(folder)
    found = list(document.found)
    if document.model is not None and document.node is not None:
        rules = [one.rule for one in document.model.exemptions]
        for index, one in enumerate(document.model.exemptions):
            if one.rule in rules[:index]:
                place = value_place(document.node, ("exemptions", index, "rule"))
                found.append(report("repeated", place, found=one.rule))
            if at > one.until:
                place = value_place(document.node, ("exemptions", index, "until"))
                found.append(report("exemption_over", place, rule=one.rule, until=one.until.isoformat()))
            if not one.reason.strip():
                found.append(report("exemption_reason", value_place(document.node, ("exemptions", index, "reason"))))
    return found, [document.source]


def _read(folder: Path) -> Document[ExemptionsFile]:
    return read_document(folder / FILE, shown_path(folder / FILE), ExemptionsFile)
