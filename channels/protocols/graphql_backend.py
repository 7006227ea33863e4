"""GraphQL backends: one ordinary operation per call, over POST.

An answer with `errors` is a refusal, its code the first error's `extensions.code`; partial data beside it is not used.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from channels.answer import Failure
from channels.declared.models import FederationBackend, GraphqlBackend, Operation
from channels.mapping.templates import Scope, compile_headers, compile_json, compile_url_path
from channels.protocols.draft import Base, Bytes, Draft, rooted
from channels.protocols.reading import read_error_body, read_json, refuse_pages
from channels.protocols.refusals import ContractBroken, Match, Said, retry_after, unmapped
from channels.protocols.reply import Reply
from channels.protocols.spoken import Draw, Spoken, Unwrap


def speak(backend: GraphqlBackend | FederationBackend, operation: Operation, match: Match) -> Spoken:
    """Return: how to ask and how to understand one operation.  Raises: BadPath, BadTemplate."""
    return Spoken(_draw(backend, operation), _unwrap(match))


def _draw(backend: GraphqlBackend | FederationBackend, operation: Operation) -> Draw:
    request, base = operation.request, Base.of(backend.base_url)
    path = compile_url_path(rooted(request.path))
    variables = compile_json(request.variables)
    accept = "application/graphql-response+json, application/json;q=0.9"
    headers = compile_headers(
        {"Accept": accept, "Content-Type": "application/json", **backend.headers, **request.headers}
    )
    query = request.graphql or ""

    def draw(scope: Scope) -> Draft:
        content = Bytes(orjson.dumps({"query": query, "variables": variables(scope)}))
        return Draft("POST", base.origin, base.path + path(scope), [], headers(scope), content)

    return draw


def _unwrap(match: Match) -> Unwrap:
    def unwrap(reply: Reply) -> Any:
        refuse_pages(reply)
        body = read_json(reply, "utf-8") if reply.status < 400 else read_error_body(reply, "utf-8")
        errors = body.get("errors") if isinstance(body, dict) else None
        if errors or reply.status >= 400:
            return _refusal(reply, body, errors, match)
        data = body.get("data") if isinstance(body, dict) else None
        if not isinstance(data, dict):
            raise ContractBroken(
                "a GraphQL answer without data and without errors", status=reply.status, step="envelope"
            )
        return data

    return unwrap


def _refusal(reply: Reply, body: Any, errors: Any, match: Match) -> Failure:
    said = Said(reply.status, _code(errors), body, retry_after(reply))
    found = match(said)
    if found is None and reply.status >= 500:
        raise ContractBroken(f"HTTP {reply.status} without a declared error", status=reply.status, step="error")
    return found or unmapped(said)


def _code(errors: Any) -> str | None:
    """The code of the first error that has one."""
    for error in errors if isinstance(errors, list) else ():
        extensions = error.get("extensions") if isinstance(error, Mapping) else None
        code = extensions.get("code") if isinstance(extensions, Mapping) else None
        if isinstance(code, str | int) and not isinstance(code, bool):
            return str(code)
    return None
