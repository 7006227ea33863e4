"""What a city may say of a citizen's account, and what follows: LINKED, NOT_LINKED, NEEDS_REAUTH, SUSPENDED, CONFLICT."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from sandbox.switch import call
from sandbox.up import Stack
from tests.client import FrontEnd, new_key

CITIES = ("chengdu", "deyang", "meishan", "ziyang", "mianyang")
LAUNCHED = "{ me { bills(cities: [%s], filter: {kinds: [WATER, GAS, ELECTRICITY]}) { coverage { outcome code } } } }"
LINK = """mutation ($city: CityId!, $key: IdempotencyKey!) { linkAccount(input: {city: $city, idempotencyKey: $key}) {
  account { state linkedAt } userErrors { code } } }"""
Put = Callable[[str, str, str], None]


@pytest.fixture
def put(stack: Stack, citizen: Any) -> Iterator[Put]:
    """`put("deyang", "test-li@deyang", "SUSPENDED")`; every account is as it was again after the test."""
    touched: set[tuple[str, str]] = set()

    def stand(city: str, persona: str, state: str) -> None:
        touched.add((city, persona))
        status, told = call("PUT", f"{stack.control_url(city)}/accounts", {"citizen": persona, "state": state})
        assert status == 200, told

    yield stand
    for city, persona in touched:
        call("PUT", f"{stack.control_url(city)}/accounts", {"citizen": persona, "state": "LINKED"})
        link(citizen(persona), city)


def state(person: FrontEnd, city: str) -> str:
    rows = person.ask("{ me { accounts { city { slug } state } } }").whole()["me"]["accounts"]
    return next(str(row["state"]) for row in rows if row["city"]["slug"] == city)


def asked(person: FrontEnd, city: str) -> tuple[str, str | None]:
    [row] = person.ask(LAUNCHED % city.upper()).data["me"]["bills"]["coverage"]
    return row["outcome"], row["code"]


def link(person: FrontEnd, city: str) -> str:
    answer = person.ask(LINK, city=city.upper(), key=new_key("relink")).whole()["linkAccount"]
    assert answer["userErrors"] == []
    return str(answer["account"]["state"])


def calls(stack: Stack, city: str) -> int:
    _, told = call("GET", f"{stack.control_url(city)}/calls")
    return len(told["calls"])


@pytest.mark.parametrize("city", CITIES)
def test_an_account_to_be_verified_anew_is_not_asked_about_until_it_is_linked_again(
    stack: Stack, citizen: Any, put: Put, city: str
) -> None:
    name = f"test-li@{city}"
    person = citizen(name)
    put(city, name, "NEEDS_REAUTH")
    assert asked(person, city) == ("DENIED", "ACCOUNT_NEEDS_REAUTH")
    assert state(person, city) == "NEEDS_REAUTH"
    before = calls(stack, city)
    assert asked(person, city) == ("DENIED", "ACCOUNT_NEEDS_REAUTH")
    assert calls(stack, city) == before
    assert link(person, city) == "LINKED"
    assert (state(person, city), asked(person, city)) == ("LINKED", ("OK", None))


@pytest.mark.parametrize("city", CITIES)
def test_a_suspended_account_stays_so_until_the_city_lifts_it(stack: Stack, citizen: Any, put: Put, city: str) -> None:
    name = f"test-hanzi@{city}"
    person = citizen(name)
    put(city, name, "SUSPENDED")
    assert asked(person, city) == ("DENIED", "ACCOUNT_SUSPENDED")
    before = calls(stack, city)
    assert asked(person, city) == ("DENIED", "ACCOUNT_SUSPENDED")
    assert calls(stack, city) == before
    assert link(person, city) == "SUSPENDED"
    put(city, name, "LINKED")
    assert link(person, city) == "LINKED"
    assert asked(person, city) == ("OK", None)


@pytest.mark.parametrize("city", CITIES)
def test_a_conflict_stands_until_the_city_has_settled_it(citizen: Any, put: Put, city: str) -> None:
    """The city knows the person under another account: it says so on linking, and has nothing for this one."""
    name = f"test-li@{city}"
    person = citizen(name)
    put(city, name, "CONFLICT")
    assert link(person, city) == "CONFLICT"
    assert asked(person, city) == ("DENIED", "ACCOUNT_NOT_LINKED")
    assert state(person, city) == "CONFLICT"
    put(city, name, "LINKED")
    assert link(person, city) == "LINKED"


def test_who_was_never_linked_is_not_linked(citizen: Any) -> None:
    person = citizen("test-nobody@mianyang")
    assert asked(person, "mianyang") == ("DENIED", "ACCOUNT_NOT_LINKED")
    assert state(person, "mianyang") == "NOT_LINKED"


def test_such_a_city_is_told_of_also_where_nobody_named_it(citizen: Any, put: Put) -> None:
    """It does not vanish from the default list of cities."""
    put("deyang", "test-1234@deyang", "SUSPENDED")
    query = "{ me { bills { coverage { city { slug } outcome code message(lang: EN) } } } }"
    for _ in range(2):
        [row] = citizen("test-1234@deyang").ask(query).data["me"]["bills"]["coverage"]
        assert (row["city"]["slug"], row["code"]) == ("deyang", "ACCOUNT_SUSPENDED")
        assert row["message"].startswith("The city has suspended your account")


def test_the_switch_refuses_what_it_does_not_know(stack: Stack) -> None:
    url = f"{stack.control_url('deyang')}/accounts"
    wishes: tuple[Any, ...] = (
        {"citizen": "nobody", "state": "LINKED"},
        {"citizen": "deng", "state": "GONE"},
        {"citizen": "deng"},
        [],
    )
    for wish in wishes:
        assert call("PUT", url, wish)[0] == 422
