"""Mistakes that nobody listed: every kind, at many places of every file, is one error at its place, in both languages."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import pytest

from channels.checking import Report
from channels.text.diagnostics import Renderer
from tests.channels.deployment import Deployment, errors

DEYANG, ZIYANG, MIANYANG, CHENGDU = (f"{city}/channel.yaml" for city in ("deyang", "ziyang", "mianyang", "chengdu"))
WATER = "agreements/2026-006-ziyang-water.yaml"
FIXTURE = "deyang/fixtures/bills.list.yaml"


@dataclass(frozen=True)
class Edit:
    """`new` in the place of `old`; `told`: code and, where it is not the edited line, the file it is told in."""

    file: str
    old: str
    new: str
    code: str
    told: str = ""


EDITS = {
    # misspelt keys, at every level
    "top-level section": Edit(DEYANG, "\nbackends:", "\nbackend:", "ROAM-201"),
    "section that others refer to": Edit(DEYANG, "\nauth:", "\natuh:", "ROAM-201"),
    "required key": Edit(DEYANG, "  code: \"510600\"", "  cdoe: \"510600\"", "ROAM-201"),
    "short required key": Edit(WATER, "valid: {from:", "valid: {form:", "ROAM-201"),
    "required key of an agreement": Edit(WATER, "\npurpose:", "\npurpsoe:", "ROAM-201"),
    "capital letter": Edit(WATER, "\nprovider:", "\nProvider:", "ROAM-201"),
    "discriminator": Edit(DEYANG, "    kind: rest", "    knid: rest", "ROAM-201"),
    "auth type": Edit(DEYANG, "    type: sign", "    tpye: sign", "ROAM-201"),
    "key of a service row": Edit(DEYANG, "department: 德阳市司法局", "departmnet: 德阳市司法局", "ROAM-201"),
    "key of the register": Edit("services.yaml", "{code: HF-QUERY, ", "{cdoe: HF-QUERY, ", "ROAM-201"),
    "key of roam.yaml": Edit("roam.yaml", "fanout_budget", "fanout_buget", "ROAM-201"),
    "key of a fixture": Edit(FIXTURE, "    expect: {items: 0}", "    expcet: {items: 0}", "ROAM-201"),
    "key of a converter": Edit(DEYANG, "as: money.fen", "sa: money.fen", "ROAM-201"),
    # types, units, enums, forms
    "negative count": Edit(DEYANG, "burst: 100", "burst: -1", "ROAM-206"),
    "list for a text": Edit(DEYANG, "    base_url: https", "    base_url: [x]  # https", "ROAM-207"),
    "map for a number": Edit(DEYANG, "attempts: 1", "attempts: {x: y}", "ROAM-207"),
    "unknown unit": Edit(DEYANG, "open: 30s", "open: 30sec", "ROAM-205"),
    "unit of roam.yaml": Edit("roam.yaml", "fanout_budget: 8s", "fanout_budget: 8", "ROAM-205"),
    "enum in small letters": Edit(DEYANG, "theme: LEGAL", "theme: legal", "ROAM-203"),
    "claim misspelt": Edit(ZIYANG, "needs: [id_number, name]", "needs: [id_numbr, name]", "ROAM-203"),
    "claim of an agreement": Edit(WATER, "claims: [ID_NUMBER", "claims: [ID_NUMBERS", "ROAM-203"),
    "yes for true": Edit(DEYANG, "status: LIVE, highlight: true, assurance: REAL_NAME, operations: [transit", "status: LIVE, highlight: yes, assurance: REAL_NAME, operations: [transit", "ROAM-207"),
    "url with one slash": Edit(DEYANG, "https://open.dy", "https:/open.dy", "ROAM-206"),
    "day that is none": Edit(WATER, "until: 2029-06-30", "until: 2029-06-31", "ROAM-206"),
    "small service code": Edit(DEYANG, "code: NOTARY,", "code: notary,", "ROAM-206"),
    "retry on what is none": Edit(DEYANG, "on: [connect, ", "on: [conect, ", "ROAM-206"),
    "clock of a signature": Edit(DEYANG, "timestamp: ms", "timestamp: msec", "ROAM-206"),
    "value that an overlay replaces": Edit(CHENGDU, "audience: https://subgraph.cd.example.gov.cn", "audience: [x]", "ROAM-207"),
    # names that are nowhere
    "backend misspelt where it is used": Edit(DEYANG, "    backend: gov\n    needs: [pairwise_id]\n    vars", "    backend: gvo\n    needs: [pairwise_id]\n    vars", "ROAM-306"),
    "city that is none": Edit(WATER, "provider: ziyang", "provider: ziyangg", "ROAM-313"),
    "party that is none": Edit(WATER, "{city: mianyang,", "{city: mianyng,", "ROAM-313"),
    "offer to a city that is none": Edit(ZIYANG, "to: [chengdu, meishan]", "to: [chengdu, meishn]", "ROAM-313"),
    "code of no city of the province": Edit(ZIYANG, 'code: "512000"', 'code: "519900"', "ROAM-303"),
    "service row with an unknown code": Edit(DEYANG, "{code: WATER-QUERY,", "{code: WATER-QURY,", "ROAM-308"),
    "service row with a bad enum": Edit(DEYANG, "theme: BILLS, type: QUERY, department: 德阳市自来水公司", "theme: BILL, type: QUERY, department: 德阳市自来水公司", "ROAM-203"),
    "hole misspelt": Edit(DEYANG, 'userId: "${citizen.pairwise_id}", bizType', 'userId: "${citizen.pairwise}", bizType', "ROAM-409"),
    "hole left open": Edit(DEYANG, 'userId: "${citizen.pairwise_id}", bizType', 'userId: "${citizen.pairwise_id", bizType', "ROAM-409"),
    "expression of an envelope": Edit(ZIYANG, 'data: "*.Result.Data | [0]"', 'data: "*.Result.Data | [0"', "ROAM-401"),
    # punctuation and layout
    "full-width comma in a map": Edit(DEYANG, "timeout: {connect: 1s, total", "timeout: {connect: 1s，total", "ROAM-103"),
    "full-width comma in a list": Edit(ZIYANG, "needs: [id_number, name]", "needs: [id_number，name]", "ROAM-103"),
    "ideographic comma": Edit(WATER, "consumers: [chengdu, ", "consumers: [chengdu、", "ROAM-103"),
    "full-width bracket": Edit(WATER, "services: [", "services: ［", "ROAM-103"),
    "lenticular bracket": Edit(WATER, "services: [", "services: 【", "ROAM-103"),
    "full-width closing bracket": Edit(WATER, "services: [WATER-QUERY]", "services: [WATER-QUERY］", "ROAM-103"),
    "full-width brace": Edit(DEYANG, "rate: {per_second", "rate: ｛per_second", "ROAM-103"),
    "full-width closing brace": Edit(DEYANG, "burst: 100}", "burst: 100｝", "ROAM-103"),
    "full-width colon in a map": Edit(WATER, "valid: {from: ", "valid: {from：", "ROAM-103"),
    "full-width space": Edit(WATER, "valid: {", "valid:　{", "ROAM-103"),
    "no space after a colon": Edit(WATER, "provider: ziyang", "provider:ziyang", "ROAM-105"),
    "no space in a map": Edit(WATER, "valid: {from: ", "valid: {from:", "ROAM-105"),
    "no comma": Edit(DEYANG, "{connect: 1s, total", "{connect: 1s total", "ROAM-105"),
    "bracket left open": Edit(WATER, "services: [WATER-QUERY]", "services: [WATER-QUERY", "ROAM-105"),
    "quote left open": Edit(WATER, 'roam: "1"', 'roam: "1', "ROAM-105"),
    "tab": Edit(DEYANG, "    auth: sm3", "\tauth: sm3", "ROAM-102"),
    "anchor": Edit(WATER, "provider: ziyang", "provider: &p ziyang", "ROAM-104"),
    "alias": Edit(WATER, "provider: ziyang", "provider: *p", "ROAM-104"),
    "tag": Edit(WATER, "provider: ziyang", "provider: !!str ziyang", "ROAM-104"),
    "duplicate key in a map": Edit(DEYANG, "{connect: 1s, ", "{connect: 1s, connect: 2s, ", "ROAM-106"),
    "NUL": Edit(WATER, "provider: ziyang", "provider: zi\x00yang", "ROAM-109"),
    # what is sent, cached, contributed
    "personal data in a header": Edit(DEYANG, "      path: /api/v2/bill/query\n", '      path: /api/v2/bill/query\n      headers: {X-Name: "${citizen.name}"}\n', "ROAM-501", "request"),
    "name in a public cache": Edit(MIANYANG, "cache: {ttl: 60s, scope: citizen, stale: 10m}", "cache: {ttl: 60s, scope: public, stale: 10m}", "ROAM-503"),
    "agreement too narrow": Edit(WATER, "claims: [ID_NUMBER]", "claims: [PAIRWISE_ID]", "ROAM-502"),
    "money read as yuan": Edit(DEYANG, "amount: {from: fee, as: money.fen}", "amount: {from: fee, as: money.yuan}", "ROAM-603"),
    "mapping of another key": Edit(DEYANG, "        id: billNo", "        id: billno", "ROAM-603"),
    "list of another key": Edit(MIANYANG, "      items: bills.rows", "      items: bills.row", "ROAM-603"),
    # settings of tokens, outcomes, quotas
    "citizen token's key": Edit(ZIYANG, "citizen_token: {header: X-Roam-Citizen,", "citizen_token: {haeder: X-Roam-Citizen,", "ROAM-201"),
    "citizen token's life": Edit(ZIYANG, "ttl: 60s}\n", "ttl: 60m}\n", "ROAM-329"),
    "outcome of an operation that is none": Edit(ZIYANG, "outcome: {operation: requests.outcome,", "outcome: {operation: request.outcome,", "ROAM-306"),
    "outcome without our number": Edit(ZIYANG, 'number: "${request.idempotency_key}"}, after: 6s}\n\n  account.launch', 'operation: x}, after: 6s}\n\n  account.launch', "ROAM-106"),
    "state that dates make": Edit(WATER, "id: 2026-006\n", "id: 2026-006\nstate: EXPIRED\n", "ROAM-326"),
}  # fmt: skip


@pytest.mark.parametrize("name", EDITS)
def test_a_mistake_is_one_error_where_it_was_made(name: str, tmp_path: Path) -> None:
    """Whoever breaks one thing is told one thing, on the line that they touched."""
    edit = EDITS[name]
    deployment = Deployment.make(tmp_path)
    path = deployment.root / edit.file
    before = path.read_text("utf-8")
    deployment.edit(edit.file, edit.old, edit.new)
    after = path.read_text("utf-8").split("\n")
    report = deployment.check()
    found = errors(report)
    assert [item.code for item in found] == [edit.code], [(str(item.place), item.en) for item in found]
    place = found[0].place
    assert found[0].zh
    assert found[0].en
    if edit.told:
        assert place.path.endswith(edit.told if edit.told.endswith(".yaml") else edit.file)
        return
    assert place.path.endswith(edit.file)
    touched = [
        at for at, line in enumerate(after, 1) if at > len(before.split("\n")) or line != before.split("\n")[at - 1]
    ]
    assert place.line in touched
    shown(report)


def shown(report: Report) -> None:
    """Every language shows the line, and nothing internal."""
    for language in ("zh", "en"):
        text = "\n".join(Renderer(language, dict(report.sources)).render(item) for item in errors(report))
        assert "^" in text
        assert "Traceback" not in text
        assert "pydantic" not in text.lower()


def unlawful(deployment: Deployment, kind: str) -> None:
    """A file that is no proper file."""
    path = deployment.root / DEYANG
    text = path.read_text("utf-8")
    match kind:
        case "empty":
            path.write_text("", "utf-8")
        case "blank":
            path.write_text("\n \n# nothing\n", "utf-8")
        case "gbk":
            path.write_bytes(text.encode("gb18030"))
        case "utf-16":
            path.write_bytes(text.encode("utf-16"))
        case "binary":
            path.write_bytes(bytes(range(256)) * 40)
        case "folder":
            path.unlink()
            path.mkdir()
        case "loop":
            path.unlink()
            path.symlink_to(path)
        case "pipe":
            path.unlink()
            os.mkfifo(path)
        case "huge":
            path.write_text("a: " + "x" * 9_000_000, "utf-8")
        case "deep list":
            path.write_text("a: " + "[" * 1000 + "]" * 1000 + "\n", "utf-8")
        case "deep map":
            path.write_text("".join(" " * at + f"k{at}:\n" for at in range(1000)), "utf-8")
        case "scalar":
            path.write_text("just words\n", "utf-8")
        case "two documents":
            path.write_text(f"{text}\n---\n{text}", "utf-8")
        case "unreadable overlay":
            (deployment.root / "deyang/channel.sandbox.yaml").write_text("roam: [\n", "utf-8")


@pytest.mark.parametrize(
    "kind",
    ["empty", "blank", "gbk", "utf-16", "binary", "folder", "loop", "pipe", "huge", "deep list", "deep map", "scalar", "two documents", "unreadable overlay"],
)  # fmt: skip
def test_a_file_that_is_no_proper_file_is_one_error(kind: str, tmp_path: Path) -> None:
    """Never a traceback, never a wait without an end."""
    deployment = Deployment.make(tmp_path)
    unlawful(deployment, kind)
    found = errors(deployment.check())
    assert len(found) == 1, [(str(item.place), item.en) for item in found]
    assert "deyang" in found[0].place.path


@pytest.mark.parametrize("change", ["bom", "crlf", "comments", "no end of line"])
def test_what_makes_no_difference_is_no_mistake(change: str, tmp_path: Path) -> None:
    """Editors of Windows write a mark and other line ends."""
    deployment = Deployment.make(tmp_path)
    path = deployment.root / DEYANG
    raw = path.read_bytes()
    match change:
        case "bom":
            raw = b"\xef\xbb\xbf" + raw
        case "crlf":
            raw = raw.replace(b"\n", b"\r\n")
        case "comments":
            raw = raw.replace(b"\n", " # 注释：说明，【一】\n".encode(), 1)
        case "no end of line":
            raw = raw.rstrip(b"\n")
    path.write_bytes(raw)
    assert errors(deployment.check()) == []
