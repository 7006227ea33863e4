"""The state of an agreement on a day, and the sentence that tells why it opens nothing.

Seven states. People decide DRAFT, PENDING, ACTIVE, ARCHIVED and REJECTED; dates and flags make the rest of an ACTIVE one:

1. After its last day it is EXPIRED; before its first day it is PENDING.
2. While a flag of the provider, the consumer or the gateway is up it is SUSPENDED. The flags are independent: taking one away
   leaves the others up. A consumer's flag stops citizens of that consumer alone.

Nothing is kept between two questions: whoever asks passes the day, so that midnight needs no reload.
"""

from collections.abc import Mapping, Sequence
from datetime import date

from channels.declared.agreements import Agreement, Side, Suspension
from schema.codes import AgreementState, ShareDenial

Pair = Mapping[str, str]  # a text in `zh` and `en`
WHO: dict[Side, tuple[str, str]] = {
    "provider": ("提供方城市", "the provider city"),
    "consumer": ("归属城市", "the home city"),
    "gateway": ("网关", "the gateway"),
}
DECIDED = {
    AgreementState.DRAFT: ("尚在起草", "is a draft"),
    AgreementState.PENDING: ("尚待签署", "awaits signatures"),
    AgreementState.ARCHIVED: ("已归档", "is archived"),
    AgreementState.REJECTED: ("未获同意", "was rejected"),
}


def state_of(agreement: Agreement, at: date, consumer: str | None = None) -> AgreementState:
    """The state on the day `at`, as citizens of `consumer` meet it; None: suspended only where every consumer is."""
    if agreement.state != "ACTIVE":
        return AgreementState(agreement.state)
    if at > agreement.valid.until:
        return AgreementState.EXPIRED
    if at < agreement.valid.start:
        return AgreementState.PENDING
    return AgreementState.ACTIVE if agreement.in_force(at, consumer) else AgreementState.SUSPENDED


REFUSALS = {
    AgreementState.SUSPENDED: ShareDenial.AGREEMENT_SUSPENDED,
    AgreementState.EXPIRED: ShareDenial.AGREEMENT_EXPIRED,
}  # every other state is as good as no agreement


def nearest(named: Sequence[Agreement], at: date, consumer: str) -> Agreement | None:
    """Of agreements that open nothing on that day, the one to tell of: a suspended one, else the last to expire, else any."""
    ranks = {AgreementState.SUSPENDED: 2, AgreementState.EXPIRED: 1}
    return max(
        named, key=lambda each: (ranks.get(state_of(each, at, consumer), 0), each.valid.until, each.id), default=None
    )


def explained(agreement: Agreement, at: date, consumer: str) -> tuple[ShareDenial, Pair, date | None]:
    """Why it opens nothing to `consumer` on that day: the reason, the sentence with its date, and since when."""
    state = state_of(agreement, at, consumer)
    reason = REFUSALS.get(state, ShareDenial.NO_AGREEMENT)
    if state is AgreementState.SUSPENDED:
        flag = min(agreement.flags(at, consumer), key=lambda each: each.since)
        return reason, suspended(agreement, flag), flag.since
    number, first, last = agreement.id, agreement.valid.start, agreement.valid.until
    if state is AgreementState.EXPIRED:
        zh, en = f"漫游协议 {number} 已于 {last} 到期。", f"The roaming agreement {number} expired on {last}."
        return reason, {"zh": zh, "en": en}, last
    if agreement.state == "ACTIVE":
        zh, en = f"漫游协议 {number} 自 {first} 起生效。", f"The roaming agreement {number} takes effect on {first}."
        return reason, {"zh": zh, "en": en}, first
    zh, en = DECIDED[state]
    return reason, {"zh": f"漫游协议 {number} {zh}。", "en": f"The roaming agreement {number} {en}."}, None


def suspended(agreement: Agreement, flag: Suspension) -> Pair:
    """Whose flag is up, since when, until when, and why."""
    number, since, why = agreement.id, flag.since, flag.reason.rstrip("。.")
    zh_by, en_by = WHO[flag.by]
    zh_until, en_until = (f",至 {flag.until}", f" until {flag.until}") if flag.until else ("", "")
    return {
        "zh": f"漫游协议 {number} 自 {since} 起由{zh_by}暂停{zh_until}:{why}。",
        "en": f"The roaming agreement {number} is suspended by {en_by} since {since}{en_until}: {why}.",
    }
