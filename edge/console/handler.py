"""The addresses of the console: who is let in, what is shown, what is done.

```
GET  /console                                  the overview
GET  /console/cities/SLUG                      one city            POST /console/cities/SLUG/ACTION
GET  /console/agreements/ID                    one agreement       POST /console/agreements/ID/ACTION
GET  /console/assets/FILE                      style and script    POST /console/sign-out
```
Without a session: 401 and a way to sign in; signed in and no operator: 403; a form without the session's word: 403;
an action that is not theirs: 403; without a reason: 422. A done action answers 303 back to its page.
"""

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import parse_qsl

from starlette.types import Receive, Scope, Send

from edge.body import read_body
from edge.errors import Refusal, log_fault
from edge.headers import headers_of, request_id_of, served_of
from edge.language import preferred_language
from edge.limits import Limits
from edge.pages import WEB
from edge.ports import Credentials
from edge.responses import NOT_STORED, raw_headers, send_body
from identity.browsers import CSRF_HEADER, Status
from identity.entrance import Entrance
from resolvers.operators.orders import Declined, Order
from resolvers.operators.overseeing import Overseeing
from resolvers.operators.oversight import Oversight

from . import pages
from .forms import MAX_REASON
from .frame import HOME, Tried, Visitor, sign_in_link, sign_out_form, turned_away
from .html import Child, tag
from .words import Words

ASSETS: Mapping[str, str] = {
    "console.css": "text/css; charset=utf-8",
    "console.js": "text/javascript; charset=utf-8",
}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HTML = "text/html; charset=utf-8"
LANGUAGE = "roam-console-language"
LIMITS = Limits(max_body_bytes=16 * 1024)
MAX_FIELDS = 8
CITY_ACTIONS = ("rollback", "pin", "unpin", "pause", "resume")
AGREEMENT_ACTIONS = ("suspend", "unsuspend")


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back: a page or a way on, and cookies."""

    status: int
    body: bytes = b""
    more: tuple[tuple[str, str], ...] = ()
    kind: str = HTML


@dataclass(frozen=True, slots=True)
class Inquiry:
    """One request to the console, its query read."""

    credentials: Credentials
    entrance: Entrance
    visitor: Visitor
    query: Mapping[str, str]
    chosen: str | None
    """The language that the request itself asks to keep."""


class Console:
    """All of `/console`. `entrance` and `overseeing` give None until the gateway is open."""

    def __init__(
        self,
        entrance: Callable[[], Entrance | None],
        overseeing: Callable[[], Overseeing | None],
        clock: Callable[[], datetime],
    ) -> None:
        self._entrance, self._overseeing, self._clock = entrance, overseeing, clock

    async def asset(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The style and the script; they say nothing of any city, so anybody may have them."""
        name = scope["path_params"]["name"]
        request_id = request_id_of(headers_of(scope))
        if name not in ASSETS:
            await send_body(send, 404, raw_headers("text/plain", request_id), b"Not found")
            return
        headers = raw_headers(ASSETS[name], request_id, (("cache-control", "no-cache"),))
        await send_body(send, 200, headers, (WEB / "console" / name).read_bytes())

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Any other address below `/console`."""
        headers = headers_of(scope)
        credentials = Credentials(headers, request_id_of(headers), method=scope["method"], served=served_of(scope))
        words = Words("zh")
        try:
            entrance, overseeing = self._entrance(), self._overseeing()
            if entrance is None or overseeing is None:
                raise RuntimeError("the gateway is not open")
            asked = _inquiry(scope, credentials, entrance, overseeing.default_language)
            words = asked.visitor.words
            answer = await self._answer(asked, overseeing, receive)
            answer = replace(answer, more=(*answer.more, *_kept(asked)))
        except Exception as fault:  # noqa: BLE001  the last line before the browser: it gets a sentence, the log gets the place
            log_fault("console_failed", credentials.request_id, fault)
            why = words("fault_why", id=credentials.request_id)
            answer = Answer(500, turned_away(Visitor(words), words("fault"), why))
        await _send(send, scope, credentials, answer)

    async def _answer(self, asked: Inquiry, overseeing: Overseeing, receive: Receive) -> Answer:
        now = self._clock()
        status = await asked.entrance.browsers.status(asked.credentials, now)
        if status is None:
            return _stranger(asked)
        visitor = replace(asked.visitor, csrf=status.csrf, operator=overseeing.operator(status.viewer))
        asked = replace(asked, visitor=visitor)
        form: Mapping[str, str] = {}
        if asked.credentials.method == "POST":
            found = await _form(asked, receive)
            if found is None or not hmac.compare_digest(found.get("csrf", "").encode(), status.csrf.encode()):
                return _turned(asked, 403, "stale_form", "stale_form")
            form = found
            if visitor.path == f"{HOME}/sign-out":
                return await _signed_out(asked, status, now)
        if visitor.operator is None:
            return _turned(asked, 403, "not_operator", "not_operator_why", sign_out_form(visitor, "main"))
        seen = await overseeing.seen(now)
        names = {city.slug: visitor.words.pick(city.name) for city in seen.cities}
        asked = replace(asked, visitor=replace(visitor, names=names))
        if asked.credentials.method == "POST":
            return await _act(asked, overseeing, seen, form, now)
        return _shown(asked, seen)


def _inquiry(scope: Scope, credentials: Credentials, entrance: Entrance, default: str) -> Inquiry:
    query = _pairs(scope["query_string"]) or {}
    chosen = query.get("lang") if query.get("lang") in ("zh", "en") else None
    kept = _cookie(credentials.headers.get("cookie", ""))
    lang = chosen or kept or preferred_language(credentials.headers.get("accept-language"), default)
    visitor = Visitor(Words(lang), scope["path"].rstrip("/") or HOME)
    return Inquiry(credentials, entrance, visitor, query, chosen)


def _shown(asked: Inquiry, seen: Oversight) -> Answer:
    visitor, notice = asked.visitor, _notice(asked)
    match visitor.path.removeprefix(HOME).strip("/").split("/"):
        case [""]:
            return Answer(200, pages.overview(visitor, seen, notice))
        case ["cities", slug] if city := seen.city(slug):
            return Answer(200, pages.city_page(visitor, seen, city, notice))
        case ["agreements", number] if one := seen.agreement(number):
            return Answer(200, pages.agreement_page(visitor, seen, one, notice))
    return _turned(asked, 404, "not_found", "back")


async def _act(
    asked: Inquiry, overseeing: Overseeing, seen: Oversight, form: Mapping[str, str], now: datetime
) -> Answer:
    visitor, operator = asked.visitor, asked.visitor.operator
    match visitor.path.removeprefix(HOME).strip("/").split("/"):
        case ["cities", slug, action] if seen.city(slug) and action in CITY_ACTIONS:
            allowed, where = operator is not None and operator.may_act(slug), f"{HOME}/cities/{slug}"
            subject = slug
        case ["agreements", number, action] if seen.agreement(number) and action in AGREEMENT_ACTIONS:
            allowed, where = operator is not None and operator.acts_everywhere, f"{HOME}/agreements/{number}"
            subject = number
        case _:
            return _turned(asked, 404, "not_found", "back")
    tried = Tried(action, form.get("reason", ""), form.get("to", ""))
    asked = replace(asked, visitor=replace(visitor, path=where, tried=tried))
    if not allowed or operator is None:
        return _turned(asked, 403, "not_allowed", "not_allowed_why")
    reason = " ".join(form.get("reason", "").split())
    if not 0 < len(reason) <= MAX_REASON or not reason.isprintable():
        return _again(asked, seen, visitor.words("need_reason"))
    done = await overseeing.act(Order(action, subject, reason, operator, tried.to), now)
    if isinstance(done, Declined):
        return _again(asked, seen, visitor.words("failed_action", problem=visitor.words.pick(done.text)))
    return Answer(303, more=(("location", f"{where}?done={action}"),))


def _again(asked: Inquiry, seen: Oversight, problem: str) -> Answer:
    """The page as it was, with what was typed, and why nothing was done."""
    notice = tag("p", problem, cls="notice bad", role="alert")
    parts = asked.visitor.path.removeprefix(HOME).strip("/").split("/")
    if parts[0] == "cities" and (city := seen.city(parts[1])):
        return Answer(422, pages.city_page(asked.visitor, seen, city, notice))
    one = seen.agreement(parts[1])
    return (
        Answer(422, pages.agreement_page(asked.visitor, seen, one, notice))
        if one
        else _turned(asked, 404, "not_found", "back")
    )


def _notice(asked: Inquiry) -> Child:
    """What the address says was done; only an action we know is told."""
    words, done = asked.visitor.words, asked.query.get("done", "")
    if done not in (*CITY_ACTIONS, *AGREEMENT_ACTIONS):
        return None
    return tag("p", words("done", action=words(done)), cls="notice good", role="status")


def _stranger(asked: Inquiry) -> Answer:
    visitor = asked.visitor
    if asked.credentials.method == "POST":
        return _turned(asked, 401, "sign_in_first", "stale_form", sign_in_link(replace(visitor, path=HOME)))
    failed = asked.query.get("reason", "") if asked.query.get("signin") == "failed" else None
    told = tag("p", visitor.words("sign_in_failed", reason=failed), cls="notice bad", role="alert") if failed else None
    return _turned(asked, 401, "sign_in_first", "sign_in_why", told, sign_in_link(visitor))


def _turned(asked: Inquiry, status: int, title: str, why: str, *more: Child) -> Answer:
    words = asked.visitor.words
    link = (
        tag("p", tag("a", "← ", words("back"), href=HOME)) if status in (403, 404) and asked.visitor.operator else None
    )
    text = words(why) if why != "back" else None
    return Answer(status, turned_away(asked.visitor, words(title), text, *more, link))


async def _signed_out(asked: Inquiry, status: Status, now: datetime) -> Answer:
    headers = {**asked.credentials.headers, CSRF_HEADER: status.csrf}
    await asked.entrance.browsers.end(replace(asked.credentials, headers=headers), now)
    dropped = ("set-cookie", asked.entrance.browsers.forgotten(asked.credentials.served))
    return Answer(303, more=(("location", HOME), dropped))


async def _form(asked: Inquiry, receive: Receive) -> Mapping[str, str] | None:
    """The fields of a posted form, each once; None where it is none."""
    headers = asked.credentials.headers
    if headers.get("content-type", "").partition(";")[0].strip().lower() != "application/x-www-form-urlencoded":
        return None
    try:
        raw = await read_body(receive, headers.get("content-length"), LIMITS)
    except Refusal:
        return None
    return _pairs(raw or b"")


def _pairs(raw: bytes) -> Mapping[str, str] | None:
    try:
        text = raw.decode("ascii")
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MAX_FIELDS)
    except ValueError:  # covers UnicodeDecodeError
        return None
    return dict(pairs) if len(dict(pairs)) == len(pairs) else None


def _cookie(header: str) -> str | None:
    """The language that this browser chose before."""
    pairs = [part.strip().partition("=") for part in header[:16_384].split(";")]
    return next((value for name, _, value in pairs if name == LANGUAGE and value in ("zh", "en")), None)


def _kept(asked: Inquiry) -> tuple[tuple[str, str], ...]:
    if asked.chosen is None:
        return ()
    return (("set-cookie", f"{LANGUAGE}={asked.chosen}; Max-Age=31536000; Path={HOME}; HttpOnly; SameSite=Lax"),)


async def _send(send: Send, scope: Scope, credentials: Credentials, answer: Answer) -> None:
    more = (NOT_STORED, ("vary", "cookie, accept-language"), ("content-security-policy", POLICY), *answer.more)
    headers = raw_headers(answer.kind, credentials.request_id, more)
    # Under no-referrer a browser hides even its own form's origin (Fetch standard, "append a request Origin header").
    headers[headers.index((b"referrer-policy", b"no-referrer"))] = (b"referrer-policy", b"same-origin")
    await send_body(send, answer.status, headers, b"" if scope["method"] == "HEAD" else answer.body)
