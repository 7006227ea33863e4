"""A token for one city, one operation, one minute: what is in it, who signs it, and what can never be."""

import json
from base64 import urlsafe_b64decode
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from joserfc import jwt
from joserfc.jwk import ECKey, OKPKey

from identity.exchange import BadSigningKey, OnBehalf, SigningKey, exchange

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
EC, OKP = ECKey.generate_key("P-256"), OKPKey.generate_key("Ed25519")
KEYS = {
    "ES256": SigningKey.read(EC.as_pem(private=True).decode()),
    "EdDSA": SigningKey.read(OKP.as_pem(private=True).decode(), "EdDSA"),
}
CITIZEN = OnBehalf("p" * 43, "roam-app")


def made(behalf: OnBehalf | None = CITIZEN, algorithm: str = "ES256", **other: Any) -> str:
    given: dict[str, Any] = {
        "issuer": "https://graph.example/graphql",
        "audience": "urn:roam:city:510600",
        "scope": "bills.list",
        "acr": "REAL_NAME",
        "now": NOW,
    }
    return exchange(behalf, KEYS[algorithm], **{**given, **other})


def opened(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    header, claims = (json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4))) for part in token.split(".")[:2])
    return header, claims


def test_it_speaks_of_one_citizen_to_one_city_about_one_operation() -> None:
    header, claims = opened(made())
    assert header == {"alg": "ES256", "typ": "at+jwt", "kid": EC.thumbprint()}
    assert claims == {
        "iss": "https://graph.example/graphql",
        "aud": "urn:roam:city:510600",
        "sub": "p" * 43,
        "act": {"sub": "roam-app"},
        "client_id": "roam-app",
        "scope": "bills.list",
        "acr": "REAL_NAME",
        "iat": int(NOW.timestamp()),
        "exp": int(NOW.timestamp()) + 60,
        "jti": claims["jti"],
    }
    assert opened(made())[1]["jti"] != claims["jti"]


def test_a_stranger_to_our_code_verifies_es256() -> None:
    assert jwt.decode(made(), EC, algorithms=["ES256"]).claims["sub"] == "p" * 43


def test_a_stranger_to_our_code_verifies_eddsa() -> None:
    """With the raw public key of the JWK, by RFC 8037 alone."""
    token, public = made(algorithm="EdDSA"), KEYS["EdDSA"].public
    signed, _, signature = token.rpartition(".")
    key = Ed25519PublicKey.from_public_bytes(urlsafe_b64decode(public["x"] + "="))
    key.verify(urlsafe_b64decode(signature + "=="), signed.encode())
    with pytest.raises(InvalidSignature):
        key.verify(urlsafe_b64decode(signature + "=="), signed.encode() + b"x")
    assert opened(token)[0]["alg"] == "EdDSA"
    assert public["kid"] == OKP.thumbprint()


def test_the_person_who_acts_is_nested_below_the_app() -> None:
    """RFC 8693 §4.1: the outermost is the current actor, those inside came before."""
    claims = opened(made(OnBehalf("p" * 43, "roam-app", "a" * 43)))[1]
    assert claims["act"] == {"sub": "roam-app", "act": {"sub": "a" * 43}}
    assert claims["sub"] == "p" * 43


@pytest.mark.parametrize(
    ("lifetime", "left", "seconds"),
    [(timedelta(minutes=9), None, 60), (timedelta(seconds=20), None, 20), (timedelta(seconds=60), 30, 30)],
)
def test_it_lives_a_minute_at_most_and_no_longer_than_the_sign_in(
    lifetime: timedelta, left: int | None, seconds: int
) -> None:
    until = NOW + timedelta(seconds=left) if left else None
    claims = opened(made(OnBehalf("p" * 43, "roam-app", until=until), lifetime=lifetime))[1]
    assert claims["exp"] - claims["iat"] == seconds


def test_for_nobody_it_names_the_gateway() -> None:
    claims = opened(made(None, acr="ANONYMOUS"))[1]
    assert (claims["sub"], claims["act"], claims["client_id"]) == ("gateway", {"sub": "gateway"}, "gateway")


@pytest.mark.parametrize(
    ("pem", "algorithm", "why"),
    [
        ("", "ES256", "not a private key in PEM"),
        ("x", "EdDSA", "not a private key in PEM"),
        (ECKey.generate_key("P-384").as_pem(private=True).decode(), "ES256", "P-256"),
        (EC.as_pem(private=False).decode(), "ES256", "not a private key in PEM"),
        (EC.as_pem(private=True).decode(), "EdDSA", "Ed25519"),
        (OKP.as_pem(private=True).decode(), "ES256", "P-256"),
        (OKPKey.generate_key("X25519").as_pem(private=True).decode(), "EdDSA", "Ed25519"),
    ],
)
def test_a_key_that_does_not_fit_is_refused_and_never_quoted(pem: str, algorithm: Any, why: str) -> None:
    with pytest.raises(BadSigningKey, match=why) as caught:
        SigningKey.read(pem, algorithm)
    assert not pem or len(pem) < 5 or pem[40:60] not in str(caught.value)


def test_no_print_shows_key_or_citizen() -> None:
    assert "PRIVATE" not in repr(KEYS["ES256"])
    assert "d=" not in repr(KEYS["ES256"])
    assert "p" * 43 not in repr(CITIZEN)
