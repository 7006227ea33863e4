"""J1, the cities' side: each gets a token of its own, its own name for the citizen, and the items it declared."""

from typing import Any

import pytest

from sandbox.personas import CITY_CODES
from sandbox.switch import call
from sandbox.up import Stack

QUERY = {
    "social.accounts": "{ me { socialInsurance(cities: [%s]) { coverage { outcome } } } }",
    "bills.list": "{ me { bills(cities: [%s]) { coverage { outcome } } } }",
    "fund.accounts": "{ me { housingFund(cities: [%s]) { coverage { outcome } } } }",
}
# city, operation -> the items that its `needs` declares
DECLARED = {
    ("chengdu", "fund.accounts"): set(),
    ("deyang", "bills.list"): {"pairwise_id"},
    ("meishan", "social.accounts"): {"pairwise_id"},
    ("ziyang", "social.accounts"): {"name", "id_number"},
    ("ziyang", "bills.list"): {"id_number"},
    ("mianyang", "bills.list"): {"pairwise_id"},
}


def seen(stack: Stack, city: str, operation: str) -> list[Any]:
    _, told = call("GET", f"{stack.control_url(city)}/seen")
    return [one for one in told["seen"] if one["operation"] == operation]


@pytest.mark.parametrize(("city", "operation"), DECLARED)
def test_a_city_gets_exactly_what_it_declared_and_a_token_of_its_own(
    stack: Stack, citizen: Any, city: str, operation: str
) -> None:
    """Items are found by their values, wherever in the call; the token names no other audience and no other operation."""
    person = f"test-zhang@{city}"
    citizen(person).ask(QUERY[operation] % city.upper()).whole()
    calls = [one for one in seen(stack, city, operation) if one["token"] and one["token"]["citizen"] == person]
    assert calls
    for one in calls:
        assert set(one["citizens"].get(person, ())) == DECLARED[city, operation]
        assert {name.partition("@")[0] for name in one["citizens"]} <= {"test-zhang"}  # they share a name
        token = one["token"]
        own = f"{stack.city_url('chengdu')}/graphql" if city == "chengdu" else f"urn:roam:city:{CITY_CODES[city]}"
        assert token["aud"] == own
        assert (token["scope"], token["acr"]) == (operation, "REAL_PERSON")
        assert (token["app"], token["client_id"], token["actor"]) == ("roam-cli", "roam-cli", None)


def test_what_is_public_says_nothing_of_who_asks(stack: Stack, citizen: Any) -> None:
    query = '{ roam(city: MEISHAN) { venues(keyword: "%s") { nodes { name } } } }'
    citizen("deng").ask(query % "东坡")
    for one in seen(stack, "meishan", "venues.list"):
        assert (one["citizens"], one["token"]) == ({}, None)


def test_the_gateways_public_keys_are_served(stack: Stack) -> None:
    """Three: of the shared token key, of the Ed25519 one, and of Chengdu's own; nothing private among them."""
    status, found = call("GET", f"{stack.gateway_url}/.well-known/jwks.json")
    assert status == 200
    assert sorted(key["alg"] for key in found["keys"]) == ["ES256", "ES256", "EdDSA"]
    assert all(set(key) <= {"kty", "crv", "x", "y", "kid", "alg", "use"} for key in found["keys"])
