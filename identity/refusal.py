"""Why a token was not accepted: coded values with a safe sentence in each language.

A sentence names what is wrong and never quotes the token, so it may go to the client as it is.
"""

from dataclasses import dataclass
from enum import StrEnum

from schema.codes import ErrorCode


class RefusalReason(StrEnum):
    """What is wrong with a token. ISSUER_UNREACHABLE alone says nothing against the token itself."""

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
    ISSUER_UNREACHABLE = "ISSUER_UNREACHABLE"


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
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """A token that was not accepted; `claim` names the claim or header at fault where that says more."""

    reason: RefusalReason
    claim: str = ""

    @property
    def code(self) -> ErrorCode:
        """The canonical error code of every refusal."""
        return ErrorCode.UNAUTHENTICATED

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
