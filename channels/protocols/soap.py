"""SOAP 1.1 backends: raw bytes in the city's charset both ways, envelope rule over the Body, faults as refusals."""

from __future__ import annotations

from typing import Any

from channels.answer import Failure
from channels.declared.models import Operation, SoapBackend
from channels.mapping.templates import Scope, compile_headers, compile_url_path, compile_xml
from channels.protocols.draft import Base, Draft, rooted
from channels.protocols.reading import read_text, refuse_pages
from channels.protocols.refusals import ContractBroken, Match, Said, retry_after, unmapped
from channels.protocols.reply import Reply
from channels.protocols.rest import EnvelopeRule
from channels.protocols.soap_envelope import Envelope, read_envelope
from channels.protocols.spoken import Draw, Spoken, Unwrap

TOO_MANY = 429  # RFC 6585 §4


def speak(backend: SoapBackend, operation: Operation, match: Match) -> Spoken:
    """Return: how to ask and how to understand one operation.  Raises: BadPath, BadTemplate."""
    return Spoken(_draw(backend, operation), _unwrap(backend, match), xml_lists=True)


def _draw(backend: SoapBackend, operation: Operation) -> Draw:
    request, base = operation.request, Base.of(backend.base_url)
    path = compile_url_path(rooted(request.path))
    body = compile_xml((request.xml or "").strip())
    own = {"Accept": "text/xml", "Content-Type": f"text/xml; charset={backend.encoding.upper()}"}
    headers = compile_headers(
        {**own, "SOAPAction": f'"{request.soap_action or ""}"', **backend.headers, **request.headers}
    )
    namespaces, encoding = backend.namespaces, backend.encoding

    def draw(scope: Scope) -> Draft:
        content = Envelope(body(scope), namespaces, encoding)
        return Draft("POST", base.origin, base.path + path(scope), [], headers(scope), content, encoding)

    return draw


def _unwrap(backend: SoapBackend, match: Match) -> Unwrap:
    envelope = EnvelopeRule(backend.envelope) if backend.envelope else None
    encoding = backend.encoding

    def unwrap(reply: Reply) -> Any:
        refuse_pages(reply)
        try:
            body = read_envelope(read_text(reply, encoding))
        except ValueError as error:
            if reply.status == TOO_MANY:  # a limit in front of the service bus speaks plain HTTP
                said = Said(reply.status, None, None, retry_after(reply))
                return match(said) or unmapped(said)
            raise ContractBroken(f"HTTP {reply.status}: {error}", status=reply.status, step="parse") from None
        if "Fault" in body:
            return _fault(reply, body["Fault"], body, match)
        if envelope is not None:
            return envelope.open(reply, body, match)
        return match(Said(reply.status, None, body)) or body

    return unwrap


def _fault(reply: Reply, fault: Any, body: Any, match: Match) -> Failure:
    """A `Server` fault that no rule names is no proper answer: whether the city acted is not known (SOAP 1.1 §4.4.1)."""
    written = fault.get("faultcode") if isinstance(fault, dict) else None
    code = written.rpartition(":")[2] if isinstance(written, str) else None
    said = Said(reply.status, code, body, retry_after(reply))
    found = match(said)
    if found is None and (code is None or code.partition(".")[0] == "Server"):
        raise ContractBroken("a SOAP fault of the server", status=reply.status, step="error")
    return found or unmapped(said)
