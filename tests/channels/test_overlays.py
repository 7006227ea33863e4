"""An overlay says where a backend is and how fast it may be asked, never what it means."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tests.channels.deployment import Deployment, errors


def test_the_sandbox_overlay_moves_every_backend_to_loopback(tmp_path: Path) -> None:
    loaded = Deployment.make(tmp_path).load()
    assert loaded.snapshot is not None
    urls = [str(b.base_url) for c in loaded.snapshot.channels.values() for b in c.config.backends.values()]
    assert len(urls) == 6
    assert all(url.startswith("http://127.0.0.1:81") for url in urls)


def test_an_overlay_keeps_what_it_does_not_name(tmp_path: Path) -> None:
    deployment = Deployment.make(tmp_path, "deyang", "chengdu")
    own = tmp_path / "overlays"
    own.mkdir()
    (own / "deyang.yaml").write_text(
        'backends: {gov: {base_url: "http://127.0.0.1:9102/gateway", timeout: {total: 9s}}}\ncity: {status: PAUSED}\n'
    )
    loaded = deployment.load(overlays=own)
    assert loaded.snapshot is not None
    assert errors(loaded) == []
    deyang = loaded.snapshot.channels["deyang"]
    backend = deyang.config.backends["gov"]
    assert backend.base_url == "http://127.0.0.1:9102/gateway"
    assert backend.dedicated_line == "loopback"
    assert (backend.timeout.connect, backend.timeout.total) == (timedelta(seconds=1), timedelta(seconds=9))
    assert deyang.status == "PAUSED"


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("operations: {bills.list: {backend: other}}\n", "ROAM-310 1:1"),
        ("backends:\n  gov: {base_url: https://x.example, envelope: {ok: x}}\n", "ROAM-310 2:38"),
        ("city: {status: PILOT, code: '510700'}\n", "ROAM-310 1:23"),
        ("auth: {sm3: {key: secret:OTHER}}\n", "ROAM-310 1:14"),
        ("backends: {gow: {base_url: https://x.example}}\n", "ROAM-306 1:12"),
        ("backends: {gov: {timeout: {totl: 1s}}}\n", "ROAM-201 1:28"),
        ("backends: gov\n", "ROAM-310 1:11"),
    ],
)
def test_what_an_overlay_may_not_say_is_an_error_at_its_place(text: str, where: str, tmp_path: Path) -> None:
    """An environment that maps otherwise than the one that was tested is how production breaks alone."""
    deployment = Deployment.make(tmp_path, "deyang", "chengdu")
    deployment.write("deyang/channel.sandbox.yaml", f'roam: "1"\n{text}')
    found = [
        f"{item.code} {item.place.line - 1}:{item.place.column}"
        for item in errors(deployment.check(only="deyang"))
        if item.place.path.endswith("channel.sandbox.yaml")
    ]
    assert found == [where]


def test_overlays_of_other_environments_are_held_to_the_same_rule(tmp_path: Path) -> None:
    deployment = Deployment.make(tmp_path, "chengdu")
    deployment.write("chengdu/channel.prod.yaml", "services: []\n")
    assert [item.code for item in errors(deployment.check(only="chengdu"))] == ["ROAM-310"]


def test_plain_http_needs_a_named_line(tmp_path: Path) -> None:
    deployment = Deployment.make(tmp_path, "deyang", "chengdu")
    deployment.edit("deyang/channel.sandbox.yaml", ", dedicated_line: loopback", "")
    assert [item.code for item in errors(deployment.check(only="deyang"))] == ["ROAM-305"]
