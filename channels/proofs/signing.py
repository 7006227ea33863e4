"""Signatures by template: HMAC-SM3, HMAC-SHA256 and MD5 over a string that the channel spells out.

Names for `string:` and `put:`: method, path (of the URL as sent), sorted_query (percent-encoded), sorted_form (decoded text
of the non-empty fields), body_sm3, body_sha256 (hex of the raw body), timestamp, nonce, app_id, key; in `put:` also
signature.  Values of `put:` that hold no signature are put first, so that a signed form covers them.
Source: GB/T 32905 (SM3), RFC 2104 (HMAC).  Fields without a value do not take part in `sorted_form`.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime

from channels.answer import Failure
from channels.ask import Ask
from channels.declared.models import SignAuth
from channels.proofs.credentials import BadCredential, Clock, Nothing
from channels.protocols.draft import Draft, Form, query_text
from channels.text import dates

GIVEN = ("method", "path", "timestamp", "nonce", "app_id", "key")
COMPUTED = ("sorted_query", "sorted_form", "body_sm3", "body_sha256")
SIGNATURE = "signature"
_NAMES = re.compile(r"\{([a-z_0-9]+)\}")
_ENCODE: Mapping[str, Callable[[bytes], str]] = {
    "hex": bytes.hex,
    "HEX": lambda digest: digest.hex().upper(),
    "base64": lambda digest: base64.b64encode(digest).decode("ascii"),
}


class Signer(Nothing):
    """Signs each draft with its own timestamp and nonce.

    `nonce` makes 32 hexadecimal characters unless a caller passes its own.
    """

    def __init__(
        self,
        rule: SignAuth,
        app_id: str,
        key: str,
        clock: Clock,
        nonce: Callable[[], str] = lambda: secrets.token_hex(16),
    ) -> None:
        if not key or not app_id:
            raise BadCredential(f"{rule.key if not key else rule.app_id} is empty")
        self._rule, self._app_id, self._key, self._clock, self._nonce = rule, app_id, key, clock, nonce
        self._stamp = timestamp(rule.timestamp)
        self._digest = digest(rule.algorithm, key)
        if "{body_sm3}" in rule.string:
            digest("sm3", key)
        puts = list(rule.put.items())
        self._first = [(place, text) for place, text in puts if "{signature}" not in text]
        self._last = [(place, text) for place, text in puts if "{signature}" in text]

    async def apply(self, draft: Draft, ask: Ask) -> Failure | None:
        values = {
            "method": draft.method,
            "path": draft.path,
            "timestamp": self._stamp(self._clock()),
            "nonce": self._nonce(),
            "app_id": self._app_id,
            "key": self._key,
        }
        for place, text in self._first:
            put(draft, place, _fill(text, draft, values))
        text = _fill(self._rule.string, draft, values)
        values["signature"] = _ENCODE[self._rule.encoding](self._digest(text.encode(draft.encoding)))
        for place, template in self._last:
            put(draft, place, _fill(template, draft, values))
        return None


def timestamp(form: str) -> Callable[[datetime], str]:
    """Return: a function from an instant to `ms`, `s` or a pattern such as yyyyMMddHHmmss (Shanghai time)."""
    write = dates.writer({"ms": "epoch_ms", "s": "epoch_s"}.get(form, form))
    return lambda at: str(write(at))


def digest(algorithm: str, key: str) -> Callable[[bytes], bytes]:
    """Return: the digest of a signing string.  Raises: BadCredential: this build of OpenSSL lacks the algorithm."""
    name = algorithm.removeprefix("hmac-")
    try:
        hashlib.new(name, usedforsecurity=False)
    except ValueError as error:
        raise BadCredential(f"{name} is not in this build of OpenSSL") from error
    if algorithm.startswith("hmac-"):
        secret = key.encode("utf-8")
        return lambda data: hmac.new(secret, data, name).digest()
    return lambda data: hashlib.new(name, data, usedforsecurity=False).digest()


def put(draft: Draft, place: str, value: str) -> None:
    """Set a header, or `form.<field>` / `query.<field>`."""
    if place.startswith("query."):
        draft.query.append((place.removeprefix("query."), value))
    elif not place.startswith("form."):
        draft.headers[place] = value
    elif isinstance(draft.content, Form):
        draft.content.fields.append((place.removeprefix("form."), value))


def _fill(template: str, draft: Draft, values: Mapping[str, str]) -> str:
    def one(found: re.Match[str]) -> str:
        name = found[1]
        return values[name] if name in values else _computed(name, draft)

    return _NAMES.sub(one, template)


def _computed(name: str, draft: Draft) -> str:
    match name:
        case "body_sm3" | "body_sha256":
            return hashlib.new(name.removeprefix("body_"), draft.content.encode()).hexdigest()
        case "sorted_query":
            return query_text(sorted(draft.query), draft.encoding)
        case "sorted_form":
            fields = draft.content.fields if isinstance(draft.content, Form) else []
            return "&".join(f"{key}={value}" for key, value in sorted(fields) if value)
        case _:
            return "{" + name + "}"
