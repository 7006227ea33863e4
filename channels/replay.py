"""Fixtures replayed without a network: what was recorded must become the rows that are expected.

The same compiled operation that will serve draws the request and reads the recorded answer; only the wire is left out.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import orjson

from channels.answer import Answer, Failure
from channels.compiled import Compiled
from channels.converters import Unfit
from channels.diagnostics import Diagnostic, Place, report
from channels.documents import read_document, read_node, shown_path
from channels.draft import Draft, Form
from channels.failures import failure
from channels.fixture_places import Mismatch, blamed
from channels.fixture_words import check_words
from channels.fixtures import Case, FixtureFile, RecordedResponse
from channels.folder import CHANNEL
from channels.lines import SourceText
from channels.models import SoapBackend
from channels.positions import Node, key_place, value_place
from channels.refusals import ContractBroken
from channels.reply import Reply
from channels.rowset import make_page
from channels.snapshot import Channel
from channels.templates import Refused, Scope
from schema.codes import ErrorCode

# A made-up citizen for requests whose fixture names none.
CLAIMS: Mapping[str, str] = {
    "pairwise_id": "p-777",
    "name": "张三",
    "id_number": "510000200001010017",
    "phone": "19900000000",
    "social_card_number": "A00000000",
    "vehicle_plate": "川A00000",
    "address": "某路1号",
    "face_proof": "proof",
}
REQUEST = {"id": "replay-0001", "idempotency_key": "replay-0000-0000-0001"}
_AT = datetime(2000, 1, 1, tzinfo=UTC)  # a recorded answer's time shows nowhere


def check_fixtures(folder: Path, channel: Channel | None) -> tuple[list[Diagnostic], list[SourceText]]:
    """Return: what is wrong with a city's fixtures, and the texts to show it in."""
    found: list[Diagnostic] = []
    sources: list[SourceText] = []
    mismatches: list[Mismatch] = []
    for file in sorted((folder / "fixtures").glob("*.yaml")):
        document = read_document(file, shown_path(file), FixtureFile)
        sources.append(document.source)
        found += document.found
        if document.model is not None and document.node is not None:
            for item in _check(document.model, document.node, channel):
                if isinstance(item, Mismatch):
                    mismatches.append(item)
                else:
                    found.append(item)
    if mismatches:
        found += blamed(mismatches, read_node(folder / CHANNEL, shown_path(folder / CHANNEL)).node)
    return found, sources


def _check(fixture: FixtureFile, node: Node, channel: Channel | None) -> Iterator[Diagnostic | Mismatch]:
    operation = None
    if channel is not None and channel.available:
        known = tuple(channel.operations)
        operation = channel.operations.get(fixture.operation)
        if operation is None:
            place = value_place(node, ("operation",))
            yield report("fixture_operation", place, found=fixture.operation, near=fixture.operation, choices=known)
    wrong: set[int] = set()
    for index, found in check_words(fixture, node, channel) if operation is not None and channel is not None else ():
        wrong.add(index)
        yield found
    for index, case in enumerate(fixture.cases):
        response = case.response
        bodies = sum(body is not None for body in (response.json_body, response.text, response.base64))
        if bodies != 1:
            yield report("fixture_body", key_place(node, ("cases", index, "response")))
        elif operation is not None and channel is not None and index not in wrong:
            xml = isinstance(channel.config.backends[operation.backend], SoapBackend)
            replay = _Replay(operation, case, xml)
            for path, difference in replay.differences():
                yield replay.mismatch(value_place(node, ("cases", index, *path)), difference)


@dataclass(frozen=True, slots=True)
class Difference:
    what: str
    expected: Any
    found: Any


def _shown(value: Any) -> str:
    return f"`{value}`" if isinstance(value, str) else f"`{_json(value).decode()}`"


def _json(value: Any) -> bytes:
    """JSON of whatever a fixture may hold, whole numbers of any length among it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str).encode()


@dataclass(frozen=True, slots=True)
class _Replay:
    """One case of one operation."""

    operation: Compiled
    case: Case
    xml: bool

    def mismatch(self, noticed: Place, difference: Difference) -> Mismatch:
        """A difference with all that says where it comes from."""
        wanted = difference.what == "error" and difference.expected is not None
        return Mismatch(
            operation=self.operation.id,
            backend=self.operation.backend,
            case=self.case.name,
            what=difference.what,
            expected=_shown(difference.expected),
            found=_shown(difference.found),
            noticed=noticed,
            field=self._withheld() if difference.what in ("dropped", "error") and not wanted else "",
            code=str(difference.expected) if wanted else "",
        )

    def _withheld(self) -> str:
        """The field for whose sake the first row is withheld."""
        try:
            data = self.operation.spoken.unwrap(recorded_reply(self.case.response, xml=self.xml))
            items = [] if isinstance(data, Failure) else self.operation.items(data)
        except ContractBroken:
            return ""
        for item in items:
            try:
                self.operation.read(item)
            except Unfit as unfit:
                return str(unfit).partition(":")[0]
        return ""

    def differences(self) -> Iterator[tuple[tuple[str, ...], Difference]]:
        """Each difference with the path of what was expected."""
        try:
            draft = self.operation.spoken.draw(self._scope())
        except (Unfit, Refused, UnicodeEncodeError) as error:
            yield ("args",), Difference("args", "a request", str(error))
            return
        yield from self._request(draft)
        yield from self._answer(self._read())

    def _scope(self) -> Scope:
        args = dict(self.case.args)
        claims = dict(CLAIMS) | {str(key): value for key, value in self.case.claims.items()}
        citizen = {key: claims[key] for key in self.operation.needs}
        batch = self.operation.batch
        keys: list[Any] = args.get(batch.by.removeprefix("args."), []) if batch else []
        page = self.operation.pages.values(None)
        return Scope(args, citizen, self.operation.variables(args), page, REQUEST, {"keys": keys})

    def _request(self, draft: Draft) -> Iterator[tuple[tuple[str, ...], Difference]]:
        wanted = self.case.request
        if wanted is None:
            return
        body = draft.content
        sent: dict[str, Any] = {"method": draft.method, "path": unquote(draft.path), "query": dict(draft.query)}
        if isinstance(body, Form):
            sent["form"] = dict(body.fields)
        elif wanted.xml is not None:
            sent["xml"] = body.encode().decode(draft.encoding)
        elif wanted.json_body is not None:
            sent["json"] = orjson.loads(body.encode() or b"null")
        for name, value in wanted.model_dump(by_alias=True, exclude_unset=True).items():
            if name == "headers":
                value = {key.lower(): text for key, text in value.items()}
                sent[name] = {key.lower(): text for key, text in draft.headers.items() if key.lower() in value}
            if sent.get(name) != value:
                yield ("request", name), Difference(f"request.{name}", value, sent.get(name))

    def _read(self) -> Answer:
        reply = recorded_reply(self.case.response, xml=self.xml)
        try:
            data = self.operation.spoken.unwrap(reply)
            return data if isinstance(data, Failure) else make_page(self.operation, data, None, at=_AT)
        except ContractBroken as broken:
            return failure(ErrorCode.BACKEND_CONTRACT_BROKEN, str(broken))

    def _answer(self, answer: Answer) -> Iterator[tuple[tuple[str, ...], Difference]]:
        expect = self.case.expect
        if isinstance(answer, Failure):
            if expect.error != answer.code:
                found = f"{answer.code}: {answer.detail}" if answer.detail else str(answer.code)
                yield ("expect",), Difference("error", expect.error, found)
            return
        if expect.error is not None:
            yield ("expect", "error"), Difference("error", expect.error, None)
            return
        if (expect.dropped or 0) != answer.dropped:
            yield ("expect", "dropped"), Difference("dropped", expect.dropped or 0, answer.dropped)
            return
        if expect.items is not None and expect.items != len(answer.rows):
            yield ("expect", "items"), Difference("items", expect.items, len(answer.rows))
            return
        first = answer.rows[0] if answer.rows else {}
        for name, wanted in expect.first.items():
            value = first.get(name)
            plain = value["amount"] if isinstance(value, dict) and "currency" in value else value
            if wanted not in (plain, value):
                yield ("expect", "first", name), Difference(name, wanted, plain)


def recorded_reply(recorded: RecordedResponse, *, xml: bool) -> Reply:
    """A recorded answer as it would come from the wire."""
    headers = {"content-type": "text/xml" if xml else "application/json"}
    headers |= {name.lower(): value for name, value in recorded.headers.items()}
    if recorded.base64 is not None:
        try:
            body = base64.b64decode(recorded.base64, validate=True)
        except binascii.Error:
            body = b""
    elif recorded.text is not None:
        body = recorded.text.encode()
    else:
        body = _json(recorded.json_body)
    return Reply(recorded.status, headers, body)


def replayed(operation: Compiled, case: Case, *, xml: bool) -> Answer:
    """Return: what a recorded answer becomes, whatever its case expects."""
    return _Replay(operation, case, xml)._read()
