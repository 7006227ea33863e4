"""Chengdu's subgraph, with real tokens of a real key."""

import asyncio
from typing import Any

import aiohttp
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey

from sandbox.chengdu import operation_of
from sandbox.personas import PERSONAS
from sandbox.serve import Site, serving
from tests.sandbox.callers import SECRETS, Clock

CODE = "510100"
KEY = ECKey.generate_key("P-256")
BILLS = """query Bills($kinds: [String!], $first: Int, $after: String) {
  me { bills(kinds: $kinds, first: $first, after: $after) {
    nodes { id kind state accountNo payee amount { amount } period dueOn paidAt }
    pageInfo { endCursor hasNextPage } } }
}"""
SLOTS = "query S($v: ID!, $d: String, $day: String!) { slots(hospital: $v, department: $d, day: $day) { id hospital { id } department doctor begin end left fee } }"
BOOK = """mutation Book($slot: ID!, $name: String!, $idNo: String!, $phone: String!, $key: String!) {
  book(slot: $slot, name: $name, idNumber: $idNo, phone: $phone, requestId: $key) { id status hospital department begin code }
}"""
CANCEL = "mutation C($id: ID!, $key: String!) { cancel(booking: $id, requestId: $key) { id status } }"
BOOKINGS = "query { me { bookings { id status hospital department begin code } } }"
LINK = "mutation L($name: String!, $idNo: String!, $key: String!) { link(name: $name, idNumber: $idNo, requestId: $key) { status linkedAt } }"
LAUNCH = "mutation T($service: String!, $web: String!, $key: String!) { launch(service: $service, web: $web, requestId: $key) { url expiresAt } }"
DAY = "2026-11-23"


class Chengdu:
    """Signs a token for each call, as the gateway does."""

    def __init__(self, session: aiohttp.ClientSession, site: Site, clock: Clock) -> None:
        self.session, self.site, self.clock = session, site, clock

    def claims(self, persona: str | None, scope: str = "bills.list") -> dict[str, Any]:
        now = int(self.clock().timestamp())
        sub = "gateway" if persona is None else self.site.world.pairwise(PERSONAS[persona].subject)
        issuer = "https://graph.example.gov.cn/graphql"
        aud, act = f"{self.site.base_url}/graphql", {"sub": "roam-cli"}
        return {"iss": issuer, "aud": aud, "sub": sub, "iat": now, "exp": now + 60, "scope": scope, "act": act}

    async def post(self, body: object, token: str | None) -> tuple[int, Any]:
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        async with self.session.post(f"{self.site.base_url}/graphql", json=body, headers=headers) as response:
            return response.status, await response.json(content_type=None)

    async def ask(self, persona: str | None, query: str, **variables: Any) -> Any:
        token = jwt.encode(
            {"alg": "ES256", "typ": "at+jwt"},
            self.claims(persona, operation_of("POST", "/graphql", query.encode())),
            KEY,
        )
        return (await self.post({"query": query, "variables": variables}, token))[1]

    async def data(self, persona: str | None, query: str, **variables: Any) -> Any:
        answer = await self.ask(persona, query, **variables)
        assert "errors" not in answer, answer
        return answer["data"]

    async def code(self, persona: str | None, query: str, **variables: Any) -> str:
        """The code of the refusal that must come."""
        return str((await self.ask(persona, query, **variables))["errors"][0]["extensions"]["code"])

    async def slot(self) -> str:
        slots = (await self.data(None, SLOTS, v="h-1", d="心内科", day=DAY))["slots"]
        return str(slots[0]["id"])

    def patient(self, persona: str, slot: str, key: str) -> dict[str, str]:
        person = PERSONAS[persona]
        return {"slot": slot, "name": person.name, "idNo": person.id_number, "phone": person.phone, "key": key}


@pytest.fixture
async def chengdu(tmp_path: Any, session: aiohttp.ClientSession, clock: Clock) -> Any:
    secrets = {**SECRETS, "CHENGDU_GATEWAY_KEY": KEY.as_pem(private=True).decode()}
    async with serving("chengdu", tmp_path, secrets, clock=clock) as site:
        yield Chengdu(session, site, clock)


@pytest.mark.parametrize(
    ("header", "claims", "why"),
    [
        ({}, {"aud": "https://elsewhere.example/graphql"}, "aud"),
        ({}, {"exp": 1_795_226_400 - 60}, "expired"),
        ({}, {"exp": 1_795_226_400 + 9999}, "too long"),
        ({}, {"iss": None}, "iss"),
        ({}, {"sub": "deng"}, "sub"),
        ({"typ": "JWT"}, {}, "typ"),
        ({}, {"scope": "fund.accounts"}, "scope"),
        ({}, {"act": None}, "act"),
    ],
)
async def test_a_token_with_one_wrong_part_is_refused(
    chengdu: Chengdu, header: dict[str, str], claims: dict[str, Any], why: str
) -> None:
    token = jwt.encode({"alg": "ES256", "typ": "at+jwt", **header}, {**chengdu.claims("deng"), **claims}, KEY)
    status, answer = await chengdu.post({"query": BILLS}, token)
    assert (status, answer["errors"][0]["extensions"]["code"]) == (401, "FORBIDDEN_TOKEN")
    assert why in answer["errors"][0]["message"]


async def test_only_the_gateways_own_key_and_es256_count(chengdu: Chengdu) -> None:
    """Also not HS256 keyed with the public key, the classic confusion."""
    claims = chengdu.claims("deng")
    stranger = jwt.encode({"alg": "ES256", "typ": "at+jwt"}, claims, ECKey.generate_key("P-256"))
    public = OctKey.import_key(KEY.as_dict(private=False)["x"])
    confused = jwt.encode({"alg": "HS256", "typ": "at+jwt"}, claims, public)
    for token in (None, "", "x.y.z", stranger, confused):
        status, _ = await chengdu.post({"query": "{ hospitals { nodes { id } } }"}, token)
        assert status == 401


async def test_it_is_a_federation_2_subgraph_with_entities(chengdu: Chengdu) -> None:
    sdl = (await chengdu.data(None, "{ _service { sdl } }"))["_service"]["sdl"]
    assert "https://specs.apollo.dev/federation/v2" in sdl
    assert 'type City @key(fields: "code")' in sdl
    query = "query E($r: [_Any!]!) { _entities(representations: $r) { ... on City { districts { code } } ... on Service { guides { title } } } }"
    keys = [{"__typename": "City", "code": CODE}, {"__typename": "Service", "code": "HOSP-APPT"}]
    city, service = (await chengdu.data(None, query, r=keys))["_entities"]
    assert (len(city["districts"]), service["guides"][0]["title"]) == (22, "省人民医院挂号指南")


async def test_walking_137_bills_by_cursor_loses_none(chengdu: Chengdu) -> None:
    for size in (10, 50):
        seen, after = [], None
        while True:
            page = (await chengdu.data("test-many@chengdu", BILLS, first=size, after=after))["me"]["bills"]
            seen += [(bill["dueOn"], bill["id"]) for bill in page["nodes"]]
            after = page["pageInfo"]["endCursor"]
            if after is None:
                break
        assert len(set(seen)) == len(seen) == 137
        assert [due for due, _ in seen] == sorted((due for due, _ in seen), reverse=True)
    assert await chengdu.code("test-many@chengdu", BILLS, after="somebody-elses") == "BAD_CURSOR"


async def test_bills_are_filtered_by_kind_and_need_a_bound_citizen(chengdu: Chengdu) -> None:
    bills = (await chengdu.data("chen", BILLS, kinds=["ELECTRICITY"]))["me"]["bills"]["nodes"]
    assert {bill["kind"] for bill in bills} == {"ELECTRIC"}
    unpaid = (await chengdu.data("deng", BILLS, kinds=["WATER"]))["me"]["bills"]["nodes"]
    assert "UNPAID" in {bill["state"] for bill in unpaid}
    owed = (await chengdu.data("test-1234@chengdu", BILLS))["me"]["bills"]["nodes"]
    assert [(bill["amount"]["amount"], bill["dueOn"]) for bill in owed] == [("12.34", "2026-12-31")]
    assert "㛃𠅤䶮" in (await chengdu.data("test-hanzi@chengdu", BILLS))["me"]["bills"]["nodes"][0]["payee"]
    assert await chengdu.code("test-nobody@chengdu", BILLS) == "NOT_BOUND"
    assert await chengdu.code("test-zhang@deyang", BILLS) == "NOT_BOUND"
    assert await chengdu.code(None, BILLS) == "FORBIDDEN_TOKEN"


async def test_insurance_fund_and_hospitals_are_there(chengdu: Chengdu) -> None:
    insurance, fund = "insurance { type status balance }", "fund { status balance monthly paidTo }"
    me = (await chengdu.data("deng", f"{{ me {{ {insurance} }} }}"))["me"]
    assert me["insurance"][0]["type"] == "PENSION"
    assert (await chengdu.data("deng", f"{{ me {{ {fund} }} }}"))["me"]["fund"][0]["status"] == "NORMAL"
    assert await chengdu.code("deng", f"{{ me {{ {insurance} {fund} }} }}") == "FORBIDDEN_TOKEN"
    search = "query V($kw: String) { hospitals(keyword: $kw) { nodes { id name departments { name } } pageInfo { endCursor } } }"
    found = (await chengdu.data(None, search, kw="省人民医院"))["hospitals"]["nodes"]
    assert [hospital["name"] for hospital in found] == ["四川省人民医院"]
    assert len((await chengdu.data(None, search))["hospitals"]["nodes"]) == 4


async def test_of_two_concurrent_bookings_of_one_place_one_wins(chengdu: Chengdu) -> None:
    slot = await chengdu.slot()
    both = await asyncio.gather(
        *(chengdu.ask(who, BOOK, **chengdu.patient(who, slot, f"key-{who}")) for who in ("deng", "mei"))
    )
    codes = [answer["errors"][0]["extensions"]["code"] for answer in both if "errors" in answer]
    assert codes == ["SLOT_GONE"]
    left = (await chengdu.data(None, SLOTS, v="h-1", d="心内科", day=DAY))["slots"]
    assert slot not in {one["id"] for one in left}


async def test_a_booking_is_listed_replayed_and_cancelled(chengdu: Chengdu) -> None:
    slot = await chengdu.slot()
    wish = chengdu.patient("deng", slot, "key-1")
    booked = (await chengdu.data("deng", BOOK, **wish))["book"]
    assert (await chengdu.data("deng", BOOK, **wish))["book"] == booked
    assert await chengdu.code("deng", BOOK, **{**wish, "phone": "other"}) == "KEY_REUSED"
    assert booked in (await chengdu.data("deng", BOOKINGS))["me"]["bookings"]
    assert await chengdu.code("mei", CANCEL, id=booked["id"], key="key-2") == "NO_BOOKING"
    assert (await chengdu.data("deng", CANCEL, id=booked["id"], key="key-3"))["cancel"]["status"] == "CANCELLED"
    assert await chengdu.slot() == slot


async def test_slots_exist_from_today_on_and_not_before(chengdu: Chengdu) -> None:
    async def count(day: str) -> int:
        return len((await chengdu.data(None, SLOTS, v="h-2", day=day))["slots"])

    assert [await count(day) for day in ("2026-11-20", "2026-11-21", "2027-03-01")] == [0, 35, 35]
    assert await chengdu.code(None, SLOTS, v="h-1", day="soon") == "BAD_DAY"
    gone = chengdu.patient("deng", "s-1-1-20261120-0900", "key-1")
    assert await chengdu.code("deng", BOOK, **gone) == "SLOT_GONE"


async def test_too_many_tries_in_half_a_minute_are_refused(chengdu: Chengdu) -> None:
    tries = [
        await chengdu.code("deng", BOOK, **chengdu.patient("deng", "s-1-1-20261120-0900", f"key-{n}"))
        for n in range(61)
    ]
    assert tries[-2:] == ["SLOT_GONE", "TOO_MANY"]
    chengdu.clock.forward(31)
    last = chengdu.patient("deng", "s-1-1-20261120-0900", "key-later")
    assert await chengdu.code("deng", BOOK, **last) == "SLOT_GONE"


async def test_link_binds_ones_own_records_only(chengdu: Chengdu) -> None:
    nobody, other = PERSONAS["test-nobody@chengdu"], PERSONAS["test-li@chengdu"]
    theirs = {"name": other.name, "idNo": other.id_number, "key": "k-1"}
    assert (await chengdu.data("test-nobody@chengdu", LINK, **theirs))["link"]["status"] == "CONFLICT"
    own = {"name": nobody.name, "idNo": nobody.id_number, "key": "k-2"}
    assert (await chengdu.data("test-nobody@chengdu", LINK, **own))["link"]["status"] == "BOUND"
    assert (await chengdu.data("test-nobody@chengdu", BILLS))["me"]["bills"]["nodes"]


async def test_launch_gives_a_page_that_opens_once(chengdu: Chengdu) -> None:
    ask = {"service": "EDU-CRED", "web": "https://m.cd.example.gov.cn/edu", "key": "k-1"}
    url = (await chengdu.data("deng", LAUNCH, **ask))["launch"]["url"]
    statuses = []
    for _ in range(2):
        async with chengdu.session.get(url) as response:
            statuses.append(response.status)
    assert statuses == [200, 410]


async def test_data_faults_spoil_the_answer_in_graphql(chengdu: Chengdu) -> None:
    faults = chengdu.site.world.faults
    faults.put("bad_row", "bills.list")
    assert (await chengdu.data("deng", BILLS))["me"]["bills"]["nodes"][0]["id"] is None
    faults.put("duplicate_row", "bills.list")
    ids = [bill["id"] for bill in (await chengdu.data("deng", BILLS))["me"]["bills"]["nodes"]]
    assert ids[0] == ids[1]
    faults.put("wrong_type")
    assert isinstance((await chengdu.ask("deng", BILLS))["data"], list)
