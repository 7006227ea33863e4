"""What every city does with a token about a citizen that is not quite right: it refuses, and does nothing."""

import uuid
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from sandbox.citizen_token import AUDIENCE, BadToken, CitizenTokens
from sandbox.serve import Site
from tests.sandbox.callers import SECRETS, TOKEN_KEY, Clock, Deyang, Meishan, Ziyang, citizen_token, pairwise

Serve = Callable[[str], Awaitable[Site]]
DEYANG, MEISHAN, ZIYANG = "510600", "511400", "512000"
DENG = pairwise(DEYANG, "deng")
NOW = 1_795_226_400


@pytest.fixture
def tokens() -> CitizenTokens:
    return CitizenTokens(SECRETS["GATEWAY_JWKS"], f"{AUDIENCE}{DEYANG}")


def test_a_good_token_is_used_once(tokens: CitizenTokens, clock: Clock) -> None:
    token = citizen_token(DEYANG, "bills.list", DENG, clock)
    assert tokens.check(token, "bills.list", clock(), DENG)["sub"] == DENG
    with pytest.raises(BadToken, match="used before"):
        tokens.check(token, "bills.list", clock(), DENG)


@pytest.mark.parametrize(
    ("claims", "why"),
    [
        ({"aud": f"{AUDIENCE}{MEISHAN}"}, "aud is not this city"),
        ({"aud": [f"{AUDIENCE}{DEYANG}", f"{AUDIENCE}{MEISHAN}"]}, "aud is not this city"),
        ({"scope": "bills.pay"}, "scope"),
        ({"scope": "bills.list bills.pay"}, "scope"),
        ({"exp": NOW - 60}, "expired"),
        ({"exp": NOW + 3600}, "lives too long"),
        ({"iat": NOW + 600, "exp": NOW + 660}, "future"),
        ({"iat": True}, "seconds|future"),
        ({"sub": pairwise(DEYANG, "mian")}, "not the citizen of the request"),
        ({"sub": "deng"}, "pairwise id"),
        ({"act": None}, "act must name the app"),
        ({"act": {"sub": "app", "act": {"sub": "deng"}}}, "person who acts"),
        ({"iss": "gateway"}, "iss"),
        ({"jti": ""}, "jti"),
    ],
)
def test_one_wrong_claim_is_enough(tokens: CitizenTokens, clock: Clock, claims: dict[str, Any], why: str) -> None:
    assert int(clock().timestamp()) == NOW
    token = citizen_token(DEYANG, "bills.list", DENG, clock, **claims)
    with pytest.raises(BadToken, match=why):
        tokens.check(token, "bills.list", clock(), DENG)


def test_only_the_gateways_keys_each_with_its_own_algorithm(tokens: CitizenTokens, clock: Clock) -> None:
    stranger = ECKey.generate_key("P-256")
    claims = {"aud": f"{AUDIENCE}{DEYANG}", "jti": uuid.uuid4().hex}
    kid = TOKEN_KEY.thumbprint()
    forged = jwt.encode({"alg": "ES256", "typ": "at+jwt", "kid": kid}, claims, stranger)
    own_kid = jwt.encode({"alg": "ES256", "typ": "at+jwt", "kid": stranger.thumbprint()}, claims, stranger)
    wrong_type = jwt.encode({"alg": "ES256", "typ": "JWT", "kid": kid}, claims, TOKEN_KEY)
    none = f"eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0Iiwia2lkIjoi{'x' * 8}In0.e30."
    good = citizen_token(DEYANG, "bills.list", DENG, clock)
    for token in (forged, own_kid, wrong_type, none, "", "a.b", "a.b.c", "é.é.é", good[:-4] + "AAAA", good + "."):
        with pytest.raises(BadToken):
            tokens.check(token, "bills.list", clock(), DENG)


async def test_a_token_of_one_city_is_refused_by_every_other(
    serve: Serve, session: aiohttp.ClientSession, clock: Clock
) -> None:
    """The very replay of J1, over the wire, each city saying no in its own words."""
    deyang = Deyang(session, (await serve("deyang")).base_url, clock)
    meishan = Meishan(session, (await serve("meishan")).base_url, clock)
    ziyang = Ziyang(session, (await serve("ziyang")).base_url, clock)
    await meishan.authorize()
    stolen = citizen_token(DEYANG, "bills.list", pairwise(MEISHAN, "deng"), clock)
    path = f"/v1/citizens/{pairwise(MEISHAN, 'deng')}/bills"
    status, body = await meishan.call("GET", path, citizen=stolen)
    assert (status, body["type"].rpartition("/")[2]) == (403, "citizen-token")
    _, text = await ziyang.call("ShuiFeiService", "QuerySF", "<zy:SFZH>x</zy:SFZH>", token=stolen)
    assert "<RetCode>108</RetCode>" in text
    arguments = {"userId": DENG, "bizType": "", "pageNo": 1, "pageSize": 50}
    elsewhere = citizen_token(MEISHAN, "bills.list", DENG, clock)
    assert (await deyang.call("POST", "/api/v2/bill/query", arguments, token=elsewhere))["code"] == 40108
    assert (await deyang.call("POST", "/api/v2/bill/query", arguments))["code"] == 0


async def test_without_a_key_set_a_city_believes_nobody(clock: Clock) -> None:
    tokens = CitizenTokens('{"keys": []}', f"{AUDIENCE}{DEYANG}")
    with pytest.raises(BadToken, match="none of the gateway's"):
        tokens.check(citizen_token(DEYANG, "bills.list", DENG, clock), "bills.list", clock(), DENG)
