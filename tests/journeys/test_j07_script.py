"""The page docs/j7-payment.md, pasted into a shell beside a running sandbox: every block runs, and tells what the page says."""

import shutil
from pathlib import Path

import pytest

from sandbox.up import Stack
from tests.journeys.pasted import pasted

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.skipif(shutil.which("curl") is None, reason="the page needs curl")
def test_the_page_can_be_pasted(tmp_path: Path) -> None:
    """Seven answers, in the order of the page; in a sandbox of its own, for a bill can be paid once."""
    (folder := tmp_path / "folder").mkdir()
    with Stack.start(ROOT / "cities", tmp_path / "home") as stack:
        conflict, ordered, again, done, lost, known, log = pasted("j7-payment.md", stack, folder)
    assert [error["code"] for error in conflict["payBill"]["userErrors"]] == ["CONFLICT"]
    assert conflict["payBill"]["bill"]["state"] == "UNPAID"
    assert (ordered["payBill"]["bill"]["state"], ordered["payBill"]["userErrors"]) == ("PROCESSING", [])
    assert again["payBill"] == ordered["payBill"] | {"idempotency": {"replayed": True}}
    assert [error["code"] for error in done["payBill"]["userErrors"]] == ["ALREADY_DONE"]
    assert done["payBill"]["bill"]["state"] == "PAID"
    assert lost["codes"] == ["OUTCOME_UNKNOWN"]
    assert known["payBill"]["bill"]["state"] == "PROCESSING"
    assert known["payBill"]["idempotency"] == {"replayed": True}
    writes = [row for row in log["me"]["accessLog"]["nodes"] if row["operation"] == "bills.pay"]
    assert [(row["outcome"], row["settled"]) for row in writes] == [("OK", True), ("UNKNOWN", False)]
    assert {row["agreementId"] for row in writes} == {"2026-002"}
