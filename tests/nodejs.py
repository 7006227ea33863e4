"""Programs of others, from npm, that judge us: run with Node out of a folder of `tests` whose packages are installed (`npm ci`).

Without Node or the packages a test skips, saying so; with ROAM_REQUIRE_ALL=1 such a skip is a failure (tests/conftest.py).
"""

import asyncio
import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

TESTS = Path(__file__).resolve().parent
SECONDS = 120


@dataclass(frozen=True)
class Node:
    """Node in one folder of packages."""

    path: str
    folder: Path

    async def judged(self, script: str, argument: str) -> Any:
        """Run one script of the folder; returns what it reports as JSON."""
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(
            self.path, str(self.folder / script), argument, cwd=self.folder, stdout=pipe, stderr=pipe
        )
        out, err = await asyncio.wait_for(process.communicate(), SECONDS)
        assert out, err.decode()
        return json.loads(out)


def node_or_skip(name: str, package: str) -> Node:
    """Node in `tests/NAME`, where `package` is installed."""
    path, folder = shutil.which("node"), TESTS / name
    if path is None:
        pytest.skip("Node is not installed")
    if not (folder / "node_modules" / package).is_dir():
        pytest.skip(f"the packages of tests/{name} are not installed (npm ci)")
    return Node(path, folder)
