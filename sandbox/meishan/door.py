"""Tokens, problems, cursors and request keys.

A token is opaque, lives ten minutes and carries scopes: reading needs `roam.read`, everything else `roam.write`.
Sources: RFC 6749 §4.4 and §5.2, RFC 6750 §3, RFC 9457, draft-ietf-httpapi-idempotency-key-header.
"""

import binascii
import hmac
import secrets
import sqlite3
from base64 import b64decode, urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote_plus

import orjson
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.citizen_token import HEADER, BadToken
from sandbox.faults import active, spoil_object, too_many
from sandbox.standing import CONFLICT, standing
from sandbox.store import KeyReused, Row
from sandbox.world import World

PROBLEMS = "https://api.ms.example.gov.cn/problems/"
TOKEN_LIFE_SECONDS = 600
SCOPES = ("roam.read", "roam.write")
LONGEST_KEY = 255


class Problem(Exception):
    """A refusal: the last part of its type, the HTTP status, title and detail for people."""

    def __init__(self, slug: str, status: int, title: str, detail: str = "") -> None:
        super().__init__(title)
        self.slug, self.status, self.title, self.detail = slug, status, title, detail

    def response(self) -> Response:
        """The problem body, and for 401 and 403 the challenge of RFC 6750 §3."""
        body = {"type": PROBLEMS + self.slug, "title": self.title, "status": self.status, "detail": self.detail}
        challenge = {401: "invalid_token", 403: "insufficient_scope"}.get(self.status)
        headers = {"www-authenticate": f'Bearer error="{challenge}"'} if challenge else {}
        return Response(orjson.dumps(body), self.status, headers, "application/problem+json")


@dataclass(frozen=True, slots=True)
class Call:
    """One authorised call: path and query parameters, the JSON body (an object, empty when there is none), the request key."""

    path: dict[str, str]
    query: dict[str, str]
    body: dict[str, Any]
    key: str


Act = Callable[[World, Call], tuple[int, dict[str, Any]]]


def token_route(world: World) -> Route:
    """The token endpoint, `/oauth2/token`."""

    async def issue(request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode("latin-1"), keep_blank_values=True))
        client, secret = _credentials(request, form)
        if not _is_client(world, client, secret):
            return _oauth_error(401, "invalid_client", {"www-authenticate": 'Basic realm="oauth2"'})
        if form.get("grant_type") != "client_credentials":
            return _oauth_error(400, "unsupported_grant_type")
        scopes = form.get("scope", " ".join(SCOPES)).split()
        if not scopes or not set(scopes) <= set(SCOPES):
            return _oauth_error(400, "invalid_scope")
        return _issued(world, " ".join(scopes))

    return Route("/oauth2/token", issue, methods=["POST"])


def endpoint(world: World, act: Act, *, scope: str, keyed: bool, operation: str = "") -> Callable[[Request], Any]:
    """The endpoint of one resource: checks both tokens, reads the call, turns refusals into problems."""

    async def answer(request: Request) -> Response:
        try:
            _check_token(world, request, scope)
            if active() == "limited":
                return too_many()
            call = await _call(request, keyed=keyed)
            world.admit(request.headers.get(HEADER), operation, _named(call))
            status, body = act(world, call)
        except BadToken as bad:
            return Problem("citizen-token", 403, "市民令牌无效", str(bad)).response()
        except Problem as problem:
            return problem.response()
        except sqlite3.OperationalError:
            return Problem("busy", 503, "系统繁忙").response()
        except KeyReused:
            return Problem("key-reused", 409, "请求号已用于其他内容").response()
        if active() == "envelope":
            return JSONResponse({"status": "ok", "result": body}, status)
        return JSONResponse(spoil_object(body), status)

    return answer


def _named(call: Call) -> str | None:
    """The pairwise id that the call itself carries: in the path, the query or the applicant."""
    applicant = call.body.get("applicant")
    inside = applicant.get("sub") if isinstance(applicant, dict) else None
    return call.path.get("citizen") or call.query.get("sub") or (inside if isinstance(inside, str) else None)


def bound_citizen(world: World, pairwise: object) -> str:
    """The citizen under a pairwise id.  Raises Problem not-bound, reauth-required, account-suspended."""
    citizen = world.store.citizen(pairwise) if isinstance(pairwise, str) else None
    if citizen is None or standing(world.store, citizen) == CONFLICT:
        raise Problem("not-bound", 404, "未绑定", "该市民尚未绑定眉山市民云账户")
    match standing(world.store, citizen):
        case "NEEDS_REAUTH":
            raise Problem("reauth-required", 409, "账户需重新验证")
        case "SUSPENDED":
            raise Problem("account-suspended", 409, "账户已停用")
    return citizen


def page(rows: list[Row], call: Call, most: int) -> tuple[list[Row], str | None]:
    """One page of ranked rows after the cursor, and the next cursor.  Raises Problem invalid: limit or cursor."""
    limit = _limit(call.query.get("limit", ""), most)
    after = _opened(call.query.get("cursor", ""))
    start = 0 if after is None else next((n + 1 for n, row in enumerate(rows) if row.id == after), len(rows))
    shown = rows[start : start + limit]
    more = start + limit < len(rows)
    return shown, urlsafe_b64encode(f"after:{shown[-1].id}".encode()).decode() if more else None


def _opened(cursor: str) -> str | None:
    if not cursor:
        return None
    try:
        text = urlsafe_b64decode(cursor.encode()).decode()
    except (ValueError, binascii.Error) as error:
        raise Problem("invalid", 422, "cursor 无效") from error
    if not text.startswith("after:"):
        raise Problem("invalid", 422, "cursor 无效")
    return text.removeprefix("after:")


def _limit(text: str, most: int) -> int:
    if not text:
        return most
    if not (text.isascii() and text.isdigit()) or len(text) > 9 or int(text) < 1:
        raise Problem("invalid", 422, "limit 无效")
    return min(int(text), most)


def _credentials(request: Request, form: dict[str, str]) -> tuple[str, str]:
    header = request.headers.get("authorization", "")
    if not header.lower().startswith("basic "):
        return form.get("client_id", ""), form.get("client_secret", "")
    try:
        client, _, secret = b64decode(header[6:], validate=True).decode().partition(":")
    except (ValueError, binascii.Error):
        return "", ""
    return unquote_plus(client), unquote_plus(secret)  # RFC 6749 §2.3.1: both are form-encoded first


def _is_client(world: World, client: str, secret: str) -> bool:
    right = hmac.compare_digest(secret.encode(), world.secrets["MEISHAN_CLIENT_SECRET"].encode())
    return hmac.compare_digest(client.encode(), world.secrets["MEISHAN_CLIENT_ID"].encode()) and right


def _issued(world: World, scope: str) -> Response:
    token = secrets.token_urlsafe(32)
    expires_at = world.now().timestamp() + TOKEN_LIFE_SECONDS
    world.store.save(Row("token", token, "", "", {"scope": scope, "expires_at": expires_at}))
    body = {"access_token": token, "token_type": "Bearer", "expires_in": TOKEN_LIFE_SECONDS, "scope": scope}
    return JSONResponse(body, headers={"cache-control": "no-store"})


def _oauth_error(status: int, error: str, headers: dict[str, str] | None = None) -> Response:
    return JSONResponse({"error": error}, status, headers)


def _check_token(world: World, request: Request, scope: str) -> None:
    if world.unsigned:
        return
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    row = world.store.row("token", token) if kind.lower() == "bearer" else None
    if row is None or row.body["expires_at"] <= world.now().timestamp():
        raise Problem("unauthorized", 401, "令牌无效或已过期")
    if scope not in row.body["scope"].split():
        raise Problem("forbidden", 403, "令牌权限不足", f"需要 {scope}")


async def _call(request: Request, *, keyed: bool) -> Call:
    key = request.headers.get("idempotency-key", "")
    if keyed and not 0 < len(key) <= LONGEST_KEY:
        raise Problem("invalid", 400, "缺少 Idempotency-Key")
    raw = await request.body()
    try:
        body = orjson.loads(raw) if raw else {}
    except orjson.JSONDecodeError as error:
        raise Problem("invalid", 422, "报文不是 JSON") from error
    if not isinstance(body, dict):
        raise Problem("invalid", 422, "报文不是对象")
    return Call(dict(request.path_params), dict(request.query_params), body, key)
