"""Step-up: which fields wait for a surer login, and which login would do (RFC 9470).

`extensions.stepUp` is `{acrValues, maxAge, fields}`. `acrValues`: the viewer's own provider's words, any of which suffices for
all the fields, the least first; to be sent as the `acr_values` of a new authorisation request. `maxAge`: seconds since the
login that would still do, null where any age does; no field of this graph demands one. `fields`: dotted response paths, each
once, without positions in lists.
What was answered stays answered, so the status stays 200. Only when nothing was, the challenge is in a header as well.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from graphql import GraphQLError

from schema.response_path import dotted

from .errors import code_of
from .ports import RequestContext

TOO_LOW = "ASSURANCE_TOO_LOW"
KEY = "stepUp"


def step_up(errors: Iterable[GraphQLError], context: RequestContext) -> dict[str, Any]:
    """The `stepUp` entry for an answer with these errors, or nothing."""
    refused = [error for error in errors if code_of(error) == TOO_LOW]
    fields = [dotted(error.path or ()) for error in refused] + [dotted(path) for path, _ in context.too_low]
    levels = [required(error) for error in refused] + [level for _, level in context.too_low]
    if not fields:
        return {}
    values = context.acr_values(level for level in levels if level)
    return {KEY: {"acrValues": list(values), "maxAge": None, "fields": list(dict.fromkeys(fields))}}


def required(error: GraphQLError) -> str | None:
    """The level that the error asks for; None where a city refused without saying."""
    level = (error.extensions or {}).get("required")
    return level if isinstance(level, str) else None


def challenge(data: Any, errors: Sequence[GraphQLError], extensions: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    """The `WWW-Authenticate` header (RFC 9470 §3) of an answer in which everything was refused; else none."""
    found = extensions.get(KEY)
    if not isinstance(found, dict) or answered(data) or any(code_of(error) != TOO_LOW for error in errors):
        return ()
    values = " ".join(value for value in found.get("acrValues", ()) if plain(value))
    parameters = f', acr_values="{values}"' if values else ""
    return (("www-authenticate", f'Bearer error="insufficient_user_authentication"{parameters}'),)


def answered(data: Any) -> bool:
    """Does the answer hold any value at all?"""
    if isinstance(data, dict):
        return any(map(answered, data.values()))
    return any(map(answered, data)) if isinstance(data, list) else data is not None


def plain(value: str) -> bool:
    """Can an acr value stand in a quoted header parameter, one of several?"""
    return value.isascii() and value.isprintable() and not set(value) & set('" \\')
