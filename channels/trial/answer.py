"""The hops from bytes to data: decode, parse, envelope, error.  They repeat the gateway's reading, only to say where it failed."""

from __future__ import annotations

from contextlib import suppress
from typing import Any, Final

from channels.answer import Failure
from channels.declared.models import RestBackend, SoapBackend
from channels.mapping.converters import Unfit, text
from channels.mapping.paths import compile_path
from channels.personal import masked
from channels.protocols.reading import read_error_body
from channels.protocols.refusals import ContractBroken
from channels.protocols.rest import EnvelopeRule
from channels.protocols.transport import Reply
from channels.trial.case import Case
from channels.trial.charset import NAMES, disguised, likely, text_of
from channels.trial.proof import about_proof, causes
from channels.trial.told import Advice, Hop, both, coded, pair, plain
from channels.trial.wrapper import guess, guess_in_soap, kind_of, top_level
from schema.codes import ErrorCode

EXCERPT = 60
_SERVER_FAILED: Final = plain(
    "该市的服务器出错,请该市查看其日志", "the city's server failed; ask the city to look at its log"
)
_OTHER_TYPE: Final = plain(
    "数据类型变了?请该市恢复原样;--record 可录下答复",
    "has the city changed the type? ask for the old one; --record keeps the answer",
)
_WORDS = ("message", "msg", "title", "detail", "error_description", "error", "errMsg", "faultstring", "reason")


def reading(case: Case) -> tuple[Hop, ...]:
    """What became of the bytes; empty where there is no complete answer."""
    opened, reply = case.opened, case.reply
    if opened is None or reply is None:
        return ()
    broken = opened.broken
    if broken is not None and broken.step == "decode":
        return (_undecoded(case, reply, broken),)
    if broken is not None and broken.step == "parse":
        return (_unparsed(case, reply, broken),)
    first = (_disguise(case, reply),) if disguised(reply.body, case.charset) else ()
    if broken is not None and broken.step == "envelope":
        return (*first, _unwrapped(case))
    if broken is not None and broken.step == "error":
        return (*first, *_refused(case, reply, Failure(broken_code(case), both(str(broken)), detail=str(broken))))
    if isinstance(opened.data, Failure):
        return (*first, *_refused(case, reply, opened.data))
    return (*first, *_wrapper(case))


def broken_code(case: Case) -> ErrorCode:
    answer = case.answer
    return answer.code if isinstance(answer, Failure) else ErrorCode.BACKEND_CONTRACT_BROKEN


def _undecoded(case: Case, reply: Reply, broken: ContractBroken) -> Hop:
    encoding = case.charset
    at = _first_bad(reply.body, encoding)
    text = both(f"{broken} (0x{reply.body[at]:02x})") if at is not None else both(str(broken))
    place = case.place_of_backend("encoding") if "encoding" in case.backend.model_fields_set else None
    return Hop("decode", "error", text, advice=_charset(case, reply, place))


def _charset(case: Case, reply: Reply, place: Any = None) -> tuple[Advice, ...]:
    actual = likely(reply.body, case.charset)
    declared = reply.headers.get("content-type") or "(no content type)"
    if actual is None:
        return coded("try_charset", actual=pair("不认识的编码", "in no charset we know"), declared=declared)[:1]
    wanted = "gb18030" if actual == "gbk" else actual
    setting = f"backends.{case.compiled.backend}.encoding: {wanted}"
    first, hint = coded("try_charset", actual=NAMES[actual], declared=declared, setting=setting)
    if wanted not in ("utf-8", "gb18030") or not isinstance(case.backend, RestBackend | SoapBackend):
        hint = plain("请该市改用 UTF-8", "ask the city for UTF-8")
    return (first, Advice(hint.text, place=place))


def _disguise(case: Case, reply: Reply) -> Hop:
    encoding = case.charset
    words = both(f"能按 {encoding} 读出,但读出的是乱码", f"readable as {encoding}, but as the wrong characters")
    return Hop("decode", "warning", words, advice=_charset(case, reply))


def _first_bad(body: bytes, encoding: str) -> int | None:
    try:
        body.decode(encoding)
    except UnicodeDecodeError as error:
        return error.start
    return None


def _unparsed(case: Case, reply: Reply, broken: ContractBroken) -> Hop:
    encoding = case.charset
    kind = "XML" if isinstance(case.backend, SoapBackend) else "JSON"
    shown = masked(" ".join(text_of(reply.body[:400], encoding).split())[:EXCERPT])
    words = both(f"不是 {kind}:'{shown}'", f"not {kind}: '{shown}'")
    if broken.html:
        return Hop("parse", "error", words, advice=coded("try_page", status=reply.status, hint=_page_hint(case)))
    at = disguised(reply.body, encoding) or None
    if at or _first_bad(reply.body, encoding) is not None:
        return Hop("parse", "error", words, advice=_charset(case, reply))
    if reply.status >= 500:
        return Hop("error", "error", both(f"HTTP {reply.status} → {broken_code(case)}"), advice=(_SERVER_FAILED,))
    hint = plain(
        f"HTTP {reply.status},{len(reply.body)} 字节:可能被截断,或不是 {kind} 接口",
        f"HTTP {reply.status}, {len(reply.body)} bytes: cut short, or no {kind} interface",
    )
    return Hop("parse", "error", words, advice=(hint,))


def _page_hint(case: Case) -> dict[str, str]:
    name, windows = case.compiled.backend, case.backend.maintenance
    if not windows:
        return pair(
            f"若夜间维护时本就如此,请写 backends.{name}.maintenance,覆盖面便会说 CHANNEL_PAUSED",
            f"if this page is normal at night, declare backends.{name}.maintenance so that coverage says CHANNEL_PAUSED",
        )
    return pair(
        f"backends.{name}.maintenance 已写了时段;若此刻也属维护,请把它加进去",
        f"backends.{name}.maintenance names its hours; if this hour is one of them too, add it",
    )


def _unwrapped(case: Case) -> Hop:
    body = _body(case)
    rule = getattr(case.backend, "envelope", None)
    if isinstance(case.backend, SoapBackend) and isinstance(body, dict) and len(body) == 1:
        (only,) = body.values()
        keys = f"{next(iter(body))}: {top_level(only)}"
    else:
        keys = top_level(body)
    condition = rule.ok if rule is not None and rule.ok else None
    if condition:
        words = both(f"`{condition}` 不成立;顶层键:{keys}", f"`{condition}` is false; top-level keys: {keys}")
    elif rule is not None:
        words = both(f"没有 `{rule.code}`;顶层键:{keys}", f"no `{rule.code}`; top-level keys: {keys}")
    elif isinstance(body, dict) and "data" in body:
        zh, en = kind_of(body["data"])
        return Hop(
            "envelope",
            "error",
            both(f"data 是{zh},应为对象", f"data is {en}, expected an object"),
            advice=(_OTHER_TYPE,),
        )
    else:
        words = both(f"既无 data 也无 errors;顶层键:{keys}", f"neither data nor errors; top-level keys: {keys}")
    place = case.place_of_backend("envelope") if rule is not None else None
    return Hop("envelope", "error", words, advice=wrapper_advice(case, body, place))


def wrapper_advice(case: Case, body: Any, place: Any = None) -> tuple[Advice, ...]:
    """ROAM-625, the place, a guess, and how to keep the answer."""
    first = coded("try_wrapper", hint="")[0]
    look = guess_in_soap if isinstance(case.backend, SoapBackend) else guess
    looks = look(body, case.rule.response)
    record = f"roam city try {case.config.city.id} {case.compiled.id} --record"
    return (
        Advice(first.text, first.code, place),
        *((plain(f"看上去是:{looks}", f"looks like: {looks}"),) if looks else ()),
        plain(f"录下来:{record}", f"record it: {record}"),
    )


def _wrapper(case: Case) -> tuple[Hop, ...]:
    """The wrapper as declared, for who wants to see it."""
    if isinstance(case.backend, RestBackend | SoapBackend):
        if case.backend.envelope is None:
            return ()
        return (Hop("envelope", "ok", both(_said(case, _body(case), ok=True))),)
    return (Hop("envelope", "ok", both("有 data,没有 errors", "data, and no errors")),)


def _said(case: Case, body: Any, *, ok: bool) -> str:
    rule = getattr(case.backend, "envelope", None)
    parts = [f"ok = {'true' if ok else 'false'}"]
    if rule is not None and rule.code:
        parts.append(f"code = {EnvelopeRule(rule).code(body)}")
    if message := words_of(case, body):
        parts.append(f"message = '{message}'")
    return ", ".join(parts)


def words_of(case: Case, body: Any) -> str:
    """The city's own sentence, cut and masked; empty where there is none."""
    rule = getattr(case.backend, "envelope", None)
    found: Any = None
    if rule is not None and rule.message:
        found = compile_path(rule.message)(body)
    if found is None and isinstance(body, dict):
        inner = (
            body.get("Fault") or (body.get("errors") or [None])[0] if not isinstance(body.get("errors"), dict) else None
        )
        for part in (inner, body):
            found = next((part[key] for key in _WORDS if isinstance(part, dict) and part.get(key)), found)
            if found is not None:
                break
    with suppress(Unfit):
        return masked(text(found))[:120] if found is not None else ""
    return ""


def _refused(case: Case, reply: Reply, failure: Failure) -> tuple[Hop, ...]:
    """The wrapper that said no, where there is one, and what the error table makes of it."""
    body = _body(case)
    words, code = words_of(case, body), _code(case, body)
    hops: list[Hop] = []
    if isinstance(body, dict) and "Fault" in body:
        hops.append(Hop("envelope", "error", both(f"SOAP fault {code}, message = '{words}'")))
    elif getattr(case.backend, "envelope", None) is not None and code is not None:
        hops.append(Hop("envelope", "error", both(_said(case, body, ok=False))))
    elif isinstance(body, dict) and body.get("errors"):
        hops.append(Hop("envelope", "error", both(f"errors: code = {code}, message = '{words}'")))
    said = f"code {code}" if code is not None else f"HTTP {reply.status}"
    if words and not hops:
        said = f"{said}, '{words}'"
    return (
        *hops,
        Hop("error", "error", both(f"{said} → {failure.code}"), advice=_why(case, reply, failure, code, words)),
    )


def _code(case: Case, body: Any) -> str | None:
    rule = getattr(case.backend, "envelope", None)
    if rule is not None and (found := EnvelopeRule(rule).code(body)) is not None:
        return found
    if not isinstance(body, dict):
        return None
    if isinstance(fault := body.get("Fault"), dict):
        return str(fault.get("faultcode"))
    for error in body.get("errors") or () if isinstance(body.get("errors"), list) else ():
        extensions = error.get("extensions") if isinstance(error, dict) else None
        if isinstance(extensions, dict) and extensions.get("code"):
            return str(extensions["code"])
    return None


def _why(case: Case, reply: Reply, failure: Failure, code: str | None, words: str) -> tuple[Advice, ...]:
    link = f"roam city try {case.config.city.id} account.link --persona … --yes"
    match failure.code:
        case ErrorCode.ACCOUNT_NOT_LINKED:
            return (
                plain(
                    f"这位市民在该市没有绑定账户:换一位,或先绑定:{link}",
                    f"the citizen has no account there: try another persona, or link one: {link}",
                ),
            )
        case ErrorCode.ACCOUNT_NEEDS_REAUTH | ErrorCode.ACCOUNT_SUSPENDED:
            return (
                plain(
                    "账户在该市的状态如此,不是频道的错",
                    "the account stands like that in the city; the channel is right",
                ),
            )
        case ErrorCode.RATE_LIMITED:
            wait = plain(f"{failure.retry_after} 秒后再试", f"try again after {failure.retry_after} s")
            return (*coded("try_limited", backend=case.compiled.backend), wait)
    if about_proof(case, reply.status, code, words):
        return causes(case, words)
    if "has no row in errors" in failure.detail:
        row = f'{{code: "{code}", to: …}}' if code is not None else f"{{http: {reply.status}, to: …}}"
        place = case.place_of_backend("errors")
        text = f"backends.{case.compiled.backend}.errors"
        return (
            plain(
                f"错误码表里没有它;在 {text} 加上 {row}",
                f"the error table does not have it; add {row} to {text}",
                place=place,
            ),
        )
    if reply.status >= 500:
        return (_SERVER_FAILED,)
    return ()


def _body(case: Case) -> Any:
    """The answer as data, None where it cannot be read."""
    reply = case.reply
    if reply is None:
        return None
    with suppress(ContractBroken, ValueError):
        return case.body
    return None if isinstance(case.backend, SoapBackend) else read_error_body(reply, case.charset)
