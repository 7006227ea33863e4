"""REST backends: JSON or form bodies, an optional envelope around every answer.

An answer is taken apart in this order: a page or a redirect is broken; a status of 400 and more is a refusal; an envelope
that is not ok is a refusal if it names a code, broken if it does not; otherwise the data.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson

from channels.answer import Failure
from channels.declared.models import Envelope, Operation, RestBackend
from channels.mapping.converters import Unfit, text
from channels.mapping.paths import Getter, compile_path
from channels.mapping.templates import Scope, compile_headers, compile_json, compile_pairs, compile_url_path
from channels.protocols.draft import Base, Bytes, Draft, Form, rooted
from channels.protocols.reading import read_error_body, read_json, refuse_pages
from channels.protocols.refusals import ContractBroken, Match, Said, retry_after, unmapped
from channels.protocols.reply import Reply
from channels.protocols.spoken import Draw, Spoken, Unwrap


def speak(backend: RestBackend, operation: Operation, match: Match) -> Spoken:
    """Return: how to ask and how to understand one operation.  Raises: BadPath, BadTemplate."""
    return Spoken(_draw(backend, operation), _unwrap(backend, match))


def _draw(backend: RestBackend, operation: Operation) -> Draw:
    request, base = operation.request, Base.of(backend.base_url)
    path = compile_url_path(rooted(request.path))
    query = compile_pairs(request.query)
    headers = compile_headers({"Accept": "application/json", **backend.headers, **request.headers})
    encoding = backend.encoding
    fill = _body(backend, operation)
    verb = request.verb

    def draw(scope: Scope) -> Draft:
        content, content_type = fill(scope)
        made = headers(scope)
        if content_type:
            made.setdefault("Content-Type", content_type)
        return Draft(verb, base.origin, base.path + path(scope), query(scope), made, content, encoding)

    return draw


def _body(backend: RestBackend, operation: Operation) -> Callable[[Scope], tuple[Bytes | Form, str]]:
    request, encoding = operation.request, backend.encoding
    if request.form is not None or (backend.format == "form" and request.json_body is None and request.verb == "POST"):
        fields = compile_pairs(request.form or {})
        charset = "" if encoding == "utf-8" else f"; charset={encoding}"
        return lambda scope: (Form(fields(scope), encoding), f"application/x-www-form-urlencoded{charset}")
    if request.json_body is None:
        return lambda scope: (Bytes(), "")
    fill = compile_json(request.json_body)
    if encoding == "utf-8":
        return lambda scope: (Bytes(orjson.dumps(fill(scope))), "application/json; charset=utf-8")
    return lambda scope: (
        Bytes(orjson.dumps(fill(scope)).decode().encode(encoding)),
        f"application/json; charset={encoding}",
    )


def _unwrap(backend: RestBackend, match: Match) -> Unwrap:
    envelope = EnvelopeRule(backend.envelope) if backend.envelope else None
    encoding = backend.encoding

    def unwrap(reply: Reply) -> Any:
        refuse_pages(reply)
        if reply.status >= 400:
            return _refusal(reply, encoding, envelope, match)
        body = read_json(reply, encoding)
        if envelope is not None:
            return envelope.open(reply, body, match)
        return match(Said(reply.status, None, body)) or body

    return unwrap


def _refusal(reply: Reply, encoding: str, envelope: EnvelopeRule | None, match: Match) -> Failure:
    body = read_error_body(reply, encoding)
    code = envelope.code(body) if envelope else None
    said = Said(reply.status, code, body, retry_after(reply))
    found = match(said)
    if found is None and reply.status >= 500 and code is None:
        raise ContractBroken(f"HTTP {reply.status} without an envelope", status=reply.status, step="error")
    return found or unmapped(said)


class EnvelopeRule:
    """The wrapper around every answer, compiled."""

    def __init__(self, rule: Envelope) -> None:
        self._code = compile_path(rule.code) if rule.code else None
        self._data = compile_path(rule.data)
        self._ok: Getter | None = compile_path(rule.ok) if rule.ok else None
        self._ok_codes = frozenset(rule.ok_codes)

    def code(self, body: Any) -> str | None:
        """The city's own code as text, None when there is none."""
        try:
            return None if self._code is None else text(self._code(body)).strip() or None
        except Unfit:
            return None

    def open(self, reply: Reply, body: Any, match: Match) -> Any:
        """Return: the data, or a Failure.  Raises: ContractBroken: not the declared wrapper."""
        code = self.code(body)
        if self._ok(body) is True if self._ok is not None else code in self._ok_codes:
            return self._data(body)
        if code is None:
            raise ContractBroken(
                f"the envelope is not as declared (HTTP {reply.status})", status=reply.status, step="envelope"
            )
        said = Said(reply.status, code, body, retry_after(reply))
        return match(said) or unmapped(said)
