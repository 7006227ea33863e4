"""The project's own cities: clean as they stand, and with Leshan copied in."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from cli import city
from tests.channels.deployment import PROJECT, Deployment

CITIES = PROJECT / "cities"


@pytest.fixture
def roam(monkeypatch: pytest.MonkeyPatch) -> typer.Typer:
    monkeypatch.setenv("COLUMNS", "200")
    for name in ("ROAM_ROOT", "ROAM_ENV", "ROAM_OVERLAYS", "ROAM_SECRETS_DIR", "LANG"):
        monkeypatch.delenv(name, raising=False)
    app = typer.Typer()
    city.register(app)
    return app


def run(app: typer.Typer, *args: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["city", *args])
    return result.exit_code, result.output


def test_the_five_cities_are_clean(roam: typer.Typer) -> None:
    code, output = run(roam, "check", "--root", str(CITIES), "--at", "2026-11-22", "--lang", "en")
    assert code == 0, output
    assert output.splitlines()[-1] == "5 cities: 0 errors, 11 warnings, 3 remarks"


def test_leshan_is_one_folder_more(roam: typer.Typer, tmp_path: Path) -> None:
    """A sixth city needs its folder and nothing else."""
    root = Deployment.make(tmp_path).root
    code, output = run(roam, "check", "--root", str(root), "--lang", "zh")
    assert code == 0, output
    assert output.splitlines()[-1].startswith("6 个城市:0 个错误")


def test_findings_as_json(roam: typer.Typer, tmp_path: Path) -> None:
    deployment = Deployment.make(tmp_path, "deyang")
    deployment.edit("deyang/channel.yaml", "kind: rest", "kind: rset")
    code, output = run(roam, "check", "deyang", "--root", str(deployment.root), "--json")
    (found,) = [item for item in json.loads(output)["diagnostics"] if item["severity"] == "error"]
    assert code == 1
    assert found == {
        "path": str(deployment.root / "deyang/channel.yaml"),
        "line": 34,
        "column": 11,
        "severity": "error",
        "code": "ROAM-203",
        "message": "`rset` is not one of: rest, soap, graphql, federation",
        "hint": "did you mean `rest`?",
    }


def test_one_city_is_not_held_against_the_others(roam: typer.Typer, tmp_path: Path) -> None:
    deployment = Deployment.make(tmp_path, "deyang", "chengdu")
    deployment.edit("deyang/channel.yaml", "kind: rest", "kind: rset")
    assert run(roam, "check", "chengdu", "--root", str(deployment.root))[0] == 0


@pytest.mark.parametrize(
    ("args", "code"), [(("check", "--root", "nowhere"), 3), (("check", "atlantis"), 3), (("check", "--nonsense"), 2)]
)
def test_what_cannot_run_says_so_by_its_exit_code(roam: typer.Typer, args: tuple[str, ...], code: int) -> None:
    """A script must tell wrong files from a wrong command."""
    assert run(roam, *args)[0] == code


def test_the_list_has_a_row_per_city(roam: typer.Typer, tmp_path: Path) -> None:
    code, output = run(roam, "list", "--root", str(Deployment.make(tmp_path).root), "--lang", "en")
    rows = [line.split() for line in output.splitlines()]
    assert code == 0
    assert [row[0] for row in rows] == ["id", "chengdu", "deyang", "mianyang", "leshan", "meishan", "ziyang"]
    assert rows[3][-3:] == ["6", "411", "1"]


def test_every_city_declares_the_account_operations() -> None:
    """Linking and one-time sign-on are the gateway's own; no city can do without."""
    folders = [path for path in CITIES.iterdir() if (path / "channel.yaml").is_file()]
    for folder in [*folders, PROJECT / "docs/examples/leshan"]:
        text = (folder / "channel.yaml").read_text("utf-8")
        assert "  account.link:" in text, folder
        assert "  account.launch:" in text, folder
        assert (folder / "channel.sandbox.yaml").is_file(), folder
