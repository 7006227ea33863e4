"""What does not agree with something else is told where it is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.channels.deployment import Deployment, errors

DEYANG, ZIYANG, MEISHAN = "deyang/channel.yaml", "ziyang/channel.yaml", "meishan/channel.yaml"

DISAGREEMENTS = {
    "unknown backend": (DEYANG, "    backend: gov\n    needs: [pairwise_id]\n    vars", "    backend: gow\n    needs: [pairwise_id]\n    vars", "ROAM-306"),
    "unknown auth": (DEYANG, "    auth: sm3", "    auth: sm4", "ROAM-306"),
    "no canonical operation": (MEISHAN, "  venues.list:\n    backend", "  venue.list:\n    backend", "ROAM-307"),
    "a list without items": (ZIYANG, "      items: ZD\n", "", "ROAM-307"),
    "unknown service": (DEYANG, "{code: DE-CREDIT,", "{code: CREDIT,", "ROAM-308"),
    "service lists what is not declared": (ZIYANG, "operations: [bills.list]", "operations: [bills.pay]", "ROAM-309"),
    "offer of what is not listed": (ZIYANG, "{services: [MARRIAGE-APPT], to: ANY}", "{services: [NOTARY], to: ANY}", "ROAM-312"),
    "both ok and ok_codes": (DEYANG, "      data: data\n", "      data: data\n      ok_codes: ['0']\n", "ROAM-208"),
    "bad envelope expression": (DEYANG, "ok: to_string(code) ==", "ok: to_string(code ==", "ROAM-401"),
    "graphql at a rest backend": (DEYANG, "      path: /api/v2/bill/query\n", "      path: /api/v2/bill/query\n      soap_action: x\n", "ROAM-209"),
    "unknown argument": (MEISHAN, 'q: "${args.keyword}"', 'q: "${args.keywords}"', "ROAM-410"),
    "unknown variable": (DEYANG, '"${vars.bizType}"', '"${vars.biz}"', "ROAM-306"),
    "a hole that names nothing": (DEYANG, '"${page.number}", pageSize', '"${page.nummer}", pageSize', "ROAM-409"),
    "unknown converter": (DEYANG, "as: mask.account", "as: mask.acount", "ROAM-402"),
    "bad date format": (DEYANG, "format: yyyyMMdd}", "format: jjjjMMtt}", "ROAM-406"),
    "bad GraphQL": ("chengdu/channel.yaml", "query { me { fund {", "query { me fund {{", "ROAM-351"),
    "personal data in a public cache": (DEYANG, "cache: {ttl: 60s, scope: citizen", "cache: {ttl: 60s, scope: public", "ROAM-503"),
    "claim that no agreement lists": (MEISHAN, '    needs: [pairwise_id]\n    request: {method: GET, path: "/v1/citizens/${citizen.pairwise_id}/bills"', '    needs: [pairwise_id, phone]\n    request: {method: GET, path: "/v1/citizens/${citizen.pairwise_id}/bills"', "ROAM-502"),
    "folder and id": (DEYANG, "  id: deyang", "  id: de_yang", "ROAM-302"),
    "local operation without a field": (DEYANG, "  creditScore:\n", "  creditScores:\n", "ROAM-354"),
    "field without a local operation": ("ziyang/contribute.graphql", "  policies(keyword: String!): [ZiyangPolicy!]\n", "  policies(keyword: String!): [ZiyangPolicy!]\n  more: Int\n", "ROAM-353"),
    "type without the city's name": ("ziyang/contribute.graphql", "type ZiyangPolicy {", "type ZiyangPolicy { x: Other }\ntype Other {", "ROAM-352"),
    "extension of another type": ("ziyang/contribute.graphql", "extend type LocalRoot", "extend type Bill { x: Int }\nextend type LocalRoot", "ROAM-356"),
    "own field that sends claims to anybody": ("deyang/contribute.graphql", " @assurance(level: REAL_NAME)", "", "ROAM-357"),
    "own field that is public and sends claims": ("deyang/contribute.graphql", "@assurance(level: REAL_NAME)", "@public", "ROAM-357"),
    "type that does not exist": ("ziyang/contribute.graphql", "clause: String", "clause: Strin", "ROAM-351"),
    "fixture that differs": ("deyang/fixtures/bills.list.yaml", 'amount: "38.60"', 'amount: "3860.00"', "ROAM-603"),
    "fixture whose request differs": ("deyang/fixtures/bills.list.yaml", "path: /gateway/api/v2/bill/query", "path: /api/v2/bill/query", "ROAM-603"),
    "fixture of no operation": ("deyang/fixtures/bills.list.yaml", "operation: bills.list", "operation: bill.list", "ROAM-601"),
    "agreement on what is not listed": ("agreements/2026-006-ziyang-water.yaml", "services: [WATER-QUERY]", "services: [GAS-QUERY]", "ROAM-314"),
    "agreement that ends before it begins": ("agreements/2026-006-ziyang-water.yaml", "until: 2029-06-30", "until: 2025-06-30", "ROAM-315"),
    "agreement id used twice": ("agreements/2026-006-ziyang-water.yaml", "id: 2026-006", "id: 2026-005", "ROAM-315"),
    "agreement that a city did not sign": ("agreements/2026-006-ziyang-water.yaml", "  - {city: mianyang, signed_by: 绵阳市政务服务监督管理局, signed_on: 2026-06-18}\n", "", "ROAM-315"),
    "register code twice": ("services.yaml", "{code: HF-QUERY, ", "{code: SI-QUERY, ", "ROAM-318"),
    "word that the list does not know": ("mianyang/catalogue.csv", "社会保障,办理类", "社保,办理类", "ROAM-322"),
    "short row": ("mianyang/catalogue.csv", ",部委系统,已全面完成,4月30日,,MI-0017", "", "ROAM-322"),
    "repeated row": ("mianyang/catalogue.csv", ",MI-0002\n", ",MI-0001\n", "ROAM-323"),
    "lost column": ("mianyang/catalogue.csv", "服务主题,", "主题,", "ROAM-324"),
}  # fmt: skip


@pytest.mark.parametrize("name", DISAGREEMENTS)
def test_a_disagreement_is_an_error_of_the_file_that_has_it(name: str, tmp_path: Path) -> None:
    file, old, new, code = DISAGREEMENTS[name]
    deployment = Deployment.make(tmp_path)
    deployment.edit(file, old, new)
    # A fixture that fails points at the line of the channel that makes the difference.
    told = DEYANG if code == "ROAM-603" else file
    found = [item for item in errors(deployment.check()) if item.place.path.endswith(told)]
    assert code in [item.code for item in found], found
    assert all(item.zh and item.en for item in found)


def test_a_clean_deployment_has_remarks_but_no_errors(tmp_path: Path) -> None:
    """Blanks of the official list are warnings; offers without an agreement, and writes nobody can ask about, are remarks."""
    report = Deployment.make(tmp_path).check()
    assert errors(report) == []
    assert {item.code for item in report.found} == {"ROAM-321", "ROAM-342", "ROAM-343"}


@pytest.mark.parametrize("operation", ["local.creditScore", "requests.outcome"])
def test_stale_where_no_row_would_tell_its_age_is_pointed_out(operation: str, tmp_path: Path) -> None:
    """The file says one thing and the gateway does another: somebody must be told."""
    deployment = Deployment.make(tmp_path, "deyang")
    before = {
        "local.creditScore": ("cache: {ttl: 1h, scope: citizen}", "cache: {ttl: 1h, scope: citizen, stale: 1d}"),
        "requests.outcome": (
            "  requests.outcome:\n",
            "  requests.outcome:\n    cache: {ttl: 1s, scope: citizen, stale: 1d}\n",
        ),
    }
    deployment.edit(DEYANG, *before[operation])
    report = deployment.check()
    assert errors(report) == []
    found = [item for item in report.found if item.code == "ROAM-344"]
    assert [(item.severity, item.hint_en) for item in found] == [("warning", "remove `stale`")]
    assert found[0].place.path.endswith(DEYANG)


def test_a_folder_without_a_channel_is_pointed_out(tmp_path: Path) -> None:
    """`channel.yml` would else be a city that silently does not exist."""
    deployment = Deployment.make(tmp_path, "deyang")
    deployment.write("neijiang/channel.yml", "roam: '1'\n")
    found = [item for item in deployment.check().found if item.code == "ROAM-319"]
    assert [(item.severity, item.hint_en) for item in found] == [("error", "it has channel.yml")]


def test_two_cities_cannot_share_a_code(tmp_path: Path) -> None:
    deployment = Deployment.make(tmp_path, "deyang", "chengdu")
    text = (deployment.root / DEYANG).read_text("utf-8")
    deployment.write("deyang2/channel.yaml", text.replace("  id: deyang", "  id: deyang2"))
    assert "ROAM-303" in [item.code for item in errors(deployment.check())]


def test_one_wrong_part_does_not_hide_another(tmp_path: Path) -> None:
    """Checks that need a whole model run on what is left of it."""
    deployment = Deployment.make(tmp_path)
    deployment.edit(DEYANG, "max_concurrent: 40", "max_concurrent: forty")
    deployment.edit(DEYANG, '"0": UNPAID', '"0": UNPAYED')
    deployment.edit(DEYANG, "as: mask.account", "as: mask.acount")
    assert [item.code for item in errors(deployment.check())] == ["ROAM-207", "ROAM-407", "ROAM-402"]
