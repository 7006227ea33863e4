"""Why a token was not accepted: coded values with a safe sentence in each language.

A sentence names what is wrong and never quotes the token, so it may go to the client as it is.
"""

from dataclasses import dataclass
from enum import StrEnum

from schema.codes import ErrorCode


class RefusalReason(StrEnum):
    """What is wrong with a token. ISSUER_UNREACHABLE and STORE_UNREACHABLE say nothing against the token itself."""

    MALFORMED = "MALFORMED"
    ALG_NONE = "ALG_NONE"
    WRONG_ALGORITHM = "WRONG_ALGORITHM"
    WRONG_TYPE = "WRONG_TYPE"
    WRONG_ISSUER = "WRONG_ISSUER"
    UNKNOWN_KEY = "UNKNOWN_KEY"
    BAD_SIGNATURE = "BAD_SIGNATURE"
    WRONG_AUDIENCE = "WRONG_AUDIENCE"
    EXPIRED = "EXPIRED"
    NOT_YET_VALID = "NOT_YET_VALID"
    MISSING_CLAIM = "MISSING_CLAIM"
    FOREIGN_CITY = "FOREIGN_CITY"
    ISSUER_UNREACHABLE = "ISSUER_UNREACHABLE"
    BOUND = "BOUND"
    UNBOUND = "UNBOUND"
    PROOF_MISSING = "PROOF_MISSING"
    PROOF_MALFORMED = "PROOF_MALFORMED"
    PROOF_KEY = "PROOF_KEY"
    PROOF_SIGNATURE = "PROOF_SIGNATURE"
    PROOF_REQUEST = "PROOF_REQUEST"
    PROOF_ATH = "PROOF_ATH"
    PROOF_TIME = "PROOF_TIME"
    PROOF_REPLAYED = "PROOF_REPLAYED"
    PROOFS_FULL = "PROOFS_FULL"
    STORE_UNREACHABLE = "STORE_UNREACHABLE"
    MUTATION_UNPROVEN = "MUTATION_UNPROVEN"
    SESSION_ENDED = "SESSION_ENDED"
    CSRF = "CSRF"
    FOREIGN_ORIGIN = "FOREIGN_ORIGIN"


_FORGED = frozenset({RefusalReason.CSRF, RefusalReason.FOREIGN_ORIGIN})
_PROOF = frozenset(
    reason for reason in RefusalReason if reason.startswith("PROOF") or reason in ("BOUND", "MUTATION_UNPROVEN")
)

_TEXTS = {
    RefusalReason.MALFORMED: ("登录凭证格式不正确", "the access token is malformed"),
    RefusalReason.ALG_NONE: ("登录凭证没有签名(alg none)", "the access token is not signed (alg none)"),
    RefusalReason.WRONG_ALGORITHM: (
        "登录凭证的签名算法不被接受",
        "the access token is signed with an algorithm that is not accepted",
    ),
    RefusalReason.WRONG_TYPE: ("登录凭证类型不是 at+jwt", "the token has the wrong type: at+jwt is expected"),
    RefusalReason.WRONG_ISSUER: (
        "登录凭证的签发方不受信任",
        "the access token comes from an issuer that is not trusted here",
    ),
    RefusalReason.UNKNOWN_KEY: (
        "登录凭证的签名密钥未知",
        "the access token is signed with an unknown key",
    ),
    RefusalReason.BAD_SIGNATURE: ("登录凭证签名错误", "the access token has a bad signature"),
    RefusalReason.WRONG_AUDIENCE: (
        "登录凭证不是签发给本网关的(aud 错误)",
        "the access token has the wrong audience: it is not meant for this gateway",
    ),
    RefusalReason.EXPIRED: ("登录凭证已过期,请重新登录", "the access token has expired; sign in again"),
    RefusalReason.NOT_YET_VALID: ("登录凭证尚未生效", "the access token is not valid yet"),
    RefusalReason.MISSING_CLAIM: ("登录凭证缺少必需的声明", "the access token lacks a required claim"),
    RefusalReason.ISSUER_UNREACHABLE: (
        "身份提供方暂时无法访问,请稍后重试",
        "the identity provider cannot be reached to check the access token; try again shortly",
    ),
    RefusalReason.FOREIGN_CITY: (
        "该签发方不能为这个城市的居民签发登录凭证",
        "the issuer of the access token may not vouch for citizens of its home_city",
    ),
    RefusalReason.BOUND: (
        "该登录凭证绑定了密钥,须以 Authorization: DPoP 及证明一起发送",
        "the access token is bound to a key; send it as Authorization: DPoP, with a proof",
    ),
    RefusalReason.UNBOUND: (
        "该登录凭证没有绑定密钥,不能以 DPoP 方式发送",
        "the access token is not bound to a key, so it cannot be sent as DPoP",
    ),
    RefusalReason.PROOF_MISSING: ("缺少 DPoP 证明", "the DPoP proof is missing"),
    RefusalReason.PROOF_MALFORMED: ("DPoP 证明格式不正确", "the DPoP proof is malformed"),
    RefusalReason.PROOF_KEY: (
        "DPoP 证明所用的密钥不是登录凭证绑定的密钥",
        "the DPoP proof is made with another key than the access token is bound to",
    ),
    RefusalReason.PROOF_SIGNATURE: ("DPoP 证明签名错误", "the DPoP proof has a bad signature"),
    RefusalReason.PROOF_REQUEST: (
        "DPoP 证明不是为本次请求签发的",
        "the DPoP proof was made for another request",
    ),
    RefusalReason.PROOF_ATH: (
        "DPoP 证明不是为这个登录凭证签发的(ath)",
        "the DPoP proof was made for another access token (ath)",
    ),
    RefusalReason.PROOF_TIME: (
        "DPoP 证明的签发时间与网关时钟相差过大(iat)",
        "the DPoP proof is too old, or from the future (iat)",
    ),
    RefusalReason.PROOF_REPLAYED: ("DPoP 证明已经用过(jti)", "the DPoP proof was used before (jti)"),
    RefusalReason.PROOFS_FULL: (
        "网关暂时不能再接受 DPoP 证明,请稍后重试",
        "the gateway cannot take more DPoP proofs at present; try again shortly",
    ),
    RefusalReason.STORE_UNREACHABLE: (
        "网关暂时无法查证 DPoP 证明是否用过,请稍后用新的证明重试",
        "the gateway cannot tell just now whether the DPoP proof was used; try again shortly, with a new proof",
    ),
    RefusalReason.MUTATION_UNPROVEN: (
        "办理类操作须用绑定密钥的登录凭证(DPoP)",
        "a mutation needs an access token that is bound to a key (DPoP)",
    ),
    RefusalReason.SESSION_ENDED: ("登录会话已结束,请重新登录", "the session has ended; sign in again"),
    RefusalReason.CSRF: (
        "带会话 Cookie 的请求须有请求头 X-Roam-CSRF,其值由 /auth/session 给出",
        "a request with a session cookie needs the header X-Roam-CSRF with the value that /auth/session gives",
    ),
    RefusalReason.FOREIGN_ORIGIN: (
        "带会话 Cookie 的请求来自不允许的网页来源(Origin)",
        "a request with a session cookie came from a page of another origin (Origin)",
    ),
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """A token that was not accepted; `claim` names the claim or header at fault where that says more."""

    reason: RefusalReason
    claim: str = ""

    @property
    def code(self) -> ErrorCode:
        """UNAUTHENTICATED; FORBIDDEN where a browser's session is good and the page that sent the request is not;
        STORE_UNAVAILABLE where the fault is the gateway's own.
        """
        if self.reason is RefusalReason.STORE_UNREACHABLE:
            return ErrorCode.STORE_UNAVAILABLE
        return ErrorCode.FORBIDDEN if self.reason in _FORGED else ErrorCode.UNAUTHENTICATED

    @property
    def challenge(self) -> str | None:
        """`DPoP` where the client must prove that it holds a key (RFC 9449 §7.1); else None."""
        return "DPoP" if self.reason in _PROOF else None

    @property
    def zh(self) -> str:
        return _TEXTS[self.reason][0] + self._suffix

    @property
    def en(self) -> str:
        return _TEXTS[self.reason][1] + self._suffix

    @property
    def _suffix(self) -> str:
        return f": {self.claim}" if self.claim else ""

    def __str__(self) -> str:
        return f"{self.reason}: {self.en}"


class TokenRefused(Exception):
    """Carries one Refusal out of the checks of a token."""

    def __init__(self, reason: RefusalReason, claim: str = "") -> None:
        self.refusal = Refusal(reason, claim)
        super().__init__(str(self.refusal))
