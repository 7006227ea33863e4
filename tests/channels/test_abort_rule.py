"""When a city that is being opened is closed again: a closed grammar, judged exactly."""

import pytest
from pydantic_core import PydanticCustomError

from channels.counted import MAINTENANCE, OK
from channels.declared.abort_rule import LEAST_CALLS, AbortRule
from schema.codes import ErrorCode

UNREACHABLE = ErrorCode.BACKEND_UNREACHABLE.value


@pytest.mark.parametrize(
    ("text", "read"),
    [("error_rate > 0.02", "error_rate > 0.02"), ("error_rate>0", "error_rate > 0"), ("p95 > 2.5s", "p95 > 2.5s")],
)
def test_what_may_be_written(text: str, read: str) -> None:
    assert str(AbortRule.parse(text)) == read


@pytest.mark.parametrize(
    "text",
    ["error_rate > 2", "error_rate > 1", "error_rate > 0.02s", "error_rate >= 0.02", "p95 > 2", "p99 > 2s", "", " p95 > 2s",
     "error_rate > 0.02 or p95 > 2s", "error_rate > -0.1", "error_rate > 0.０２", "latency > 2s", ["p95 > 2s"], None],
)  # fmt: skip
def test_whatever_else_is_refused(text: object) -> None:
    """`error_rate > 2` is meant as two per cent: taken as it stands it would never close anything."""
    with pytest.raises(PydanticCustomError):
        AbortRule.parse(text)


@pytest.mark.parametrize("bound", ["0.02", "0.07", "0.29", "0.3"])
def test_a_share_of_errors_closes_above_its_bound_and_not_at_it(bound: str) -> None:
    """0.29 × 100 is 28.999… in binary: such a bound must not close a city at exactly 29 errors."""
    rule, at = AbortRule.parse(f"error_rate > {bound}"), round(float(bound) * 100)
    assert not rule.holds(100, at)
    assert rule.holds(100, at + 1)


def test_few_calls_close_nothing() -> None:
    """Else the first lost call would end every rollout."""
    rule = AbortRule.parse("error_rate > 0")
    assert not rule.holds(LEAST_CALLS - 1, LEAST_CALLS - 1)
    assert rule.holds(LEAST_CALLS, 1)


def test_p95_closes_when_more_than_one_call_in_twenty_is_slower() -> None:
    """The nearest-rank percentile of exactly these calls, without keeping any of them."""
    rule = AbortRule.parse("p95 > 2s")
    assert [rule.against(OK, seconds) for seconds in (1.999, 2.0, 2.001)] == [False, False, True]
    assert not rule.holds(100, 5)
    assert rule.holds(100, 6)
    assert [AbortRule.parse("p95 > 300ms").against(OK, seconds) for seconds in (0.3, 0.301)] == [False, True]


def test_a_refusal_is_an_answer_and_an_announced_window_says_nothing() -> None:
    """As the availability of cities is counted everywhere."""
    rule = AbortRule.parse("error_rate > 0.02")
    assert rule.counts(OK)
    assert not rule.counts(MAINTENANCE)
    refused = ErrorCode.BACKEND_CIRCUIT_OPEN.value
    assert (rule.counts(refused), AbortRule.parse("p95 > 2s").counts(refused)) == (True, False)
    assert not rule.against(ErrorCode.ACCOUNT_NOT_LINKED.value, 0.1)
    assert rule.against(UNREACHABLE, 0.1)


def test_what_was_measured_is_told_beside_what_is_allowed() -> None:
    told = AbortRule.parse("error_rate > 0.02").told(120, 6)
    assert (told.zh, told.en) == ("错误率 0.05 > 0.02(共 120 次调用)", "error rate 0.05 > 0.02 of 120 calls")
    slow = AbortRule.parse("p95 > 2s").told(120, 7)
    assert (slow.zh, slow.en) == ("p95 > 2s:120 次调用中有 7 次更慢", "p95 > 2s: 7 of 120 calls took longer")
