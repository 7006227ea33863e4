"""Sign-in of browsers over HTTP: where to go, which cookie to keep, what a page may know. Decides nothing itself.

```
GET  /auth/login?return=PATH     303 to the identity provider      GET  /auth/session   JSON: who, until when, the word
GET  /auth/callback              303 back to PATH, signed in or `?signin=failed&reason=…`
POST /auth/logout                204; needs X-Roam-CSRF
```
No answer may be stored, and none can be read by a page of another origin: there are no CORS headers here.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from urllib.parse import parse_qsl, urlencode

from starlette.types import Receive, Scope, Send

from identity import Going, SignInFailed, safe_return
from identity.entrance import Entrance

from .coding import encode
from .errors import INTERNAL, INVALID_INPUT, coded, log_fault
from .execution import refused
from .headers import headers_of, request_id_of, served_of
from .ports import Credentials
from .refusals import refusal_error
from .responses import NOT_STORED, raw_headers, send_body

MAX_QUERY_BYTES = 8 * 1024
MAX_PARAMETERS = 20
JSON = "application/json; charset=utf-8"
TEXT = "text/plain; charset=utf-8"

Handler = Callable[[Scope, Send, Credentials, Entrance], Awaitable[None]]


class SignIn:
    """The four addresses under `/auth`. `entrance` is None until the gateway is open."""

    def __init__(
        self, entrance: Callable[[], Entrance | None], clock: Callable[[], datetime], landing: str | None = None
    ) -> None:
        self._entrance = entrance
        self._clock = clock
        self._landing = landing
        """A page that can tell of a failed sign-in, where the failure itself names none."""

    async def login(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._guarded(scope, send, self._login)

    async def callback(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._guarded(scope, send, self._callback)

    async def session(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._guarded(scope, send, self._session)

    async def logout(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._guarded(scope, send, self._logout)

    async def _guarded(self, scope: Scope, send: Send, handler: Handler) -> None:
        headers = headers_of(scope)
        credentials = Credentials(headers, request_id_of(headers), method=scope["method"], served=served_of(scope))
        try:
            entrance = self._entrance()
            if entrance is None:
                raise RuntimeError("the gateway is not open")
            await handler(scope, send, credentials, entrance)
        except SignInFailed as failed:
            await self._failed(send, credentials, failed)
        except Exception as fault:  # noqa: BLE001  the last line before the client: it gets a sentence, the log gets the place
            log_fault("sign_in_failed", credentials.request_id, fault)
            text = f"Something went wrong on our side. Request {credentials.request_id}."
            body = encode(refused((coded(INTERNAL, text, requestId=credentials.request_id),)).formatted())
            await _send(send, credentials, 500, body, JSON)

    async def _login(self, scope: Scope, send: Send, credentials: Credentials, entrance: Entrance) -> None:
        asked = _parameters(scope)
        try:
            going = await entrance.browsers.begin(credentials.served, asked, self._clock())
        except SignInFailed as failed:
            if not safe_return(asked.get("return", "")):
                raise
            going = Going(asked["return"], (), failed)
        await _go(send, credentials, going)

    async def _callback(self, scope: Scope, send: Send, credentials: Credentials, entrance: Entrance) -> None:
        cookies = credentials.headers.get("cookie")
        going = await entrance.browsers.finish(credentials.served, cookies, _parameters(scope), self._clock())
        await _go(send, credentials, going)

    async def _session(self, scope: Scope, send: Send, credentials: Credentials, entrance: Entrance) -> None:
        now = self._clock()
        status = await entrance.browsers.status(credentials, now)
        if status is None:
            # A page of another origin must not end a session by asking; a GET of our own page names no origin.
            ours = "cookie" in credentials.headers and "origin" not in credentials.headers
            dropped = (entrance.browsers.forgotten(credentials.served),) if ours else ()
            await _send(send, credentials, 200, encode({"signedIn": False}), JSON, dropped)
            return
        body = {
            "signedIn": True,
            "displayName": await entrance.display_name(status.viewer, now),
            "homeCity": status.viewer.home_city,
            "assurance": status.viewer.assurance.value,
            "expiresAt": status.ends_at.isoformat(),
            "csrf": status.csrf,
        }
        await _send(send, credentials, 200, encode(body), JSON)

    async def _logout(self, scope: Scope, send: Send, credentials: Credentials, entrance: Entrance) -> None:
        refusal = await entrance.browsers.end(credentials, self._clock())
        if refusal is None:
            await _send(send, credentials, 204, b"", JSON, (entrance.browsers.forgotten(credentials.served),))
            return
        body = encode(refused((refusal_error(refusal, "en"),)).formatted())
        await _send(send, credentials, 403, body, JSON)

    async def _failed(self, send: Send, credentials: Credentials, failed: SignInFailed) -> None:
        if self._landing and failed.reason != "BAD_RETURN":
            await _go(send, credentials, Going(self._landing, (), failed))
            return
        text = f"登录没有成功。 The sign-in did not succeed. {failed.reason}\n"
        await _send(send, credentials, 400, text.encode(), TEXT)


def _parameters(scope: Scope) -> Mapping[str, str]:
    """The query's parameters, each once. Raises SignInFailed."""
    raw: bytes = scope["query_string"]
    if len(raw) > MAX_QUERY_BYTES:
        raise SignInFailed(INVALID_INPUT)
    try:
        pairs = parse_qsl(raw.decode("ascii"), errors="strict", max_num_fields=MAX_PARAMETERS)
    except ValueError:  # covers UnicodeDecodeError
        raise SignInFailed(INVALID_INPUT) from None
    found = dict(pairs)
    if len(found) != len(pairs):
        raise SignInFailed(INVALID_INPUT)
    return found


async def _go(send: Send, credentials: Credentials, going: Going) -> None:
    to = going.to
    if going.failed is not None:
        told = {"signin": "failed", "reason": going.failed.reason, "detail": going.failed.detail}
        path, mark, fragment = to.partition("#")
        joint = "&" if "?" in path else "?"
        to = f"{path}{joint}{urlencode({name: text for name, text in told.items() if text})}{mark}{fragment}"
    await _send(send, credentials, 303, b"", TEXT, going.cookies, (("location", to),))


async def _send(
    send: Send,
    credentials: Credentials,
    status: int,
    body: bytes,
    kind: str,
    cookies: tuple[str, ...] = (),
    more: tuple[tuple[str, str], ...] = (),
) -> None:
    kept = (("set-cookie", cookie) for cookie in cookies)
    headers = raw_headers(kind, credentials.request_id, (NOT_STORED, ("vary", "cookie"), *kept, *more))
    if status == 204:
        await send({"type": "http.response.start", "status": status, "headers": headers[1:]})
        await send({"type": "http.response.body", "body": b""})
        return
    await send_body(send, status, headers, body)
