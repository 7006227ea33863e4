"""The hops before there is an answer: connect, token, sign, response.  Each says what was seen and, where it failed, why."""

from __future__ import annotations

import os
import socket
import ssl
from contextlib import suppress
from typing import Final
from urllib.parse import urlsplit

import aiohttp

from channels.answer import Bilingual, Failure
from channels.declared.models import ApiKeyAuth, GatewayJwtAuth, OAuth2ClientAuth, SignAuth, WsSecurityAuth
from channels.protocols.draft import Base
from channels.protocols.trace import Exchange
from channels.protocols.transport import Fault, Reply
from channels.trial.case import Case
from channels.trial.proof import proof_refused, secrets_of, skewed
from channels.trial.told import Advice, Hop, both, coded, pair, plain

LIST_BUDGET_SECONDS: Final = 1.5  # what a list screen may take at the 95th percentile
NOTABLE_SKEW_SECONDS: Final = 60.0


def connect(case: Case) -> Hop | None:
    """How the first connection came about; None where nothing was sent."""
    exchanges = (*case.token_exchanges, *case.calls)
    if not exchanges:
        return None
    last = exchanges[-1]
    made = next((each for each in exchanges if each.mark.connected_at is not None and _peer(each) == _peer(last)), last)
    if isinstance(last.result, Fault) and not last.mark.sent:
        return _not_connected(case, last, last.result)
    mark = made.mark
    took = round((mark.connected_at - mark.connecting_at) * 1000) if mark.connected_at and mark.connecting_at else 0
    tls = f"  {' '.join(made.mark.tls)}" if made.mark.tls else ""
    return Hop("connect", "ok", both(f"{_peer(made)}{tls}"), took)


def _not_connected(case: Case, exchange: Exchange, fault: Fault) -> Hop:
    error, peer = exchange.mark.error, _peer(exchange)
    handshake = _ssl_error(error)
    limit = f"{case.compiled.connect_seconds:g}s"
    setting = plain(f"backends.{case.compiled.backend}.base_url = {case.backend.base_url}")
    if handshake is not None:
        return Hop("connect", "error", both(f"{peer} TLS"), advice=(*_tls(case, handshake), setting))
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        reason = pair("域名解析不到:写错了,或 DNS 里没有", "the name does not resolve: misspelt, or not in our DNS")
        text = both(f"{peer} 域名解析失败", f"{peer} the name does not resolve")
        return Hop("connect", "error", text, advice=(coded("try_unreachable", reason=reason)[0], setting))
    if fault.kind == "timeout":
        text = both(f"{peer} {limit} 内没有连上", f"{peer} no connection within {limit}")
        reason = pair("对方不应答:防火墙丢弃,或主机不在", "nobody answers: a firewall drops us, or the host is down")
    else:
        os_error = getattr(error, "os_error", None)
        text = both(f"{peer} {_strerror(os_error)}")
        reason = pair("没有程序在那里监听,或被防火墙拒绝", "nothing listens there, or a firewall drops us")
    told = coded("try_unreachable", reason=reason, egress=egress(case.backend.base_url))
    return Hop("connect", "error", text, advice=(*told, setting))


def _tls(case: Case, error: ssl.SSLError) -> tuple[Advice, ...]:
    reason = getattr(error, "verify_message", "") or error.reason or type(error).__name__
    tls = case.backend.tls
    name = case.compiled.backend
    if isinstance(error, ssl.SSLCertVerificationError):
        trusted = str(tls.ca) if tls is not None and tls.ca else pair("系统信任的机构", "the system's authorities")
        zh = f"对方证书须由 {trusted if isinstance(trusted, str) else trusted['zh']} 签发,域名和有效期相符;换机构写 backends.{name}.tls.ca"
        en = f"their certificate must be issued by {trusted if isinstance(trusted, str) else trusted['en']}, for that name, and in force; another authority goes into backends.{name}.tls.ca"
        return coded("try_tls", reason=reason, hint=pair(zh, en))
    zh = f"核对 backends.{name}.tls:min 版本,以及对方是否要求 client_cert"
    en = f"compare backends.{name}.tls: the lowest version, and whether they want a client_cert"
    return coded("try_tls", reason=reason, hint=pair(zh, en))


def token(case: Case) -> Hop | None:
    """The request for an OAuth token, where one was made."""
    exchanges = case.token_exchanges
    if not exchanges:
        return None
    exchange = exchanges[-1]
    took = _took(exchange)
    path = urlsplit(exchange.url).path
    if isinstance(exchange.result, Fault):
        if not exchange.mark.sent:
            return None  # the connect hop says it
        text = both(f"POST {path} 没有答复", f"POST {path}: no answer")
        return Hop("token", "error", text, took, _unanswered(case, exchange, exchange.result))
    text = both(f"POST {path}, HTTP {exchange.result.status}")
    if not case.calls and isinstance(case.answer, Failure):
        return Hop("token", "error", text, took, proof_refused(case, exchange))
    return Hop("token", "ok", text, took)


def sign(case: Case) -> Hop | None:
    """What proves the gateway to the city: by which means, and where it stands in the request."""
    proved = case.proved
    if proved is None or (case.token_exchanges and not case.calls):
        return _no_proof(case)
    means = _means(case)
    citizen = case.config.citizen_token
    own = [name for name in proved.headers if citizen is None or name != citizen.header]
    parts = [means] if means else []
    for zh, names in (("headers", own), ("query", proved.query), ("form", proved.form)):
        if names:
            parts.append(f"{zh} {', '.join(names)}" if zh != "headers" or len(names) > 1 else f"header {names[0]}")
    if proved.header:
        parts.append("SOAP header Security")
    text_zh = text_en = ", ".join(parts)
    if citizen is not None and citizen.header in proved.headers:
        text_zh += f"{';' if parts else ''}市民令牌在 {citizen.header}"
        text_en += f"{'; ' if parts else ''}citizen token in {citizen.header}"
    return Hop("sign", "ok", Bilingual(text_zh, text_en)) if text_zh else None


def _no_proof(case: Case) -> Hop | None:
    """A call that ended before anything was sent."""
    if case.calls or case.token_exchanges or not isinstance(case.answer, Failure):
        return None
    detail = case.answer.detail or str(case.answer.code)
    missing = [name for name in secrets_of(case) if name in detail]
    advice = tuple(plain(f"roam secrets set {name}") for name in missing)
    return Hop("sign" if missing else "ask", "error", both(detail), advice=advice)


def response(case: Case) -> tuple[Hop, ...]:
    """What came back, before anything is made of it."""
    if not case.calls:
        return ()
    exchange = case.calls[-1]
    took, result = _took(exchange), exchange.result
    if isinstance(result, Fault):
        return (_no_response(case, exchange, result),) if exchange.mark.sent else ()
    media = result.headers.get("content-type", "").partition(";")[0] or "no content type"
    text = f"HTTP {result.status}, {len(result.body)} bytes, {media}"
    tries = len(case.calls)
    shown = Bilingual(
        f"{text}(第 {tries} 次)" if tries > 1 else text, f"{text} (attempt {tries})" if tries > 1 else text
    )
    advice = (*_late(case, took), *_drift(case, exchange, result))
    return (Hop("response", "warning" if advice else "ok", shown, took, advice),)


def _late(case: Case, took: int) -> tuple[Advice, ...]:
    if case.compiled.write or took <= LIST_BUDGET_SECONDS * 1000:
        return ()
    return coded("try_slow", budget=f"{LIST_BUDGET_SECONDS:g}")


def _drift(case: Case, exchange: Exchange, reply: Reply) -> tuple[Advice, ...]:
    """A clock that is off is worth a word while everything still works; where it did not, the error hop says it."""
    skew = case.skew_seconds(exchange)
    if isinstance(case.answer, Failure) or skew is None or abs(skew) < NOTABLE_SKEW_SECONDS:
        return ()
    return skewed(skew)


def _no_response(case: Case, exchange: Exchange, fault: Fault) -> Hop:
    took = _took(exchange)
    total = f"{case.compiled.total_seconds:g}s"
    if fault.kind == "timeout":
        return Hop(
            "response",
            "error",
            both(f"{total} 内没有答复", f"nothing after {total}"),
            took,
            _unanswered(case, exchange, fault),
        )
    if fault.kind == "broken" and exchange.mark.headers_at is None:
        text = both("答复之前连接就断了", "the connection was closed before any answer")
    else:
        text = both("答复没有收完", "the answer breaks off")
    return Hop("response", "error", text, took, _unanswered(case, exchange, fault))


def _unanswered(case: Case, exchange: Exchange, fault: Fault) -> tuple[Advice, ...]:
    handshake = _ssl_error(exchange.mark.error)
    if handshake is not None:
        return _tls(case, handshake)
    if fault.kind == "timeout":
        first, hint = coded("try_timeout", total=f"{case.compiled.total_seconds:g}s")
        spread = plain(
            "多次试用的分布:运行 roam city report", "p95 of many tries: run `roam city report` for the distribution"
        )
        more = both(f"{hint.text.zh}(roam explain ROAM-631)", f"{hint.text.en} (`roam explain ROAM-631`)")
        return (first, spread, Advice(more))
    if fault.kind == "broken" and exchange.mark.headers_at is None:
        reason = pair("连接被对方或中间设备重置", "the city, or a device between us, reset the connection")
        return coded("try_unreachable", reason=reason, egress=egress(case.backend.base_url))
    return coded("try_broken_off", reason=_not_whole(exchange, fault))


def _not_whole(exchange: Exchange, fault: Fault) -> dict[str, str]:
    if fault.kind == "undecodable":
        return pair(fault.detail, fault.detail)
    return pair("响应体中途断开,比响应头所说的短", "the body ends early, shorter than its header says")


def egress(base_url: str) -> str:
    """The address that the city sees us come from, as this machine's routes say; nothing is sent."""
    base = Base.of(base_url)
    with suppress(OSError):
        family, *_, address = socket.getaddrinfo(base.host, base.port, type=socket.SOCK_DGRAM)[0]
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect(address)
            return str(probe.getsockname()[0])
    return "?"


def _means(case: Case) -> str:
    match case.auth:
        case SignAuth(algorithm=algorithm):
            return algorithm
        case OAuth2ClientAuth():
            return "OAuth 2 bearer token"
        case WsSecurityAuth(digest=digest):
            return f"WS-Security UsernameToken ({'password digest' if digest else 'plain password'})"
        case ApiKeyAuth():
            return "API key"
        case GatewayJwtAuth(algorithm=algorithm):
            return f"gateway token ({algorithm})"
    return ""


def _took(exchange: Exchange) -> int:
    """Milliseconds from a standing connection to the end; a retried call counts its last attempt."""
    return round((exchange.ended_at - (exchange.mark.connected_at or exchange.mark.began_at)) * 1000)


def _peer(exchange: Exchange) -> str:
    base = Base.of(exchange.url)
    return f"{base.host}:{base.port}"


def _ssl_error(error: BaseException | None) -> ssl.SSLError | None:
    """OpenSSL's own error behind the client's, where a handshake failed."""
    seen: BaseException | None = error
    for _ in range(6):
        for inner in (getattr(seen, "certificate_error", None), getattr(seen, "os_error", None), seen):
            if isinstance(inner, ssl.SSLError) and not isinstance(inner, aiohttp.ClientError):
                return inner
        seen = getattr(seen, "__cause__", None)
    return None


def _strerror(error: OSError | None) -> str:
    return os.strerror(error.errno) if error is not None and error.errno else "cannot be reached"
