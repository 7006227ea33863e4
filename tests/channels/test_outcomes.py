"""A channel says how a lost write is found out; what cannot tell is refused at its place, and what a city says counts as it stands."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from channels.answer import Page
from channels.deployment.snapshot import Channel
from channels.failures import failure
from channels.protocols.outcomes import Happened, NotDone, Unclear, arguments, verdict
from schema.codes import ErrorCode
from schema.operations import OPERATIONS
from tests.channels.deployment import Deployment, errors

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
DEYANG = "deyang/channel.yaml"
PAY = 'outcome: {operation: requests.outcome, match: {operation: pay, number: "${request.idempotency_key}"}, after: 5s}'


@cache
def channel(slug: str, folder: Path) -> Channel:
    loaded = Deployment.make(folder).load()
    assert loaded.snapshot is not None
    return loaded.snapshot.channels[slug]


@pytest.fixture(scope="module")
def deyang(tmp_path_factory: pytest.TempPathFactory) -> Channel:
    return channel("deyang", tmp_path_factory.mktemp("all"))


def said(**row: Any) -> Page:
    return Page(({"answer": None, "code": None, **row},), 0, None, None, NOW)


def test_what_was_done_is_read_with_the_writes_own_mapping(deyang: Channel) -> None:
    """The city repeats its answer; the row is the one that the write would have given."""
    answer = {"orderNo": "DYP-1", "payUrl": "https://pay.example/1", "state": "PROCESSING"}
    found = verdict(deyang.operations["bills.pay"], said(state="DONE", answer=answer), at=NOW)
    assert isinstance(found, Happened)
    assert found.page.rows[0]["cashierUrl"] == "https://pay.example/1"


def test_a_refusal_is_told_in_the_codes_of_the_write(deyang: Channel) -> None:
    found = verdict(deyang.operations["bills.pay"], said(state="REFUSED", code="46003"), at=NOW)
    assert isinstance(found, NotDone)
    assert found.refusal is not None
    assert found.refusal.code is ErrorCode.CONFLICT


@pytest.mark.parametrize(
    ("answer", "absent"),
    [
        (said(state="ABSENT"), True),
        (said(state="PENDING"), False),
        (said(state="DONE", answer={"orderNo": "without an address"}), False),
        (said(state="DONE"), False),
        (Page((), 0, None, None, NOW), False),
        (failure(ErrorCode.NOT_FOUND), False),
        (failure(ErrorCode.BACKEND_UNREACHABLE), False),
    ],
    ids=["absent", "pending", "unreadable", "empty", "nothing", "404", "down"],
)
def test_only_the_citys_own_word_counts_as_never_arrived(deyang: Channel, answer: Any, absent: bool) -> None:
    """An error is no answer to the question: a payment may stand behind it."""
    found = verdict(deyang.operations["bills.pay"], answer, at=NOW)
    assert isinstance(found, Unclear)
    assert found.absent is absent


def test_the_city_is_asked_by_our_request_number(deyang: Channel) -> None:
    outcome = deyang.config.operations["bills.pay"].outcome
    assert outcome is not None
    assert arguments(outcome, {"billId": "b"}, "n") == {"operation": "pay", "number": "n"}


def test_every_write_of_every_city_can_be_asked_about_except_one(tmp_path: Path) -> None:
    """Leshan's old platform cannot say what became of a one-time address: a person settles that."""
    loaded = Deployment.make(tmp_path).load()
    assert loaded.snapshot is not None
    without = [
        f"{slug} {name}"
        for slug, each in loaded.snapshot.channels.items()
        for name, operation in each.config.operations.items()
        if OPERATIONS[name].kind == "write" and operation.outcome is None
    ]
    assert without == ["leshan account.launch"]
    remarks = [item for item in loaded.diagnostics if item.code == "ROAM-343"]
    assert [str(item.place.path).split("/")[-2] for item in remarks] == ["leshan"]


@pytest.mark.parametrize(
    ("old", "new", "code", "message"),
    [
        (PAY, PAY.replace("requests.outcome", "request.outcome"), "ROAM-306", "no `request.outcome` under operations"),
        (
            PAY,
            PAY.replace("requests.outcome", "applications.submit"),
            "ROAM-331",
            "cannot say what became of a request",
        ),
        (PAY, PAY.replace("requests.outcome", "bills.list"), "ROAM-331", "cannot say what became of a request"),
        (PAY, PAY.replace("number:", "numbr:"), "ROAM-410", "has no argument `numbr`"),
        (PAY, PAY.replace("${request.idempotency_key}", "${args.billId}"), "ROAM-331", "outcome.match needs number"),
        (PAY, PAY.replace("operation: pay", 'operation: "${args.what}"'), "ROAM-409", "`${args.what}` names nothing"),
        (
            'state: {from: result, enum: {"1": DONE, "2": REFUSED, "0": ABSENT}}',
            'state: {from: result, enum: {"1": DONE, "2": DONE, "0": GONE}}',
            "ROAM-203",
            "`GONE` is not one of",
        ),
        (
            "    cache: {ttl: 30s, scope: citizen}\n\n  applications.get:",
            f"    {PAY}\n\n  applications.get:",
            "ROAM-331",
            "`applications.list` only reads",
        ),
        (
            "    deliver_later: true ",
            "    deliver_later: false ",
            "",
            "",
        ),
        (
            PAY,
            f"{PAY}\n    deliver_later: true",
            "ROAM-332",
            "`bills.pay` cannot be delivered later",
        ),
        (
            'match: {operation: case, number: "${request.idempotency_key}"}, after: 5s}\n',
            'match: {operation: case, number: "${request.idempotency_key}"}, after: 5}\n',
            "ROAM-205",
            "`5` is not a duration",
        ),
    ],
)
def test_an_outcome_that_cannot_tell_is_refused_at_its_place(
    tmp_path: Path, old: str, new: str, code: str, message: str
) -> None:
    """Better at the desk than on the day that an answer is lost."""
    deployment = Deployment.make(tmp_path, "deyang")
    deployment.edit(DEYANG, old, new)
    found = errors(deployment.check(only="deyang"))
    assert [item.code for item in found][:1] == ([code] if code else [])
    if code:
        assert message in found[0].en
        assert found[0].place.line > 1
