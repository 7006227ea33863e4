"""Sign-in for browsers: no page ever holds a token.

`begin` sends the browser to its provider, `finish` takes the answer and opens a session, `viewer` says whom a request
with the session's cookie speaks for, `status` what a page may know of it, `end` ends it. A cookie travels with every
request of the browser, also one that a stranger's page sent; so a request counts only with the session's own word
(`X-Roam-CSRF`), which only pages of this origin can read, or, on a WebSocket, from a page of this origin.
"""

import asyncio
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from weakref import WeakValueDictionary

import aiohttp

from identity.addresses import Addresses, Served
from identity.admission import Presented
from identity.attempts import LIFETIME, Attempt, opened, safe_return
from identity.authentication import Authentication
from identity.code_flow import SignInFailed, Tokens, authorization_url, client_of, redeem, refreshed
from identity.cookies import SESSION, SIGN_IN, Cookie
from identity.id_token import check_id_token
from identity.provider import Metadata, ProviderError
from identity.refusal import Refusal, RefusalReason
from identity.seal import Sealer
from identity.sessions import Session, Sessions
from identity.viewer import Viewer

CSRF_HEADER = "x-roam-csrf"
CALLBACK_PATH = "/auth/callback"
PASSED_ON = ("login_hint", "prompt", "acr_values", "max_age", "ui_locales")  # OpenID Connect Core §3.1.2.1
MAX_PASSED_CHARS = 200
MAX_SESSION_TOKEN_CHARS = 6_000  # what is sealed has a bound
RENEW_BEFORE = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Going:
    """Where the browser goes next, and what it keeps: Set-Cookie values. `failed` where the sign-in came to nothing."""

    to: str
    cookies: tuple[str, ...] = ()
    failed: SignInFailed | None = None


@dataclass(frozen=True, slots=True)
class Status:
    """What a page of ours may know: who signed in as the gateway sees them, the word for requests, and when it ends at
    the latest; unused it ends earlier.
    """

    viewer: Viewer
    csrf: str = field(repr=False)
    ends_at: datetime


class BrowserSignIn:
    """Sign-in, sessions and sign-out of browsers; one instance per process."""

    def __init__(
        self,
        authentication: Authentication,
        sessions: Sessions,
        *,
        sealer: Sealer,
        addresses: Addresses,
        http: aiohttp.ClientSession,
        allowed_origins: tuple[str, ...] = (),
    ) -> None:
        self._authentication = authentication
        self._sessions = sessions
        self._sealer = sealer
        self._addresses = addresses
        self._http = http
        self._allowed = allowed_origins
        self._renewing: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def begin(self, served: Served, asked: Mapping[str, str], now: datetime) -> Going:
        """To the provider. `asked`: `return` (a path here), `issuer`, and what is passed on. Raises SignInFailed."""
        return_to = asked.get("return", "/")
        if not safe_return(return_to):
            raise SignInFailed("BAD_RETURN")
        issuers = [one for one in self._authentication.issuers.values() if one.client is not None]
        issuer = next((one for one in issuers if asked.get("issuer") in (None, one.url)), None)
        if issuer is None:
            raise SignInFailed("NO_PROVIDER")
        redirect_uri = self._addresses.origin(served) + CALLBACK_PATH
        attempt = Attempt(issuer.url, return_to, redirect_uri, now.timestamp())
        passed = {name: asked[name][:MAX_PASSED_CHARS] for name in PASSED_ON if asked.get(name)}
        url = authorization_url(issuer, await self._metadata(issuer.url, now), attempt, passed)
        kept = Cookie.of(SIGN_IN, self._addresses, served).written(attempt.sealed(self._sealer), LIFETIME)
        return Going(url, (kept,))

    async def finish(self, served: Served, cookies: str | None, answer: Mapping[str, str], now: datetime) -> Going:
        """Back to the page, signed in or told why not. Raises SignInFailed: the answer fits no sign-in of this browser."""
        kept = Cookie.of(SIGN_IN, self._addresses, served)
        attempt = opened(kept.read(cookies), self._sealer, now)
        if attempt is None or not hmac.compare_digest(attempt.state.encode(), answer.get("state", "").encode()):
            raise SignInFailed("STATE_MISMATCH")
        if not await self._sessions.answer_once(attempt.state, now):
            raise SignInFailed("STATE_MISMATCH")
        try:
            tokens = await self._answered(attempt, answer, now)
        except SignInFailed as failed:
            return Going(attempt.return_to, (kept.dropped(),), failed)
        ours = Cookie.of(SESSION, self._addresses, served)
        if (former := ours.read(cookies)) and (old := await self._sessions.find(former, now)):
            await self._sessions.end(old.key)
        text, _ = await self._sessions.open(attempt.issuer, tokens.access, tokens.refresh, now)
        lasting = ours.written(text, self._sessions.lifetimes.absolute)
        return Going(attempt.return_to, (kept.dropped(), lasting))

    async def viewer(self, presented: Presented, now: datetime) -> Viewer | Refusal | None:
        """The citizen a request's cookie speaks for; None where there is no cookie. Raises StorageError."""
        if "cookie" not in presented.headers:
            return None
        text = Cookie.of(SESSION, self._addresses, presented.served).read(presented.headers.get("cookie"))
        if text is None:
            return None
        session = await self._sessions.find(text, now)
        if session is None:
            return Refusal(RefusalReason.SESSION_ENDED)
        return self._forged(session, presented) or await self._citizen(session, now)

    async def status(self, presented: Presented, now: datetime) -> Status | None:
        """What the page may know of its session; None when there is none, or no more. Raises StorageError."""
        text = Cookie.of(SESSION, self._addresses, presented.served).read(presented.headers.get("cookie"))
        session = await self._sessions.find(text, now) if text else None
        if session is None or self._foreign(presented):
            return None
        viewer = await self._citizen(session, now)
        if isinstance(viewer, Refusal):
            return None
        latest = session.opened_at + self._sessions.lifetimes.absolute
        lasting = viewer.expires_at if not session.refresh else None
        return Status(viewer, session.csrf, min(latest, lasting) if lasting else latest)

    async def end(self, presented: Presented, now: datetime) -> Refusal | None:
        """Ends the session of a request's cookie; a Refusal where no page of ours sent it. Raises StorageError."""
        text = Cookie.of(SESSION, self._addresses, presented.served).read(presented.headers.get("cookie"))
        session = await self._sessions.find(text, now) if text else None
        if session is None:
            return None
        if refusal := self._forged(session, presented):
            return refusal
        await self._sessions.end(session.key)
        return None

    def forgotten(self, served: Served) -> str:
        """A Set-Cookie value that takes the session's cookie back."""
        return Cookie.of(SESSION, self._addresses, served).dropped()

    def _forged(self, session: Session, presented: Presented) -> Refusal | None:
        if self._foreign(presented):
            return Refusal(RefusalReason.FOREIGN_ORIGIN)
        if presented.standing is not None:  # a browser cannot set headers on a WebSocket, but always says its origin
            return None if presented.headers.get("origin") else Refusal(RefusalReason.FOREIGN_ORIGIN)
        word = presented.headers.get(CSRF_HEADER, "")
        return None if hmac.compare_digest(word.encode(), session.csrf.encode()) else Refusal(RefusalReason.CSRF)

    def _foreign(self, presented: Presented) -> bool:
        """True for an Origin that is neither ours nor allowed. None sent is not foreign: same-origin GETs send none."""
        origin = presented.headers.get("origin")
        return origin is not None and origin not in (self._addresses.origin(presented.served), *self._allowed)

    async def _citizen(self, session: Session, now: datetime) -> Viewer | Refusal:
        found = await self._authentication.verified(session.token, now)
        late = isinstance(found, Refusal) and found.reason is RefusalReason.EXPIRED
        soon = isinstance(found, Viewer) and found.expires_at is not None and found.expires_at - now < RENEW_BEFORE
        if session.refresh and (late or soon):
            renewed = await self._renewed(session, now)
            if isinstance(renewed, Viewer) or late:
                return renewed
        return Refusal(RefusalReason.SESSION_ENDED) if late else found

    async def _renewed(self, session: Session, now: datetime) -> Viewer | Refusal:
        """New tokens by the refresh token, asked for once however many requests need them."""
        async with self._renewing.setdefault(session.key, asyncio.Lock()):
            current = await self._sessions.at(session.key)
            if current is None:
                return Refusal(RefusalReason.SESSION_ENDED)
            if current.token != session.token:  # another request, or another worker, was first
                return await self._authentication.verified(current.token, now)
            issuer = self._authentication.issuers.get(session.issuer)
            if issuer is None:
                return Refusal(RefusalReason.WRONG_ISSUER)
            try:
                tokens = await refreshed(self._http, issuer, await self._metadata(issuer.url, now), session.refresh)
            except SignInFailed as failed:
                return await self._lost(session, failed)
            viewer = await self._authentication.verified(tokens.access, now)
            if isinstance(viewer, Viewer):
                await self._sessions.renew(current, tokens.access, tokens.refresh)
            return viewer

    async def _lost(self, session: Session, failed: SignInFailed) -> Refusal:
        """A provider that refuses ends the session, unless another worker has renewed it meanwhile."""
        if failed.reason != "PROVIDER_REFUSED":
            return Refusal(RefusalReason.ISSUER_UNREACHABLE)
        current = await self._sessions.at(session.key)
        if current is not None and current.token == session.token:
            await self._sessions.end(session.key)
        return Refusal(RefusalReason.SESSION_ENDED)

    async def _answered(self, attempt: Attempt, answer: Mapping[str, str], now: datetime) -> Tokens:
        """The tokens of a provider's answer, all checked. Raises SignInFailed."""
        issuer = self._authentication.issuers.get(attempt.issuer)
        if issuer is None:
            raise SignInFailed("NO_PROVIDER")
        client, metadata = client_of(issuer), await self._metadata(issuer.url, now)
        # RFC 9207 §2.4: against mix-up, where the provider says it names itself, or does.
        if ("iss" in answer or metadata.names_itself) and answer.get("iss") != issuer.url:
            raise SignInFailed("WRONG_ISSUER", answer.get("iss", ""))
        if "error" in answer:
            raise SignInFailed("PROVIDER_REFUSED", answer.get("error_description") or answer["error"])
        tokens = await redeem(self._http, issuer, metadata, attempt, answer.get("code", ""))
        viewer = await self._authentication.verified(tokens.access, now)
        if isinstance(viewer, Refusal) or len(tokens.access) > MAX_SESSION_TOKEN_CHARS or viewer.bound_to:
            raise SignInFailed("NOT_ACCEPTED", viewer.en if isinstance(viewer, Refusal) else "")
        keys = self._authentication.keys[issuer.url]
        subject = await check_id_token(tokens.id_token, issuer, client.id, attempt.nonce, keys, now)
        if issuer.subject(subject) != viewer.subject:
            raise SignInFailed("WRONG_SUBJECT")
        return tokens

    async def _metadata(self, issuer: str, now: datetime) -> Metadata:
        try:
            return await self._authentication.keys[issuer].metadata(now)
        except ProviderError:
            raise SignInFailed("PROVIDER_UNREACHABLE") from None
