"""The page docs/j2-hospital.md, pasted into a shell beside a running sandbox: every block runs, and tells what the page says."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from sandbox.up import Stack
from tests.journeys.pasted import pasted


@pytest.mark.skipif(shutil.which("curl") is None, reason="the page needs curl")
def test_the_page_can_be_pasted(stack: Stack, tmp_path: Path) -> None:
    """Eight answers, in the order of the page."""
    answers = pasted("j2-hospital.md", stack, tmp_path)
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
