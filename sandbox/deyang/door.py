"""The open platform's door: signature, clock, nonce, and the envelope of every answer.

Signed text: method, path, query sorted by key, SM3 of the body, timestamp (ms), nonce, joined by line feeds; HMAC-SM3
in hex under X-Sign. Codes: 40103 not bound, 40104 to be verified anew, 40105 suspended, 40107 signature, 40108 citizen token, 40400 not found, 40901 request number reused, 42900 too many calls, 46001
already paid, 46002 bad input, 46003 amount changed, 50300 the store is busy. The code of a good answer is a number at some interfaces and a
text at others, as it is in the real platform.
"""

import hashlib
import hmac
import sqlite3
from collections.abc import Callable
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox.citizen_token import HEADER, BadToken
from sandbox.faults import active
from sandbox.standing import CONFLICT, standing
from sandbox.store import KeyReused
from sandbox.world import World

MAX_SKEW_SECONDS = 300
LONGEST_STAMP = 17
NOT_BOUND, BAD_SIGNATURE, BAD_TOKEN, NOT_FOUND, KEY_REUSED, BUSY = 40103, 40107, 40108, 40400, 40901, 50300
NEEDS_REAUTH, SUSPENDED, TOO_MANY = 40104, 40105, 42900
ALREADY_PAID, BAD_INPUT, AMOUNT_CHANGED = 46001, 46002, 46003

Arguments = dict[str, Any]
Act = Callable[[World, Arguments], Any]


class Refusal(Exception):
    """A business refusal: a code, a message for people, and data that helps (usually none)."""

    def __init__(self, code: int, message: str, data: Any = None) -> None:
        super().__init__(message)
        self.code, self.message, self.data = code, message, data


def sign(key: str, text: str) -> str:
    """Returns 64 hex characters: HMAC-SM3 of the UTF-8 text."""
    return hmac.new(key.encode(), text.encode(), "sm3").hexdigest()


def signed_text(request: Request, body: bytes) -> str:
    """The text that the caller must have signed."""
    query = request.scope["query_string"].decode("latin-1")
    pairs = sorted(query.split("&"), key=lambda pair: pair.split("=", 1)) if query else []
    parts = (
        request.method,
        request.scope["raw_path"].decode("latin-1"),
        "&".join(pairs),
        hashlib.new("sm3", body).hexdigest(),
        request.headers.get("x-timestamp", ""),
        request.headers.get("x-nonce", ""),
    )
    return "\n".join(parts)


def check(world: World, request: Request, body: bytes) -> None:
    """Raises Refusal 40107: unknown application, clock off by more than 300 s, bad signature, nonce used before."""
    if world.unsigned:
        return
    headers = request.headers
    known = hmac.compare_digest(headers.get("x-app-id", "").encode(), world.secrets["DEYANG_APP_ID"].encode())
    expected = sign(world.secrets["DEYANG_APP_KEY"], signed_text(request, body))
    if not hmac.compare_digest(headers.get("x-sign", "").encode(), expected.encode()) or not known:
        raise Refusal(BAD_SIGNATURE, "签名验证失败")
    stamp, now = headers.get("x-timestamp", ""), world.now().timestamp()
    readable = stamp.isascii() and stamp.isdigit() and len(stamp) < LONGEST_STAMP
    if not readable or abs(int(stamp) / 1000 - now) > MAX_SKEW_SECONDS:
        raise Refusal(BAD_SIGNATURE, "时间戳超出允许范围")
    nonce = headers.get("x-nonce", "")
    if not nonce or not world.store.spend(nonce, now, now + 2 * MAX_SKEW_SECONDS):
        raise Refusal(BAD_SIGNATURE, "随机数重复")


def interface(world: World, act: Act, *, ok: int | str = 0, operation: str = "") -> Callable[[Request], Any]:
    """The endpoint of one interface: checks the door, reads the arguments, wraps what `act` returns.

    `operation` is the canonical operation that a citizen's token must be for.
    """

    async def answer(request: Request) -> Response:
        body = await request.body()
        try:
            check(world, request, body)
            if active() == "limited":
                raise Refusal(TOO_MANY, "请求过于频繁")
            arguments = _arguments(request, body)
            world.admit(request.headers.get(HEADER), operation, text(arguments, "userId"))
            data = act(world, arguments)
        except BadToken as bad:
            return envelope(BAD_TOKEN, f"市民令牌无效:{bad}")
        except Refusal as refusal:
            return envelope(refusal.code, refusal.message, refusal.data)
        except KeyReused:
            return envelope(KEY_REUSED, "请求号已用于其他内容")
        except sqlite3.OperationalError:
            return envelope(BUSY, "系统繁忙,请稍后再试")
        if active() == "envelope":
            return JSONResponse({"status": "ok", "result": data})
        return envelope(ok, "success", [data] if active() == "wrong_type" else data)

    return answer


def envelope(code: int | str, message: str, data: Any = None) -> Response:
    """`{code, msg, data}` under HTTP 200, whatever happened."""
    return JSONResponse({"code": code, "msg": message, "data": data})


def bound_citizen(world: World, arguments: Arguments) -> str:
    """The citizen of `userId`.  Raises Refusal 40103, 40104, 40105."""
    citizen = world.store.citizen(text(arguments, "userId"))
    if citizen is None or standing(world.store, citizen) == CONFLICT:
        raise Refusal(NOT_BOUND, "用户未绑定户号")
    match standing(world.store, citizen):
        case "NEEDS_REAUTH":
            raise Refusal(NEEDS_REAUTH, "账户需重新验证")
        case "SUSPENDED":
            raise Refusal(SUSPENDED, "账户已停用")
    return citizen


def text(arguments: Arguments, key: str) -> str:
    """A text argument, `""` when it is absent or something else."""
    value = arguments.get(key)
    return value if isinstance(value, str) else ""


def needed(arguments: Arguments, key: str, *, longest: int = 512) -> str:
    """A text argument that must be there.  Raises Refusal 46002: missing, empty or over-long."""
    value = text(arguments, key)
    if not value.strip() or len(value) > longest:
        raise Refusal(BAD_INPUT, f"参数 {key} 缺失或无效")
    return value


def whole(arguments: Arguments, key: str, default: int, most: int) -> int:
    """A number argument between 1 and `most`; anything else gives the default or the nearest bound."""
    try:
        return min(max(int(arguments.get(key, default)), 1), most)
    except (TypeError, ValueError, OverflowError):
        return default


def _arguments(request: Request, body: bytes) -> Arguments:
    if request.method == "GET":
        return dict(request.query_params)
    try:
        arguments = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Refusal(BAD_INPUT, "报文不是 JSON") from error
    if not isinstance(arguments, dict):
        raise Refusal(BAD_INPUT, "报文不是对象")
    return arguments
