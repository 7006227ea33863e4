"""`roam city report` at the command line, without a city."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from channels.measured.drill import keep_drill, last_drill
from cli import city, report
from sandbox import drills

CITIES = Path(__file__).resolve().parents[2] / "cities"


@pytest.fixture
def roam(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> typer.Typer:
    monkeypatch.setenv("ROAM_STATE", str(tmp_path / "state"))
    for name in ("ROAM_ISSUER", "ROAM_OVERLAYS", "ROAM_SECRETS_DIR"):
        monkeypatch.delenv(name, raising=False)
    app = typer.Typer()
    city.register(app)
    report.register(app)
    return app


def run(app: typer.Typer, *words: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["city", "report", "--root", str(CITIES), *words])
    return done.exit_code, done.output


def test_files_alone_are_reported_as_json_and_as_a_page(roam: typer.Typer, tmp_path: Path) -> None:
    """One run, one document for machines and one for people; nothing is kept of it."""
    page = tmp_path / "report.html"
    code, output = run(roam, "deyang", "--json", "--html", str(page))
    made = json.loads(output)["reports"][0]
    assert code == 0
    assert (made["city"], made["badge"], made["live"], len(made["rules"])) == ("deyang", "NONE", False, 41)
    assert "需要 --live" in page.read_text("utf-8")
    assert not (tmp_path / "state").exists()


def test_a_drill_without_a_terminal_is_confirmed_by_the_option(roam: typer.Typer, tmp_path: Path) -> None:
    """It is kept with its date, and G02 holds."""
    _, output = run(roam, "deyang", "--drill", "--all", "--lang", "zh")
    assert "✓ G02 值班电话有人接  演练" in output
    assert (tmp_path / "state" / "reports" / "deyang.drill.json").is_file()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("nowhere",), "no city nowhere"),
        (("deyang", "--live", "--env", "prod"), "test citizens only"),
        (("deyang", "--live", "--env", "staging"), "environments.staging.test_personas"),
    ],
)
def test_what_cannot_be_examined_is_told_in_one_line(roam: typer.Typer, words: tuple[str, ...], told: str) -> None:
    """Nothing is asked of any city."""
    code, output = run(roam, *words)
    assert code == 3
    assert told in output
    assert len(output.splitlines()) == 1


def test_a_live_session_without_a_provider_says_so(roam: typer.Typer, monkeypatch: pytest.MonkeyPatch) -> None:
    """The usual mistake: nothing runs."""
    monkeypatch.setenv("ROAM_ISSUER", "http://127.0.0.1:9")
    monkeypatch.setenv("ROAM_SECRET_GATEWAY_PAIRWISE_SALT", "s" * 32)
    code, output = run(roam, "deyang", "--live")
    assert code == 3
    assert "does not answer" in output


def test_the_provider_is_found_where_the_sandbox_was_started(
    roam: typer.Typer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On other ports too, in another terminal, without a word about it."""
    monkeypatch.delenv("ROAM_SANDBOX_PORT", raising=False)
    monkeypatch.setenv("ROAM_SECRET_GATEWAY_PAIRWISE_SALT", "s" * 32)
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".sandbox").mkdir()
    (tmp_path / ".sandbox" / "running.json").write_text('{"issuer": "http://127.0.0.1:9"}', "utf-8")
    code, output = run(roam, "deyang", "--live")
    assert code == 3
    assert "http://127.0.0.1:9 does not answer" in output


def test_a_drill_of_the_sandbox_is_its_own_and_leaves_others_alone(tmp_path: Path) -> None:
    """Nobody can ring a made-up number; what an operator put on record stays."""
    keep_drill(tmp_path, "ziyang", at=datetime(2026, 11, 1, tzinfo=UTC), by="somebody")
    drills.seed(tmp_path, ("deyang", "ziyang"))
    found = [last_drill(tmp_path, slug) for slug in ("deyang", "ziyang", "meishan")]
    assert [drill and drill.by for drill in found] == ["sandbox", "somebody", None]
