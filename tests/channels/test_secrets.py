"""Where a secret's value comes from, and that it goes nowhere else."""

from __future__ import annotations

from pathlib import Path

import pytest

from channels.declared.secrets import MissingSecret, Secrets, parse_secrets
from channels.text.written import SecretRef
from tests.channels.deployment import Deployment


def test_sources_are_asked_in_order(tmp_path: Path) -> None:
    """A value set for one process must win over files, and files over the sandbox's placeholders."""
    first, second = tmp_path / "first", tmp_path / "second"
    for folder in (first, second):
        folder.mkdir()
        (folder / "a_key").write_text(f"{folder.name}\n")
    (second / "b_key").write_text("second")
    environ = {"ROAM_SECRET_C_KEY": "env", "ROAM_SECRETS_DIR": str(first), "OTHER": "x"}
    secrets = Secrets.from_environment(environ).extended((second,), {"A_KEY": "sandbox", "D_KEY": "sandbox"})
    assert [secrets.find(name) for name in ("A_KEY", "B_KEY", "C_KEY", "D_KEY", "E_KEY")] == [
        "first", "second", "env", "sandbox", None,
    ]  # fmt: skip
    assert secrets.reveal(SecretRef("A_KEY")) == "first"
    with pytest.raises(MissingSecret, match="secret E_KEY is not set"):
        secrets.reveal("E_KEY")


def test_frozen_secrets_are_those_of_one_moment(tmp_path: Path) -> None:
    """One configuration is one set of values; a mount's own files, and what cannot be read, are none."""
    first, second = tmp_path / "first", tmp_path / "second"
    for folder in (first, second):
        folder.mkdir()
        (folder / "a_key").write_text(f"{folder.name}\n")
    (first / "b_key").write_bytes(b"\xff\xfe")
    (first / "..data").mkdir()
    lazy = Secrets({"C_KEY": "env"}, (first,)).extended((second, tmp_path / "none"), {"A_KEY": "x", "D_KEY": "sandbox"})
    frozen = lazy.frozen()
    (first / "a_key").write_text("changed")
    assert dict(frozen.values) == {"A_KEY": "first", "C_KEY": "env", "D_KEY": "sandbox"}
    assert lazy.frozen() != frozen
    assert frozen.only(["A_KEY", "E_KEY"]) == Secrets({"A_KEY": "first"})


def test_a_secret_is_not_printed() -> None:
    secrets = Secrets({"A_KEY": "hunter2"}).extended((), {"B_KEY": "hunter3"})
    assert "hunter" not in repr(secrets)


def test_a_secrets_file_is_lines() -> None:
    assert parse_secrets("# x\n\nA=1=2\nB = b \nnonsense\n") == ({"A": "1=2", "B": "b"}, [5])


def test_a_bad_line_of_the_secrets_file_is_named_but_not_shown(tmp_path: Path) -> None:
    deployment = Deployment.make(tmp_path, "deyang")
    deployment.write("secrets.sandbox", "DEYANG_APP_ID=x\nDEYANG_APP_KEY=x\nhunter2\n")
    report = deployment.check()
    found = next(item for item in report.found if item.code == "ROAM-317")
    assert found.place.line == 3
    assert found.place.path not in report.sources


def test_without_a_secrets_file_each_missing_secret_is_named(tmp_path: Path) -> None:
    report = Deployment.make(tmp_path, "deyang").check(environment="prod")
    assert {item.en for item in report.found if item.code == "ROAM-304"} == {
        "secret DEYANG_APP_ID is not set in this environment",
        "secret DEYANG_APP_KEY is not set in this environment",
        "secret GATEWAY_TOKEN_KEY is not set in this environment",
    }
