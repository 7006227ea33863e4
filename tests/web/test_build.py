"""The vendored page is what its sources build to, byte for byte; otherwise nobody can review it."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

WEB = Path(__file__).parents[2] / "web"


def test_a_rebuild_gives_the_vendored_files_byte_for_byte(tmp_path: Path) -> None:
    node = shutil.which("node")
    if node is None or not (WEB / "node_modules").is_dir():
        pytest.skip("a rebuild needs Node and web/node_modules (cd web && npm ci)")
    command = [node, "node_modules/vite/bin/vite.js", "build", "--outDir", str(tmp_path), "--logLevel", "error"]
    subprocess.run(command, cwd=WEB, check=True, capture_output=True, timeout=120)

    assert contents(tmp_path) == contents(WEB / "dist")


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_the_lock_file_names_no_registry() -> None:
    """Whoever rebuilds uses the registry of their own network."""
    lock = json.loads((WEB / "package-lock.json").read_text("utf-8"))
    assert [name for name, package in lock["packages"].items() if "resolved" in package] == []
