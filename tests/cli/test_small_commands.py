"""The commands that a diagnostic's hint names: they exist and do what the hint says."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def roam(*words: str, given: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "cli.main", *words],
        cwd=ROOT,
        input=given,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def test_a_file_saved_as_gbk_becomes_utf8(tmp_path: Path) -> None:
    """Windows Notepad is what operators have."""
    file = tmp_path / "channel.yaml"
    file.write_bytes("name: 德阳市\n".encode("gbk"))
    assert roam("fmt", str(file)).returncode == 1
    assert roam("fmt", "--to-utf8", str(file)).returncode == 0
    assert file.read_text("utf-8") == "name: 德阳市\n"
    assert "already" in roam("fmt", "--to-utf8", str(file)).stdout


def test_a_file_saved_as_unicode_becomes_utf8(tmp_path: Path) -> None:
    """Notepad's `Unicode` is UTF-16."""
    file = tmp_path / "channel.yaml"
    file.write_bytes("name: 德阳市\n".encode("utf-16"))
    assert "UTF-16" in roam("fmt", str(file)).stderr
    assert roam("fmt", "--to-utf8", str(file)).returncode == 0
    assert file.read_text("utf-8") == "name: 德阳市\n"


def test_a_file_in_no_known_encoding_is_left_alone(tmp_path: Path) -> None:
    """Guessing would destroy it."""
    file = tmp_path / "channel.yaml"
    file.write_bytes(b"\xff\xff\xff")
    assert roam("fmt", "--to-utf8", str(file)).returncode == 1
    assert file.read_bytes() == b"\xff\xff\xff"


def test_a_secret_is_set_for_its_owner_alone_and_never_shown(tmp_path: Path) -> None:
    """The hint of ROAM-304 says to run this."""
    ended = roam("secrets", "set", "DEYANG_APP_KEY", given="top-secret-value\n", ROAM_SECRETS_DIR=str(tmp_path))
    assert ended.returncode == 0
    assert "top-secret-value" not in ended.stdout
    file = tmp_path / "deyang_app_key"
    assert file.read_text("utf-8") == "top-secret-value\n"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    listed = roam("secrets", "list", ROAM_SECRETS_DIR=str(tmp_path)).stdout
    assert "top-secret-value" not in listed
    assert next(line for line in listed.splitlines() if line.startswith("DEYANG_APP_KEY ")).split()[1] == "set"


@pytest.mark.parametrize(
    ("topic", "words"), [("mapping", ["JMESPath", "money.fen"]), ("roam-205", ["duration", "时长"])]
)
def test_a_topic_is_explained_in_both_languages(topic: str, words: list[str]) -> None:
    """A code on the screen is a question."""
    ended = roam("explain", topic)
    assert ended.returncode == 0
    assert all(word in ended.stdout for word in words)


@pytest.mark.parametrize(
    ("topic", "told"), [("ROAM-999", "ROAM-101"), ("ROAM-411", "ROAM-408"), ("UNAUTHENTICATED", "docs/errors.md")]
)
def test_an_unknown_code_names_what_is_near(topic: str, told: str) -> None:
    """A typing mistake is mended at once; a code of the graph stands elsewhere."""
    ended = roam("explain", topic)
    assert ended.returncode == 1
    assert told in ended.stderr
    assert len(ended.stderr) < 800


@pytest.mark.parametrize("topic", ["roam408", "ROAM 408", "408", "roam-408"])
def test_a_code_is_known_however_it_is_typed(topic: str) -> None:
    ended = roam("explain", topic, "--lang", "zh")
    assert ended.returncode == 0
    assert ended.stdout.startswith("ROAM-408 (错误)")


def test_no_value_is_no_secret(tmp_path: Path) -> None:
    """A pipe that is empty must not blank what was set before; and nothing but the value is read of one."""
    assert roam("secrets", "set", "DEYANG_APP_KEY", given="one\n", ROAM_SECRETS_DIR=str(tmp_path)).stderr == ""
    ended = roam("secrets", "set", "DEYANG_APP_KEY", ROAM_SECRETS_DIR=str(tmp_path))
    assert ended.returncode == 2
    assert (tmp_path / "deyang_app_key").read_text("utf-8") == "one\n"
