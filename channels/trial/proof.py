"""When a city does not believe us: is it the clock, the key, or the citizen's token?

A protocol seldom says.  The Date header speaks for the clock, the city's own words and the HTTP status for the rest.
"""

from __future__ import annotations

import re
from typing import Any, Final

from channels.declared.models import ApiKeyAuth, GatewayJwtAuth, OAuth2ClientAuth, SignAuth, WsSecurityAuth
from channels.proofs.proof import AUDIENCE
from channels.protocols.trace import Exchange
from channels.protocols.transport import Reply
from channels.trial.case import Case
from channels.trial.told import Advice, coded, pair, plain
from schema.codes import ErrorCode

SUSPECT_SKEW_SECONDS: Final = 20.0
_PROOF = re.compile(
    r"签名|验签|密钥|令牌|鉴权|认证|身份验证|时间戳|reqTime|nonce|随机数|摘要"
    r"|\bsign|signature|token|credential|unauthori[sz]ed|invalid_client|authenticat|api[ _-]?key|timestamp",
    re.IGNORECASE,
)
_CITIZEN = re.compile(r"市民令牌|citizen[ _-]?token", re.IGNORECASE)


def about_proof(case: Case, status: int, code: str | None, words: str) -> bool:
    """Whether a refusal is about who we are rather than about what we asked."""
    if status in (401, 403) or _PROOF.search(words) or _PROOF.search(code or ""):
        return True
    return getattr(case.answer, "code", None) is ErrorCode.BACKEND_REJECTED and _skew(case) is not None


def causes(case: Case, words: str) -> tuple[Advice, ...]:
    """Why our proof is refused, the likeliest first."""
    if (skew := _skew(case)) is not None:
        return skewed(skew)
    agrees = plain("双方时钟一致,不是时间戳的问题", "our clocks agree: it is not the timestamp")
    if _CITIZEN.search(words):
        return (*_citizen_token(case), agrees)
    if isinstance(case.auth, GatewayJwtAuth):  # one token says both who we are and who the citizen is
        return (*_wrong_key(case), *_citizen_token(case), agrees)
    return (*_wrong_key(case), agrees)


def proof_refused(case: Case, exchange: Exchange) -> tuple[Advice, ...]:
    """Why the token endpoint gives none."""
    result = exchange.result
    if not isinstance(result, Reply):
        return ()
    skew = case.skew_seconds(exchange)
    if skew is not None and abs(skew) >= SUSPECT_SKEW_SECONDS:
        return skewed(skew)
    if result.status in (400, 401, 403):
        return _wrong_key(case)
    detail = getattr(case.answer, "detail", "")
    return (plain(detail),) if detail else ()


def skewed(seconds: float) -> tuple[Advice, ...]:
    return coded("try_clock", skew=f"{round(seconds):+d}")


def secrets_of(case: Case) -> tuple[str, ...]:
    """The names of the secrets that prove us to this backend."""
    match case.auth:
        case SignAuth(app_id=first, key=second):
            held: tuple[Any, ...] = (second, first)
        case OAuth2ClientAuth(client_id=first, client_secret=second):
            held = (second, first)
        case WsSecurityAuth(username=first, password=second):
            held = (second, first)
        case ApiKeyAuth(value=only):
            held = (only,)
        case GatewayJwtAuth(key=only):
            held = (only,)
        case _:
            held = ()
    citizen = (case.config.citizen_token.key,) if case.config.citizen_token else ()
    return tuple(str(secret).removeprefix("secret:") for secret in (*held, *citizen))


def _skew(case: Case) -> float | None:
    exchange = case.calls[-1] if case.calls else None
    found = case.skew_seconds(exchange) if exchange is not None else None
    return found if found is not None and abs(found) >= SUSPECT_SKEW_SECONDS else None


def _wrong_key(case: Case) -> tuple[Advice, ...]:
    names = [name for name in secrets_of(case) if not _is_citizen_key(case, name)]
    if not names:
        return coded("try_proof", proof=pair("身份", "proof"), secrets="auth", first="NAME")
    match case.auth:
        case SignAuth(algorithm=algorithm):
            proof = pair(f"签名({algorithm})", f"signature ({algorithm})")
        case OAuth2ClientAuth():
            proof = pair("客户端凭证", "client credentials")
        case WsSecurityAuth():
            proof = pair("用户名或密码摘要", "user name or password digest")
        case GatewayJwtAuth():
            proof = pair("网关令牌", "gateway token")
        case _:
            proof = pair("接口密钥", "API key")
    return coded("try_proof", proof=proof, secrets=tuple(names), first=names[0])


def _is_citizen_key(case: Case, name: str) -> bool:
    rule = case.config.citizen_token
    return rule is not None and str(rule.key).removeprefix("secret:") == name


def _citizen_token(case: Case) -> tuple[Advice, ...]:
    rule = case.config.citizen_token
    keys = case.public_url.removesuffix("/graphql") + "/.well-known/jwks.json"
    named = rule.audience if rule is not None else getattr(case.auth, "audience", None)
    audience = named or f"{AUDIENCE}{case.config.city.code}"
    return coded("try_citizen_token", keys=keys, audience=audience)
