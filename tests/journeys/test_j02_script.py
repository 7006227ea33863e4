"""The page docs/j2-hospital.md, pasted into a shell beside a running sandbox: every block runs, and tells what the page says."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from sandbox.up import Stack

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "j2-hospital.md"


@pytest.mark.skipif(shutil.which("curl") is None, reason="the page needs curl")
def test_the_page_can_be_pasted(stack: Stack) -> None:
    """Eight answers, in the order of the page."""
    script = "\n".join(re.findall(r"```sh\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL))
    environment = {
        **os.environ,
        "GATEWAY": f"{stack.gateway_url}/graphql",
        "ROAM_ISSUER": stack.issuer_url,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }
    ran = subprocess.run(
        ["bash", "-eu", "-c", script],  # noqa: S607
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    answers = [json.loads(line)["data"] for line in ran.stdout.splitlines() if line.strip()]
    booked, again, log, refused, linked, opened, revoked, closed = answers
    assert booked["bookAppointment"]["appointment"]["source"] == {"agreementId": "2026-001"}
    assert booked["bookAppointment"]["userErrors"] == []
    assert again["bookAppointment"] == booked["bookAppointment"] | {"idempotency": {"replayed": True}}
    assert log["me"]["accessLog"]["nodes"][0]["operation"] == "appointments.book"
    assert error_of(refused)["code"] == "CONSENT_REQUIRED"
    assert error_of(refused)["consent"]["claims"] == ["PAIRWISE_ID", "NAME", "ID_NUMBER", "PHONE"]
    assert linked["linkAccount"]["account"] == {"state": "LINKED"}
    assert opened["bookAppointment"]["appointment"]["state"] == "BOOKED"
    assert revoked["revokeConsent"]["consent"]["state"] == "REVOKED"
    assert closed["me"]["appointments"]["coverage"][0]["code"] == "CONSENT_REQUIRED"


def error_of(answer: Any) -> Any:
    (error,) = answer["bookAppointment"]["userErrors"]
    return error
