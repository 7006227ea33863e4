"""A field that needs a surer login is null; the rest is answered, and the answer says which login would do (RFC 9470)."""

import aiohttp
import pytest

from edge.step_up import answered, challenge
from tests.edge.conftest import Serve

JSON = {"accept": "application/json", "content-type": "application/json"}
LIST = "{ me { bills { nodes { around { id } } } } }"


async def told(serve: Serve, client: aiohttp.ClientSession, query: str) -> tuple[dict, str | None]:
    base = await serve()
    async with client.post(f"{base}/graphql", json={"query": query}, headers=JSON) as response:
        assert response.status == 200
        return await response.json(), response.headers.get("www-authenticate")


async def test_the_rest_is_answered_and_the_refused_fields_are_named_by_their_paths(
    serve: Serve, client: aiohttp.ClientSession
) -> None:
    """Aliases are what the client knows its fields by; the levels are those of all refused fields together."""
    query = '{ add(a: 1) me { displayName tooLow friend { again: tooLow(level: "REAL_PERSON") } } }'
    answer, header = await told(serve, client, query)
    assert answer["data"]["me"] == {"displayName": "陈 ***", "tooLow": None, "friend": {"again": None}}
    assert answer["extensions"]["stepUp"] == {
        "acrValues": ["acr:REAL_NAME", "acr:REAL_PERSON"],
        "maxAge": None,
        "fields": ["me.tooLow", "me.friend.again"],
    }
    assert header is None


async def test_an_answer_that_holds_nothing_is_challenged_in_its_header_too(
    serve: Serve, client: aiohttp.ClientSession
) -> None:
    """A resource server's clients look there (RFC 9470 §3)."""
    answer, header = await told(serve, client, "{ me { tooLow } }")
    assert answer["data"] == {"me": {"tooLow": None}}
    assert header == 'Bearer error="insufficient_user_authentication", acr_values="acr:REAL_NAME"'


async def test_other_errors_ask_for_no_step_up(serve: Serve, client: aiohttp.ClientSession) -> None:
    answer, header = await told(serve, client, "{ me { refused } }")
    assert "stepUp" not in answer["extensions"]
    assert header is None


async def test_a_field_refused_in_every_row_is_named_once(serve: Serve, client: aiohttp.ClientSession) -> None:
    """A list of two hundred rows must not make two hundred paths."""
    query = "{ me { bills { nodes { payee owner { tooLow } } pageInfo { hasNextPage } } } }"
    answer, _ = await told(serve, client, query)
    assert answer["extensions"]["stepUp"]["fields"] == ["me.bills.nodes.owner.tooLow"]


@pytest.mark.parametrize(
    ("value", "holds"),
    [(None, False), ({}, False), ({"me": {"bills": None}}, False), ({"a": [None, {"b": False}]}, True), (0, True)],
)
def test_whether_an_answer_holds_anything(value: object, holds: bool) -> None:
    """`false` and 0 are answers."""
    assert answered(value) is holds


def test_an_acr_value_cannot_break_out_of_the_header() -> None:
    """It comes from configuration, and may be a URL or a mistake."""
    extensions = {"stepUp": {"acrValues": ['a"b', "urn:x:loa2", "c\r\nd"]}}
    assert challenge(None, (), extensions) == (
        ("www-authenticate", 'Bearer error="insufficient_user_authentication", acr_values="urn:x:loa2"'),
    )
