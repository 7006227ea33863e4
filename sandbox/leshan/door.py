"""The old platform's door: form fields, MD5 signature, clock, and GBK JSON.

Signed text: the fields with a value (all but `sign`), decoded, sorted by name, `name=value` joined by `&`, then
`&key=<key>`; MD5 of its GBK bytes in capital hex. `reqTime` may be 300 s off; there is no nonce. Codes: E1001
signature, E1002 not bound, E1003 bad input, E1004 no such interface, E1008 citizen token, E1009 request number reused, E9999 the store is busy. Characters that GBK cannot carry are written
as JSON `\\uXXXX` escapes, which every JSON reader understands; GB 18030's four-byte forms are not GBK.
"""

import hashlib
import hmac
import sqlite3
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

import orjson
from starlette.requests import Request
from starlette.responses import Response

from sandbox.citizen_token import HEADER, BadToken
from sandbox.faults import active, too_many
from sandbox.standing import CONFLICT, standing
from sandbox.store import KeyReused
from sandbox.world import SHANGHAI, World

MAX_SKEW_SECONDS = 300
BAD_SIGNATURE, NOT_BOUND, BAD_INPUT, NO_INTERFACE, BAD_TOKEN, KEY_REUSED, BUSY = (
    "E1001",
    "E1002",
    "E1003",
    "E1004",
    "E1008",
    "E1009",
    "E9999",
)
NEEDS_REAUTH, HELD = "E1005", "E1006"
LONGEST = 500

Form = Mapping[str, str]
Act = Callable[[World, Form], dict[str, Any]]


class Refusal(Exception):
    """A business refusal: errCode and errMsg."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


def interface(world: World, act: Act, operation: str = "") -> Callable[[Request], Any]:
    """The endpoint of one interface: checks the door and the citizen's token, wraps what `act` returns."""

    async def answer(request: Request) -> Response:
        try:
            form = _form(await request.body())
            check(world, form)
            if active() == "limited":
                return too_many()
            world.admit(request.headers.get(HEADER), operation)
            result = act(world, form)
        except BadToken as bad:
            return refused(BAD_TOKEN, f"市民令牌无效:{bad}")
        except Refusal as refusal:
            return refused(refusal.code, refusal.message)
        except KeyReused:
            return refused(KEY_REUSED, "流水号已用于其他内容")
        except sqlite3.OperationalError:
            return refused(BUSY, "系统繁忙")
        shown = [result] if active() == "wrong_type" else result
        if active() == "envelope":
            return gbk_json({"status": "ok", "data": shown})
        return gbk_json({"success": "Y", "errCode": "", "errMsg": "", "result": shown})

    return answer


def check(world: World, form: Form) -> None:
    """Raises Refusal E1001: unknown partner, bad signature, clock off by more than 300 s."""
    if world.unsigned:
        return
    signed = "&".join(f"{name}={form[name]}" for name in sorted(form) if name != "sign" and form[name])
    text = f"{signed}&key={world.secrets['LESHAN_MD5_KEY']}".encode("gbk", "replace")
    expected = hashlib.md5(text, usedforsecurity=False).hexdigest().upper()  # the old platform knows nothing better
    right = hmac.compare_digest(form.get("sign", "").encode(), expected.encode())
    partner = hmac.compare_digest(form.get("partnerNo", "").encode(), world.secrets["LESHAN_PARTNER_NO"].encode())
    if not (right and partner):
        raise Refusal(BAD_SIGNATURE, "签名错误")
    try:
        sent_at = datetime.strptime(form.get("reqTime", ""), "%Y%m%d%H%M%S").replace(tzinfo=SHANGHAI)
    except ValueError as error:
        raise Refusal(BAD_SIGNATURE, "reqTime 无效") from error
    if abs((sent_at - world.now()).total_seconds()) > MAX_SKEW_SECONDS:
        raise Refusal(BAD_SIGNATURE, "reqTime 超出允许范围")


def refused(code: str, message: str) -> Response:
    """`{"success": "N", errCode, errMsg}` under HTTP 200."""
    return gbk_json({"success": "N", "errCode": code, "errMsg": message})


def gbk_json(value: Any) -> Response:
    """JSON in GBK; what GBK lacks becomes `\\uXXXX`."""
    text = orjson.dumps(value).decode()
    return Response("".join(map(_carried, text)).encode("gbk"), media_type="application/json; charset=GBK")


def bound_citizen(world: World, form: Form) -> str:
    """The citizen of `mobile`.  Raises Refusal E1002."""
    citizen = world.store.citizen(form.get("mobile", ""))
    if citizen is None or standing(world.store, citizen) == CONFLICT:
        raise Refusal(NOT_BOUND, "手机号未绑定用户")
    match standing(world.store, citizen):
        case "NEEDS_REAUTH":
            raise Refusal(NEEDS_REAUTH, "账户需重新验证")
        case "SUSPENDED":
            raise Refusal(HELD, "账户已停用")
    return citizen


def needed(form: Form, name: str) -> str:
    """A field that must have a value.  Raises Refusal E1003."""
    value = form.get(name, "")
    if not value or len(value) > LONGEST:
        raise Refusal(BAD_INPUT, f"参数 {name} 缺失或过长")
    return value


def _carried(character: str) -> str:
    try:
        character.encode("gbk")
    except UnicodeEncodeError:
        units = character.encode("utf-16-be")
        return "".join(f"\\u{units[n : n + 2].hex()}" for n in range(0, len(units), 2))
    return character


def _form(body: bytes) -> dict[str, str]:
    try:
        pairs = parse_qsl(
            body.decode("ascii"), keep_blank_values=True, encoding="gbk", errors="strict", max_num_fields=50
        )
    except ValueError as error:
        raise Refusal(BAD_INPUT, "表单不是 GBK") from error
    form = dict(pairs)
    if len(form) != len(pairs):
        raise Refusal(BAD_INPUT, "表单字段重复")
    return form
