"""The closed list of converters: what each takes, what it refuses, and that refusing never quotes the value."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.mapping import converters, masks
from channels.mapping.converters import Unfit, inward, outward
from channels.text.dates import known_format


def cny(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "CNY"}


GOOD: list[tuple[str, str, Any, Any]] = [
    ("money.fen", "", 3860, cny("38.60")),
    ("money.fen", "", "4120", cny("41.20")),
    ("money.fen", "", 3860.0, cny("38.60")),
    ("money.fen", "", -5, cny("-0.05")),
    ("money.yuan", "", "9321.55", cny("9321.55")),
    ("money.yuan", "", 38.6, cny("38.60")),
    ("money.yuan", "", 52, cny("52.00")),
    ("money.yuan", "", "38.6000", cny("38.60")),
    ("int", "", "62", 62),
    ("int", "", 62.0, 62),
    ("decimal", "", 0.1, "0.1"),
    ("bool", "", "Y", True),
    ("bool", "", 0, False),
    ("text", "", 12, "12"),
    ("text", "", True, "true"),
    ("list", "", "one", ["one"]),
    ("list", "", ["a", 1, None], ["a", "1"]),
    ("url", "", "https://a.gov.cn/x?y=1", "https://a.gov.cn/x?y=1"),
    ("url", "", "http://127.0.0.1:8101/x", "http://127.0.0.1:8101/x"),
    ("date", "iso", "2026-11-30", "2026-11-30"),
    ("date", "iso", "2026-11-30T23:30:00Z", "2026-12-01"),
    ("date", "yyyyMMdd", "20261130", "2026-11-30"),
    ("date", "yyyyMMdd", 20261130, "2026-11-30"),
    ("date", "yyyy/MM/dd", "2026/11/28", "2026-11-28"),
    ("date", "epoch_ms", 1795248000000, "2026-11-21"),
    ("datetime", "iso", "2026-11-30T01:00:00Z", "2026-11-30T09:00:00+08:00"),
    ("datetime", "iso", "2026-11-30 09:00:00", "2026-11-30T09:00:00+08:00"),
    ("datetime", "iso", "2026-11-30T09:00:00.5+08:00", "2026-11-30T09:00:00.500000+08:00"),
    ("datetime", "yyyyMMddHHmmss", "20261003081500", "2026-10-03T08:15:00+08:00"),
    ("datetime", "yyyy-MM-dd HH:mm:ss", "2026-11-18 10:00:00", "2026-11-18T10:00:00+08:00"),
    ("datetime", "yyyy/MM/dd HH:mm", "2026/11/18 10:00", "2026-11-18T10:00:00+08:00"),
    ("datetime", "yyyyMMddHHmmssSSS", "20261118100000250", "2026-11-18T10:00:00.250000+08:00"),
    ("datetime", "epoch_ms", 1795219200000, "2026-11-21T08:00:00+08:00"),
    ("datetime", "epoch_ms", "1795219200000", "2026-11-21T08:00:00+08:00"),
    ("datetime", "epoch_s", 1795219200, "2026-11-21T08:00:00+08:00"),
    ("mask.account", "", "0028119930", "00****9930"),
    ("mask.name", "", "陈某某", "陈**"),
    ("mask.phone", "", "13800000000", "138****0000"),
]


@pytest.mark.parametrize(("name", "form", "value", "expected"), GOOD)
def test_what_a_converter_takes(name: str, form: str, value: Any, expected: Any) -> None:
    assert inward(name, form or "iso")(value) == expected


BAD: list[tuple[str, str, Any]] = [
    ("money.fen", "", 38.6),
    ("money.fen", "", "38.60"),
    ("money.fen", "", True),
    ("money.fen", "", {}),
    ("money.yuan", "", "38.605"),
    ("money.yuan", "", "1e5"),
    ("money.yuan", "", float("nan")),
    ("money.yuan", "", "三十"),
    ("money.yuan", "", "1,000.00"),
    ("int", "", "6x"),
    ("int", "", 1.5),
    ("bool", "", "maybe"),
    ("text", "", {}),
    ("list", "", [{}]),
    ("url", "", "javascript:alert(1)"),
    ("url", "", "http://a.gov.cn"),
    ("url", "", "//a.gov.cn"),
    ("url", "", "https://u:p@a.gov.cn"),
    ("url", "", "https://a b"),
    ("url", "", "https://[bad"),
    ("date", "iso", "2026-02-30"),
    ("date", "iso", "20261130"),
    ("date", "yyyyMMdd", "2026-1-1"),
    ("date", "yyyyMMdd", "２０２６１１３０"),
    ("datetime", "yyyyMMddHHmmss", "20261301000000"),
    ("datetime", "epoch_ms", "soon"),
    ("datetime", "epoch_s", 1795219200000),
    ("datetime", "epoch_ms", float("inf")),
    ("datetime", "epoch_ms", None),
]


@pytest.mark.parametrize(("name", "form", "value"), BAD)
def test_what_a_converter_refuses_it_does_not_quote(name: str, form: str, value: Any) -> None:
    """The reason goes to logs: it names the kind of fault and never holds a citizen's data."""
    with pytest.raises(Unfit) as refused:
        inward(name, form or "iso")(value)
    assert len(str(value)) < 3 or str(value) not in str(refused.value)


@given(st.integers(-(10**15), 10**15))
def test_fen_and_yuan_agree(fen: int) -> None:
    """What goes out to a city as fen comes back as the same amount."""
    money = inward("money.fen")(fen)
    assert outward("money.fen")(money) == fen
    assert outward("money.fen")(money["amount"]) == fen
    assert inward("money.yuan")(outward("money.yuan")(money)) == money


@given(st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.lists(st.text()), st.just({})))
def test_a_converter_gives_a_value_or_unfit_and_nothing_else(value: Any) -> None:
    """A city may send anything at all."""
    for name in converters.NAMES:
        for form in ("iso", "yyyyMMdd", "epoch_ms") if name in converters.DATED else ("iso",):
            try:
                inward(name, form)(value)
            except Unfit:
                continue


def test_arguments_go_out_in_the_citys_form() -> None:
    assert outward("date", "yyyyMMdd")("2026-11-30") == "20261130"
    assert outward("datetime", "epoch_ms")("2026-11-21T08:00:00+08:00") == 1795219200000
    assert outward("date", "yyyy/MM/dd")("2026-11-30") == "2026/11/30"
    assert outward("money.yuan")("38.6") == "38.60"


def test_formats_are_known_before_anything_runs() -> None:
    assert all(known_format(name) for name in ("iso", "epoch_ms", "yyyyMMdd", "yyyy-MM-dd HH:mm:ss"))
    assert not any(known_format(name) for name in ("", "HH:mm", "YYYY-MM-DD", "%Y%m%d", "yyyyMMddX", "yyyyMMddyyyy"))


@given(st.text())
def test_a_mask_never_shows_a_whole_number(value: str) -> None:
    """The middle of an account number, and all of a short one, stays hidden."""
    masked = masks.account(value)
    shown = masked.replace(masks.STARS, "", 1)
    assert len(shown) <= max(0, len(value) - 1) or not value
