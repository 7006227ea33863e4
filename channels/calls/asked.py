"""An ask as one operation of a city takes it: the claims that it declares and no other, and what its templates are filled from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from channels.answer import Failure
from channels.ask import Ask
from channels.failures import failure
from channels.mapping.templates import Scope
from channels.proofs.gateway_token import on_behalf
from channels.protocols.compiled import Compiled
from schema.codes import ErrorCode


def bounded(operation: Compiled, ask: Ask) -> Ask:
    """Return: the ask with only the claims that the operation declares; a public one says nothing of the asker."""
    claims = {key: ask.claims[key] for key in operation.needs if key in ask.claims}
    if not operation.needs:
        return replace(ask, claims=claims, assurance="ANONYMOUS", behalf=None)
    return replace(ask, claims=claims, behalf=on_behalf(ask))


def missing(operation: Compiled, ask: Ask) -> Failure | None:
    """Why the ask cannot be put as it is: a claim that nobody has given, a write without its key."""
    lacking = [key for key in operation.needs if not ask.claims.get(key)]
    if lacking:
        code = ErrorCode.UNAUTHENTICATED if ask.subject is None else ErrorCode.ASSURANCE_TOO_LOW
        return failure(code, f"{operation.id} needs {', '.join(lacking)}")
    if operation.write and not ask.idempotency_key:
        return failure(ErrorCode.INVALID_INPUT, "a write without an idempotency key")
    return None


def scope_of(operation: Compiled, ask: Ask, page: Mapping[str, Any], batch: Mapping[str, Any]) -> Scope:
    """Return: everything that a template of the operation may name, at one page and for one batch of keys."""
    request = {"id": ask.request_id, "idempotency_key": ask.idempotency_key}
    return Scope(ask.args, ask.claims, operation.variables(ask.args), page, request, batch)
