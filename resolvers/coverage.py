"""One coverage row for each city asked: what came of it, and why."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from channels.answer import Failure
from channels.deployment.snapshot import Channel
from resolvers.consent_rows import terms_row
from resolvers.context import Context
from resolvers.faults import denial_texts, texts
from resolvers.provenance import city_row, instant
from roaming import Denial
from schema.codes import CityOutcome, ErrorCode

Row = dict[str, Any]
NOT_LINKED = frozenset(
    {
        ErrorCode.ACCOUNT_NOT_LINKED,
        ErrorCode.ACCOUNT_NEEDS_REAUTH,
        ErrorCode.ACCOUNT_SUSPENDED,
        ErrorCode.CONSENT_REQUIRED,
    }
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one city fared. `refusal` says why there is nothing (more) from it, `stale` why some of its rows are from before."""

    channel: Channel
    refusal: Denial | Failure | None = None
    stale: Failure | None = None
    dropped: int = 0
    as_of: datetime | None = None
    agreement_id: str | None = None
    left_out: bool = False  # it failed on an earlier page of this walk
    through: Channel | None = None  # the city that was asked in its place, for both have the same item

    @property
    def kind(self) -> CityOutcome:
        match self.refusal:
            case Denial(offered=False):
                return CityOutcome.NOT_OFFERED
            case Denial():
                return CityOutcome.DENIED
            case Failure(code=code) if code in NOT_LINKED:
                return CityOutcome.DENIED
            case Failure():
                return CityOutcome.FAILED
        if self.stale:
            return CityOutcome.STALE
        return CityOutcome.PARTIAL if self.dropped else CityOutcome.OK

    @property
    def failed(self) -> bool:
        return self.kind is CityOutcome.FAILED


def coverage_row(context: Context, outcome: Outcome, count: int | None = None) -> Row:
    """The CityCoverage row. `count`: this city's rows on the page being told."""
    refusal = outcome.refusal
    why = refusal or outcome.stale
    return {
        "city": city_row(context, outcome.channel),
        "outcome": outcome.kind.value,
        "code": why.code.value if why else None,
        "message": message(outcome),
        "retryAfter": why.retry_after if why else None,
        "count": None if refusal else count,
        "dropped": outcome.dropped or None,
        "asOf": instant(outcome.as_of) if outcome.as_of else None,
        "agreementId": outcome.agreement_id,
        "consent": terms_row(context, refusal.consent) if isinstance(refusal, Denial) and refusal.consent else None,
    }


def message(outcome: Outcome) -> dict[str, str] | None:
    """The sentence beside the code."""
    if outcome.through:
        return covered_text(outcome.through)
    if outcome.refusal is None and outcome.stale:
        return stale_text(outcome.stale)
    return reason(outcome.refusal, left_out=outcome.left_out)


def stale_text(why: Failure) -> dict[str, str]:
    """The sentence of a city that could not answer, beside its rows from before."""
    text = texts(why.message)
    return {
        "zh": f"{text['zh']}所示为该城市此前的答复,时间见 asOf。",
        "en": f"{text['en']} Shown is what it answered before; asOf says when.",
    }


def covered_text(through: Channel) -> dict[str, str]:
    """The sentence of a city that was not asked because another was asked for the same item."""
    zh, en = through.city.name.zh, through.city.name.text("en")
    return {
        "zh": f"省级或部级统一事项,只问一次:见{zh}。",
        "en": f"An item of the province or a ministry, asked once: see {en}.",
    }


def reason(refusal: Denial | Failure | None, *, left_out: bool) -> dict[str, str] | None:
    """Why there is nothing from a city."""
    if refusal is None:
        return None
    text = texts(refusal.message) if isinstance(refusal, Failure) else denial_texts(refusal)
    if left_out:
        text = {"zh": f"{text['zh']}本次翻页不含该城市。", "en": f"{text['en']} It is left out of this walk."}
    return text
