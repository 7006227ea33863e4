"""J14 Step-up: deng signs in by phone, sees what is public, and is told which login opens the rest."""

import json
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import pytest

from sandbox.up import Stack
from tests.client import Citizen, new_key

MIXED = """
query Mixed {
  cities { slug }
  notices(cities: [CHENGDU], first: 1) { coverage { outcome } }
  me {
    displayName
    assurance
    water: bills(cities: [DEYANG], filter: { kinds: [WATER] }) { nodes { payee amount { amount } } }
    housingFund(cities: [CHENGDU]) { nodes { balance { amount } } coverage { outcome code } }
  }
  roam(city: DEYANG) { standing rideCode { payload } }
}
"""
REFUSED = ["me.water", "me.housingFund", "roam.rideCode"]


def test_public_fields_are_answered_and_the_financial_ones_say_which_login_opens_them(citizen: Citizen) -> None:
    """A phone number is enough to read notices, and not to read an account."""
    low = citizen("deng", "loa1").ask(MIXED)
    assert low.status == 200
    assert low.codes == ["ASSURANCE_TOO_LOW"] * 3
    assert {error["extensions"]["required"] for error in low.errors} == {"REAL_NAME"}
    assert low.data["cities"]
    assert low.data["notices"]["coverage"] == [{"outcome": "OK"}]
    assert low.data["me"]["assurance"] == "REGISTERED"
    assert low.data["me"]["displayName"]
    assert (low.data["me"]["water"], low.data["me"]["housingFund"]) == (None, None)
    assert low.data["roam"] == {"standing": "LOCAL", "rideCode": None}
    step = low.extensions["stepUp"]
    assert step["acrValues"] == ["loa2", "loa3", "loa4"]
    assert step["maxAge"] is None
    assert sorted(step["fields"]) == sorted(REFUSED)


def test_after_step_up_the_same_query_is_complete(citizen: Citizen) -> None:
    """The client sends what it was told to the provider, as `acr_values`, and asks again."""
    step = citizen("deng", "loa1").ask(MIXED).extensions["stepUp"]
    high = citizen("deng", " ".join(step["acrValues"])).ask(MIXED)
    data = high.whole()
    assert "stepUp" not in high.extensions
    assert data["me"]["assurance"] == "REAL_NAME"
    assert data["me"]["water"]["nodes"]
    assert data["roam"]["rideCode"]["payload"]


def test_a_stranger_is_asked_to_sign_in_and_not_to_step_up(citizen: Citizen) -> None:
    """There is no login yet that could be a surer one."""
    answer = citizen(None).ask("{ cities { slug } roam(city: DEYANG) { rideCode { payload } } }")
    assert answer.codes == ["UNAUTHENTICATED"]
    assert "stepUp" not in answer.extensions
    assert answer.data["cities"]


def test_the_highest_level_that_any_field_needs_is_asked_for_at_once(citizen: Citizen) -> None:
    """One step-up, not two: submitting needs a real person, paying a real name."""
    key = new_key("j14")
    answer = citizen("deng", "loa1").ask(
        """mutation Both($case: SubmitApplicationInput!, $consent: GrantConsentInput!) {
             submitApplication(input: $case) { application { caseNo } }
             grantConsent(input: $consent) { consent { id } }
           }""",
        case={"city": "DEYANG", "serviceCode": "CASE-12345", "form": {}, "idempotencyKey": key},
        consent={"provider": "CHENGDU", "services": [], "claims": [], "idempotencyKey": key},
    )
    assert answer.data is None
    assert "ASSURANCE_TOO_LOW" in answer.codes
    assert answer.extensions["stepUp"]["acrValues"][0] in ("loa2", "loa3")


def test_a_refused_mutation_does_nothing_and_says_how_to_go_on(citizen: Citizen, stack: Stack) -> None:
    """Its payload may not be null, so nothing of the answer is left: the header has the challenge, too."""
    token = stack.token("deng", "loa1")
    query = """mutation Pay($input: PayBillInput!) { payBill(input: $input) { cashierUrl } }"""
    paying = {"billId": "x", "amount": "1.00", "returnUrl": "https://example.cn/", "idempotencyKey": new_key("j14")}
    status, challenge, answer = posted(stack.gateway_url, token, {"query": query, "variables": {"input": paying}})
    assert (status, answer["data"]) == (200, None)
    assert answer["extensions"]["stepUp"]["fields"] == ["payBill"]
    assert challenge == 'Bearer error="insufficient_user_authentication", acr_values="loa2 loa3 loa4"'


def test_a_subscription_is_refused_with_the_same_words(citizen: Citizen, stack: Stack) -> None:
    """Nothing is streamed to a login that is not sure enough."""
    headers = {"accept": "text/event-stream"}
    query = {"query": 'subscription { applicationProgress(id: "x") { caseNo } }'}
    _, _, text = posted(stack.gateway_url, stack.token("deng", "loa1"), query, headers)
    (event,) = [line for line in text.splitlines() if line.startswith("data: {")]
    told = json.loads(event.removeprefix("data: "))
    assert told["errors"][0]["extensions"]["code"] == "ASSURANCE_TOO_LOW"
    assert told["extensions"]["stepUp"]["fields"] == ["applicationProgress"]


@pytest.mark.parametrize("acr", ["loa1"])
def test_an_id_opens_no_more_than_the_field_it_came_from(citizen: Citizen, acr: str) -> None:
    """`node` takes the object's own rule: a bill's id in the wrong hands, or after a weaker login, opens nothing."""
    bills = citizen("deng").ask("{ me { bills(cities: [DEYANG]) { nodes { id payee } } } }").whole()["me"]["bills"]
    (bill, *_) = bills["nodes"]
    fetch = "query Again($id: ID!) { node(id: $id) { id ... on Bill { payee } } }"
    low = citizen("deng", acr).ask(fetch, id=bill["id"])
    assert low.data == {"node": None}
    assert low.errors[0]["extensions"]["required"] == "REAL_NAME"
    assert low.extensions["stepUp"]["fields"] == ["node"]
    assert citizen("deng").ask(fetch, id=bill["id"]).whole()["node"] == bill


def test_a_citys_own_field_is_held_to_its_mark(citizen: Citizen) -> None:
    """A contributed field is no way round."""
    answer = citizen("deng", "loa1").ask("{ local { deyang { creditScore { score } shuttleLines { line } } } }")
    assert answer.codes == ["ASSURANCE_TOO_LOW"]
    assert answer.data["local"]["deyang"]["creditScore"] is None
    assert answer.data["local"]["deyang"]["shuttleLines"]
    assert answer.extensions["stepUp"]["fields"] == ["local.deyang.creditScore"]


def test_a_service_that_demands_more_than_its_mutation_asks_for_step_up_too(citizen: Citizen) -> None:
    """`launch` is open from REGISTERED up; a notary's page is not."""
    query = """{ city(id: DEYANG) { services(first: 200) { nodes { code
        providers(cities: [DEYANG]) { id requiredAssurance entry { ... on WebEntry { host } } } } } } }"""
    services = citizen(None).ask(query).whole()["city"]["services"]["nodes"]
    (provider,) = [
        each
        for service in services
        for each in service["providers"]
        if each["requiredAssurance"] == "REAL_PERSON" and "host" in each["entry"]
    ]
    launch = "mutation Open($input: LaunchInput!) { page: launch(input: $input) { url userErrors { code } } }"
    answer = citizen("deng", "loa2").ask(launch, input={"providerId": provider["id"], "idempotencyKey": new_key("j14")})
    assert answer.data["page"] == {"url": None, "userErrors": [{"code": "ASSURANCE_TOO_LOW"}]}
    assert answer.extensions["stepUp"] == {"acrValues": ["loa3", "loa4"], "maxAge": None, "fields": ["page"]}


def posted(url: str, token: str, body: object, headers: dict[str, str] | None = None):
    """POST. Returns: status, the WWW-Authenticate header, and the body (decoded, unless it is a stream)."""
    assert urlsplit(url).hostname in ("127.0.0.1", "localhost")
    sent = {"content-type": "application/json", "authorization": f"Bearer {token}"} | (headers or {})
    with urlopen(Request(f"{url}/graphql", json.dumps(body).encode(), sent), timeout=30) as response:
        text = response.read().decode()
        return response.status, response.headers["www-authenticate"], text if headers else json.loads(text)
