"""Ids and cursors that only the gateway can make: any change, any other use, any other spelling fails."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identity import BrokenSeal, Sealer, WeakSealKey

SEALER = Sealer(b"k" * 32)


@given(st.binary(max_size=200), st.text(max_size=20), st.text(max_size=20))
def test_what_is_sealed_opens_and_is_always_the_same_text(payload: bytes, purpose: str, binding: str) -> None:
    sealer = Sealer(b"k" * 32)
    text = sealer.seal(purpose, binding, payload)
    assert sealer.open(purpose, binding, text) == payload
    assert Sealer(b"k" * 32).seal(purpose, binding, payload) == text


@pytest.mark.parametrize(("purpose", "binding"), [("cursor", "deng"), ("id", "chen"), ("id", ""), ("", "deng")])
def test_another_purpose_or_binding_does_not_open(purpose: str, binding: str) -> None:
    text = SEALER.seal("id", "deng", b"x")
    with pytest.raises(BrokenSeal):
        SEALER.open(purpose, binding, text)


def test_another_key_does_not_open() -> None:
    with pytest.raises(BrokenSeal):
        Sealer(b"j" * 32).open("id", "", SEALER.seal("id", "", b"x"))


def test_every_changed_character_breaks_it() -> None:
    text = SEALER.seal("id", "", b"bill 17")
    for place in range(len(text)):
        other = "A" if text[place] != "A" else "B"
        with pytest.raises(BrokenSeal):
            SEALER.open("id", "", text[:place] + other + text[place + 1 :])


@pytest.mark.parametrize(
    "change", [lambda t: t + "=", lambda t: t + "\n", lambda t: t[:-1], lambda t: " " + t, lambda t: t + "A"]
)
def test_another_spelling_of_the_same_bytes_does_not_open(change: object) -> None:
    text = SEALER.seal("id", "", b"bill 17")
    with pytest.raises(BrokenSeal):
        SEALER.open("id", "", change(text))  # type: ignore[operator]


@pytest.mark.parametrize("text", ["", "x", "账单", "x" * 20_000, "!" * 40, "\0" * 40])
def test_nonsense_does_not_open(text: str) -> None:
    with pytest.raises(BrokenSeal):
        SEALER.open("id", "", text)


def test_a_short_key_is_refused_without_being_shown() -> None:
    with pytest.raises(WeakSealKey) as caught:
        Sealer(b"secret")
    assert "secret" not in str(caught.value)
