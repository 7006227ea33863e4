"""Client-safe sentences, one for each code that a call to a city can end with.

The sentence says what happened and what to do; it names no address, no backend code and no person.
"""

from __future__ import annotations

from collections.abc import Mapping

from channels.answer import Bilingual, Failure
from schema.codes import ErrorCode

MESSAGES: Mapping[ErrorCode, Bilingual] = {
    ErrorCode.UNAUTHENTICATED: Bilingual("请先登录。", "Sign in first."),
    ErrorCode.ASSURANCE_TOO_LOW: Bilingual(
        "该服务需要更高的实名等级。", "This service needs a higher level of identity assurance."
    ),
    ErrorCode.FORBIDDEN: Bilingual("该城市不允许此操作。", "The city does not allow this."),
    ErrorCode.CONSENT_REQUIRED: Bilingual("需要您的单独同意。", "Your separate consent is needed."),
    ErrorCode.ACCOUNT_NOT_LINKED: Bilingual(
        "您在该城市还没有绑定账户。", "You have not linked an account in this city."
    ),
    ErrorCode.ACCOUNT_NEEDS_REAUTH: Bilingual(
        "该城市要求重新验证您的账户,请重新绑定。", "The city wants your account verified anew; link it again."
    ),
    ErrorCode.ACCOUNT_SUSPENDED: Bilingual(
        "您在该城市的账户已被该城市暂停,请向该城市查询;恢复后请重新绑定。",
        "The city has suspended your account there; ask the city, and link it again once that is lifted.",
    ),
    ErrorCode.NO_AGREEMENT: Bilingual(
        "没有向您的归属城市开放此事项的漫游协议。", "No roaming agreement opens this to your home city."
    ),
    ErrorCode.AGREEMENT_EXPIRED: Bilingual("漫游协议已到期。", "The roaming agreement has expired."),
    ErrorCode.AGREEMENT_SUSPENDED: Bilingual("漫游协议已暂停。", "The roaming agreement is suspended."),
    ErrorCode.QUERY_REJECTED: Bilingual("查询过大、过深或成本过高。", "The query is too large, deep or costly."),
    ErrorCode.NOT_OFFERED: Bilingual("该城市不提供此服务。", "The city does not offer this service."),
    ErrorCode.QUOTA_EXCEEDED: Bilingual("已超过使用次数。", "The quota is used up."),
    ErrorCode.RATE_LIMITED: Bilingual("请求过于频繁,请稍后再试。", "Too many requests; try again later."),
    ErrorCode.CHANNEL_PAUSED: Bilingual(
        "该城市频道暂停服务,请稍后再试。", "The city's channel is paused; try again later."
    ),
    ErrorCode.CHANNEL_RETIRED: Bilingual("该城市频道已下线。", "The city's channel is retired."),
    ErrorCode.BACKEND_UNREACHABLE: Bilingual(
        "暂时无法连接该城市,请稍后再试。", "The city cannot be reached now; try again later."
    ),
    ErrorCode.BACKEND_TIMEOUT: Bilingual(
        "该城市没有及时答复,请稍后再试。", "The city did not answer in time; try again."
    ),
    ErrorCode.BACKEND_CIRCUIT_OPEN: Bilingual(
        "该城市连续故障,暂停访问。", "The city has been failing; calls are suspended for a moment."
    ),
    ErrorCode.BACKEND_REJECTED: Bilingual("该城市拒绝了请求。", "The city refused the request."),
    ErrorCode.BACKEND_CONTRACT_BROKEN: Bilingual(
        "该城市返回的数据不符合约定。", "The city's answer is not what was agreed."
    ),
    ErrorCode.NOT_FOUND: Bilingual("没有找到。", "Not found."),
    ErrorCode.INVALID_INPUT: Bilingual("填写的内容不被接受。", "The input was not accepted."),
    ErrorCode.CONFLICT: Bilingual("情况已变化,请刷新后再试。", "Things have changed; refresh and try again."),
    ErrorCode.IDEMPOTENCY_MISMATCH: Bilingual(
        "同一幂等键已用于不同的内容。", "The idempotency key was used for a different request."
    ),
    ErrorCode.ALREADY_DONE: Bilingual("已经办理过,无需重复。", "Already done; no need to repeat it."),
    ErrorCode.OUTCOME_UNKNOWN: Bilingual(
        "请求已发出而结果未知,请勿重复办理,稍后查看结果。",
        "The request was sent and its outcome is unknown; do not repeat it, look again later.",
    ),
    ErrorCode.LEDGER_UNAVAILABLE: Bilingual(
        "跨城调用记录暂时无法写入,为保护您的信息,本次没有向外市发起调用,请稍后再试。",
        "The record of calls to other cities cannot be written just now, so none was made; try again later.",
    ),
    ErrorCode.STORE_UNAVAILABLE: Bilingual(
        "网关暂时无法记录请求,因此没有办理,请稍后用同一请求再试。",
        "The gateway cannot record requests just now, so nothing was done; send the same request again later.",
    ),
    ErrorCode.INTERNAL: Bilingual("网关内部错误。", "Internal error of the gateway."),
}

# What keeps a city from answering just now, and says nothing of what it would answer.
PASSING = frozenset(
    {
        ErrorCode.BACKEND_CIRCUIT_OPEN,
        ErrorCode.BACKEND_CONTRACT_BROKEN,
        ErrorCode.BACKEND_TIMEOUT,
        ErrorCode.BACKEND_UNREACHABLE,
        ErrorCode.CHANNEL_PAUSED,
        ErrorCode.RATE_LIMITED,
    }
)

# Seconds a client should wait when the city itself does not say.
RETRY_AFTER_SECONDS: Mapping[ErrorCode, int] = {
    ErrorCode.BACKEND_UNREACHABLE: 30,
    ErrorCode.BACKEND_TIMEOUT: 10,
    ErrorCode.RATE_LIMITED: 5,
    ErrorCode.CHANNEL_PAUSED: 600,
}


def failure(code: ErrorCode, detail: str = "", *, retry_after: int | None = None, user: bool = False) -> Failure:
    """Build a Failure with the sentence and the default wait of its code."""
    message = MESSAGES.get(code, MESSAGES[ErrorCode.INTERNAL])
    return Failure(code, message, retry_after or RETRY_AFTER_SECONDS.get(code), user, detail)
