"""A page of docs pasted into a shell beside a running sandbox, as its reader does."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from sandbox.up import Stack

DOCS = Path(__file__).resolve().parents[2] / "docs"


def pasted(page: str, stack: Stack, folder: Path) -> list[Any]:
    """The `data` and, where there are some, the codes of the errors of every answer, in the order of the page.

    `folder` stands for the one in which the sandbox was started.
    """
    (folder / ".sandbox").symlink_to(stack.places.home, target_is_directory=True)
    script = "\n".join(re.findall(r"```sh\n(.*?)```", (DOCS / page).read_text("utf-8"), re.DOTALL))
    environment = {
        **os.environ,
        "GATEWAY": f"{stack.gateway_url}/graphql",
        "ROAM_ISSUER": stack.issuer_url,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }
    ran = subprocess.run(
        ["bash", "-eu", "-c", script],  # noqa: S607
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return [told(json.loads(line)) for line in ran.stdout.splitlines() if line.strip()]


def told(answer: Any) -> Any:
    """The data, with the codes of its errors where there are some."""
    codes = [error["extensions"]["code"] for error in answer.get("errors", ())]
    return answer["data"] | ({"codes": codes} if codes else {})
