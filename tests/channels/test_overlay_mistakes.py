"""Mistakes in overlays: of the environment in use, of the others, and of this machine.  Each is one error, in the overlay."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.channels.deployment import Deployment, errors
from tests.channels.mistakes import Edit, must_be_told

SANDBOX, MEISHAN = "deyang/channel.sandbox.yaml", "meishan/channel.sandbox.yaml"
CHENGDU, STAGING = "chengdu/channel.sandbox.yaml", "chengdu/channel.staging.yaml"
EDITS = {
    "section misspelt": Edit(SANDBOX, "\nbackends:", "\nbackend:", "ROAM-201 3:1"),
    "backend that is none": Edit(SANDBOX, "  gov: {", "  gvo: {", "ROAM-306 4:3"),
    "key misspelt": Edit(SANDBOX, "base_url:", "base_ulr:", "ROAM-201 4:9"),
    "key that makes a line lawful": Edit(SANDBOX, "dedicated_line:", "dedicatedLine:", "ROAM-201 4:52"),
    "key of the channel": Edit(SANDBOX, "dedicated_line: loopback", "dedicated_line: loopback, encoding: gbk", "ROAM-310 4:78"),
    "auth that is none": Edit(CHENGDU, "  gateway: {", "  gatway: {", "ROAM-306 6:3"),
    "key of an auth": Edit(CHENGDU, "{audience:", "{audeince:", "ROAM-201 6:13"),
    "secret of an auth": Edit(CHENGDU, "{audience:", "{key: secret:OTHER, audience:", "ROAM-310 6:13"),
    "token address misspelt": Edit(MEISHAN, "{token_url:", "{token_uri:", "ROAM-201 6:11"),
    "services": Edit(SANDBOX, "\nweb_at:", "\nservices: []\nweb_at:", "ROAM-310 5:1"),
    "mapping": Edit(SANDBOX, "\nweb_at:", "\noperations: {bills.list: {needs: [name]}}\nweb_at:", "ROAM-310 5:1"),
    "city code": Edit(STAGING, "{status: PILOT}", '{status: PILOT, code: "510600"}', "ROAM-310 6:23"),
    "status that is none": Edit(STAGING, "{status: PILOT}", "{status: PILOTT}", "ROAM-203 6:16"),
    "status of another environment without a value": Edit(STAGING, "{status: PILOT}", "{status: }", "ROAM-202 6:15"),
    "rate of another environment": Edit(STAGING, "burst: 20}", "burst: twenty}", "ROAM-207 5:103"),
    "negative rate": Edit(STAGING, "per_second: 20", "per_second: -20", "ROAM-206 5:92"),
    "key of a rate": Edit(STAGING, "per_second: 20", "per_secnd: 20", "ROAM-201 5:80"),
    "duration of another environment": Edit(STAGING, "rate: {", "timeout: {total: 5}, rate: {", "ROAM-205 5:90"),
    "plain http of another environment": Edit(STAGING, "https://sub", "http://sub", "ROAM-305 5:21"),
    "plain http without a line": Edit(SANDBOX, ", dedicated_line: loopback", "", "ROAM-305 4:19"),
    "address without a scheme": Edit(SANDBOX, '"http://127.0.0.1:8102/gateway"', "127.0.0.1:8102/gateway", "ROAM-206 4:19"),
    "address with two points": Edit(SANDBOX, "127.0.0.1:8102/gateway", "127.0..0.1:8102/gateway", "ROAM-206 4:19"),
    "address of three numbers": Edit(SANDBOX, "127.0.0.1:8102/gateway", "127.0.1:8102/gateway", "ROAM-206 4:19"),
    "port that is none": Edit(SANDBOX, "127.0.0.1:8102/gateway", "127.0.0.1:81020/gateway", "ROAM-206 4:19"),
    "page address": Edit(SANDBOX, '"http://127.0.0.1:8102/pages"', "127.0.0.1/pages", "ROAM-206 5:41"),
    "full-width colon": Edit(SANDBOX, "\nbackends:", "\nbackends：", "ROAM-103 3:9"),
    "full-width comma": Edit(SANDBOX, ", dedicated_line", "，dedicated_line", "ROAM-103 4:50"),
    "duplicate key": Edit(SANDBOX, "{base_url:", "{dedicated_line: x, base_url:", "ROAM-106 4:71"),
    "alias": Edit(SANDBOX, "loopback", "*line", "ROAM-104 4:68"),
    "format of another version": Edit(SANDBOX, 'roam: "1"', 'roam: "2"', "ROAM-203 2:7"),
    "tab": Edit(SANDBOX, "  gov: {", "	gov: {", "ROAM-102 4:1"),
}  # fmt: skip


@pytest.mark.parametrize("name", EDITS)
def test_a_mistake_in_an_overlay_is_one_error_at_its_place(name: str, tmp_path: Path) -> None:
    """An overlay that no developer ever loads is read for the first time in production."""
    must_be_told(EDITS[name], tmp_path)


# what the file is called, below a folder: where it is told, and the severity
NAMES = {
    "environment that is none": ("cities/deyang/channel.sandbx.yaml", "error", "did you mean `sandbox`?"),
    "another ending": ("cities/deyang/channel.prod.yml", "error", "channel.<environment>.yaml"),
    "city that is none": ("overlays/deyng.yaml", "error", "did you mean `deyang`?"),
    "city that has not joined": ("overlays/suining.yaml", "warning", "<city>.yaml"),
}


@pytest.mark.parametrize("name", NAMES)
def test_an_overlay_that_nobody_reads_is_told(name: str, tmp_path: Path) -> None:
    """A misspelt file name would else mean: the address of the test environment, and nobody knows why."""
    file, severity, hint = NAMES[name]
    deployment = Deployment.make(tmp_path, "deyang")
    (tmp_path / "overlays").mkdir()
    (tmp_path / file).write_text('roam: "1"\ncity: {status: PILOT}\n', "utf-8")
    report = deployment.check(overlays=tmp_path / "overlays")
    found = [item for item in report.found if item.place.path.endswith(file)]
    assert [(item.code, item.severity, item.place.line) for item in found] == [("ROAM-310", severity, 1)]
    assert hint in found[0].hint_en
    assert len(errors(report)) == (severity == "error")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("backends: {gvo: {timeout: {total: 5s}}}", "ROAM-306 2:12"),
        ("backends: {gov: {timeout: {total: 5}}}", "ROAM-205 2:35"),
        ("backends: {gov: {headers: {X: y}}}", "ROAM-310 2:18"),
        ("backends: {gov: {rate: {per_second: fast}}}", "ROAM-207 2:37"),
        ("citizen_token: {audience: x, ttl: 30s}", "ROAM-310 2:30"),
    ],
)
def test_a_mistake_in_a_machine_s_own_overlay_is_one_error(text: str, told: str, tmp_path: Path) -> None:
    """It lies outside of the room, where nobody else looks."""
    deployment = Deployment.make(tmp_path, "deyang")
    own = tmp_path / "overlays/deyang.yaml"
    own.parent.mkdir()
    own.write_text(f'roam: "1"\n{text}\n', "utf-8")
    found = errors(deployment.check(overlays=own.parent))
    assert [f"{item.code} {item.place.line}:{item.place.column}" for item in found] == [told]
    assert found[0].place.path.endswith("overlays/deyang.yaml")


def test_a_backend_misspelt_where_it_is_declared_is_told_there_alone(tmp_path: Path) -> None:
    """The overlays that name it are right, too."""
    deployment = Deployment.make(tmp_path, "chengdu")
    deployment.edit("chengdu/channel.yaml", "\n  cloud:\n", "\n  cluod:\n")
    found = errors(deployment.check(only="chengdu"))
    assert [(item.code, Path(item.place.path).name, item.hint_en) for item in found] == [
        ("ROAM-306", "channel.yaml", "did you mean `cloud`?")
    ]
