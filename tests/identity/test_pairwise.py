"""One citizen, one name per city: stable, unlinkable, 43 characters."""

import re

import pytest

from identity import AmbiguousIssuers, Issuer, WeakSalt, pairwise_id
from identity.issuers import trusted

SALT = b"0123456789abcdef0123456789abcdef"


def test_a_pairwise_id_is_stable_and_differs_by_city_subject_and_salt() -> None:
    ids = [
        pairwise_id(SALT, "510100", "deng"),
        pairwise_id(SALT, "510600", "deng"),
        pairwise_id(SALT, "510100", "chen"),
        pairwise_id(SALT + b"x", "510100", "deng"),
    ]
    assert len(set(ids)) == 4
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{43}", found) for found in ids)
    assert ids[0] == pairwise_id(SALT, "510100", "deng") == "fLrk7qZm9Rbpz7QwF_UI5di3SZa9evIwIP57JS4w7LY"


def test_a_short_salt_is_refused_without_being_shown() -> None:
    with pytest.raises(WeakSalt) as caught:
        pairwise_id(b"short-secret", "510100", "deng")
    assert "short-secret" not in str(caught.value)


def test_equal_subjects_of_two_providers_are_two_citizens() -> None:
    home, other = Issuer("https://a.example", "g"), Issuer("https://b.example", "g", qualified=True)
    assert home.subject("deng") == "deng"
    assert other.subject("deng") == "https://b.example|deng"
    assert list(trusted([home, other])) == ["https://a.example", "https://b.example"]


def test_two_providers_with_plain_subjects_are_refused() -> None:
    with pytest.raises(AmbiguousIssuers, match=r"b\.example must be qualified"):
        trusted([Issuer("https://a.example", "g"), Issuer("https://b.example", "g")])
    with pytest.raises(AmbiguousIssuers, match="twice"):
        trusted([Issuer("https://a.example", "g"), Issuer("https://a.example", "g", qualified=True)])
