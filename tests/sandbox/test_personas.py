"""Personas: synthetic, distinct, with numbers that check."""

from datetime import date

import pytest

from sandbox.numbers import check_digit, identity_number, is_identity_number
from sandbox.personas import CITY_CODES, PERSONAS, RARE_NAME, linked_in
from sandbox.seeds import Utility, bills
from sandbox.workdays import after_working_days


def test_check_digits_follow_gb_11643() -> None:
    """The two numbers are the examples of GB 11643-1999, annex A."""
    assert check_digit("11010519491231002") == "X"
    assert check_digit("44052418800101001") == "4"
    assert is_identity_number(identity_number("510603", date(1990, 1, 2), 7))
    assert not is_identity_number("110105194912310021")
    with pytest.raises(ValueError, match="17 digits"):
        check_digit("1")


def test_every_persona_is_somebody_else() -> None:
    assert len(PERSONAS) == 5 + 6 * len(CITY_CODES)
    for field in ("subject", "id_number", "phone"):
        assert len({getattr(persona, field) for persona in PERSONAS.values()}) == len(PERSONAS)
    assert all(is_identity_number(persona.id_number) for persona in PERSONAS.values())
    assert PERSONAS["test-hanzi@leshan"].name == RARE_NAME
    assert PERSONAS["test-zhang@deyang"].subject == "test-zhang.510600"


def test_who_is_linked_where() -> None:
    named = {city: {p.key for p in linked_in(city) if "@" not in p.key} for city in CITY_CODES}
    assert named == {
        "chengdu": {"chen", "deng", "mei", "zi", "mian"},
        "deyang": {"chen", "deng", "mian"},
        "meishan": {"chen", "deng", "mei"},
        "ziyang": {"chen", "deng", "mei", "zi"},
        "mianyang": {"chen", "deng", "mian"},
        "leshan": {"mei"},
    }
    assert "test-nobody@deyang" not in {p.key for p in linked_in("deyang")}


@pytest.mark.parametrize("city", ["deyang", "meishan", "ziyang", "leshan"])
def test_no_two_citizens_share_a_bill(city: str) -> None:
    utility = Utility("X", "0838", {"WATER": "水", "GAS": "气"})
    owned = [bill.id for persona in linked_in(city) for bill in bills(utility, persona, city)]
    assert len(set(owned)) == len(owned)
    assert len(bills(utility, PERSONAS[f"test-many@{city}"], city)) == 137


def test_working_days_skip_weekends_and_holidays_and_keep_made_up_days() -> None:
    assert after_working_days(date(2026, 11, 21), 5) == date(2026, 11, 27)
    assert after_working_days(date(2026, 9, 30), 3) == date(2026, 10, 10)
    assert after_working_days(date(2026, 12, 31), 1) == date(2027, 1, 4)
