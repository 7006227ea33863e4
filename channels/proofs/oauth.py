"""OAuth 2 client credentials: one token for the backend, fetched once for all who wait, renewed before it ends.

Source: RFC 6749 §4.4 and §2.3.1.  A 401 from the city throws the token away and is asked again once with a new one; that
holds for writes too, for the city said that it did not act.
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias
from urllib.parse import quote_plus, urlencode

import orjson

from channels.answer import Failure
from channels.ask import Ask
from channels.declared.models import OAuth2ClientAuth
from channels.failures import failure
from channels.proofs.credentials import BadCredential, Nothing
from channels.protocols.draft import Draft
from channels.protocols.transport import Fault, Reply
from schema.codes import ErrorCode

DEFAULT_LIFE_SECONDS: Final = 300.0  # RFC 6749 §5.1 leaves `expires_in` optional
Post: TypeAlias = Callable[[str, Mapping[str, str], bytes, float], Awaitable[Reply | Fault]]


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    renew_at: float


class ClientCredentials(Nothing):
    """A bearer token from `token_url`.  `post` sends on the backend's own transport; `now` is loop time."""

    def __init__(
        self, rule: OAuth2ClientAuth, client_id: str, client_secret: str, *, post: Post, now: Callable[[], float]
    ) -> None:
        if not client_id or not client_secret:
            raise BadCredential("client id or secret is empty")
        self._rule, self._id, self._secret, self._post, self._now = rule, client_id, client_secret, post, now
        self._token: _Token | None = None
        self._fetching = asyncio.Lock()

    async def apply(self, draft: Draft, ask: Ask) -> Failure | None:
        token = self._fresh() or await self._renewed(ask.deadline)
        if isinstance(token, Failure):
            return token
        draft.headers["Authorization"] = f"Bearer {token.text}"
        return None

    def refused(self) -> bool:
        self._token = None
        return True

    def _fresh(self) -> _Token | None:
        token = self._token
        return token if token is not None and self._now() < token.renew_at else None

    async def _renewed(self, deadline: float) -> _Token | Failure:
        try:
            async with asyncio.timeout_at(deadline), self._fetching:
                return self._fresh() or await self._fetch(deadline)
        except TimeoutError:
            return failure(ErrorCode.BACKEND_TIMEOUT, "no token in time")

    async def _fetch(self, deadline: float) -> _Token | Failure:
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        fields = {"grant_type": "client_credentials"}
        if self._rule.scope:
            fields["scope"] = self._rule.scope
        if self._rule.audience:
            fields["audience"] = self._rule.audience
        if self._rule.send == "basic":
            pair = f"{quote_plus(self._id)}:{quote_plus(self._secret)}".encode("ascii")
            headers["Authorization"] = "Basic " + base64.b64encode(pair).decode("ascii")
        else:
            fields |= {"client_id": self._id, "client_secret": self._secret}
        reply = await self._post(self._rule.token_url, headers, urlencode(fields).encode("ascii"), deadline)
        token = self._read(reply)
        if isinstance(token, _Token):
            self._token = token
        return token

    def _read(self, reply: Reply | Fault) -> _Token | Failure:
        if isinstance(reply, Fault):
            code = ErrorCode.BACKEND_TIMEOUT if reply.kind == "timeout" else ErrorCode.BACKEND_UNREACHABLE
            return failure(code, f"token endpoint: {reply.detail}")
        if reply.status >= 500:
            return failure(ErrorCode.BACKEND_UNREACHABLE, f"token endpoint: HTTP {reply.status}")
        if reply.status != 200:
            return failure(ErrorCode.BACKEND_REJECTED, f"token endpoint: HTTP {reply.status}")
        try:
            body = orjson.loads(reply.body)
            text, life = body["access_token"], float(body.get("expires_in", DEFAULT_LIFE_SECONDS))
        except (ValueError, KeyError, TypeError, AttributeError):
            return failure(ErrorCode.BACKEND_CONTRACT_BROKEN, "token endpoint: not a token answer")
        if not isinstance(text, str) or not text.isascii() or not text.isprintable() or not text:
            return failure(ErrorCode.BACKEND_CONTRACT_BROKEN, "token endpoint: not a token answer")
        # A leeway longer than the token's life would fetch on every call.
        leeway = min(self._rule.leeway.total_seconds(), life / 2)
        return _Token(text, self._now() + life - leeway)
