"""J1 One login, all cities: deng signs in once and five cities are open; every token that does not hold opens none.

The forgeries are signed with the provider's own key, read from its state, so that nothing but the one thing that is wrong
is wrong with them.
"""

import base64
import hashlib
import hmac
import json
import os
import signal
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from identity import pairwise_id
from identity.exchange import OnBehalf, SigningKey
from identity.exchange import exchange as exchanged
from sandbox.idp.possession import proof_of
from sandbox.idp.serving import KEY_FILE
from sandbox.idp.signing import SigningKeys
from sandbox.programs import PROVIDER, audience
from sandbox.up import Stack
from tests.client import Answer, Citizen, FrontEnd

ACCOUNTS = "{ me { homeCity { code } assurance accounts { city { code } state } } }"
WHO = "{ me { homeCity { code } assurance } }"
FIVE = ["510100", "510600", "510700", "511400", "512000"]


class Forger:
    """Makes tokens with the provider's real key; any header or claim changed, None leaves it out."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack

    @property
    def key(self) -> ECKey:
        return SigningKeys(self.stack.places.state / KEY_FILE, datetime.now(UTC)).current

    def token(self, *, header: Mapping[str, object] | None = None, key: ECKey | None = None, **claims: object) -> str:
        body = {**self.claims(), **claims}
        head = {"alg": "ES256", "typ": "at+jwt", "kid": self.key.kid, **(header or {})}
        kept = {name: value for name, value in body.items() if value is not None}
        return jwt.encode(head, kept, key or self.key, algorithms=["ES256"], default_type=None)

    def claims(self) -> dict[str, object]:
        now = int(time.time())
        return {
            "iss": self.stack.issuer_url,
            "sub": "deng",
            "aud": audience(self.stack.places.root),
            "iat": now,
            "exp": now + 3600,
            "jti": f"forged-{time.monotonic_ns()}",
            "client_id": "roam-cli",
            "acr": "loa3",
            "home_city": "510600",
        }

    def ask(self, token: str, query: str = WHO) -> Answer:
        return FrontEnd(self.stack.gateway_url, token, {"accept-language": "en"}).ask(query)

    def refused(self, token: str) -> str:
        """What a client is told, which holds nothing of the token and lets nothing of `me` out."""
        answer = self.ask(token)
        assert (answer.codes, answer.data) == (["UNAUTHENTICATED"], None)
        message = str(answer.errors[0]["message"])
        assert token not in message
        return message


@pytest.fixture(scope="module")
def forger(stack: Stack) -> Forger:
    return Forger(stack)


def segment(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def test_one_sign_in_opens_five_cities(citizen: Citizen) -> None:
    """The journey itself."""
    me = citizen("deng").ask(ACCOUNTS).whole()["me"]
    assert (me["homeCity"], me["assurance"]) == ({"code": "510600"}, "REAL_PERSON")
    assert sorted(account["city"]["code"] for account in me["accounts"]) == FIVE
    assert {account["state"] for account in me["accounts"]} == {"LINKED"}


def test_a_sound_token_made_by_hand_is_let_in(forger: Forger) -> None:
    """Or the refusals below would prove nothing."""
    assert forger.ask(forger.token()).whole()["me"]["assurance"] == "REAL_PERSON"


def test_an_expired_token_is_refused(forger: Forger) -> None:
    now = int(time.time())
    assert "expired" in forger.refused(forger.token(iat=now - 7200, exp=now - 3600))


@pytest.mark.parametrize("spelling", ["none", "None", "NONE"])
def test_a_token_without_a_signature_is_refused(forger: Forger, spelling: str) -> None:
    head = segment({"alg": spelling, "typ": "at+jwt", "kid": forger.key.kid})
    assert "not signed" in forger.refused(f"{head}.{segment(forger.claims())}.")


@pytest.mark.parametrize("form", ["pem", "jwk"])
def test_hs256_with_the_public_key_as_its_secret_is_refused(forger: Forger, form: str) -> None:
    """The classic: everybody has the public key, so a gateway that took it for a secret would let everybody in."""
    public = forger.key.as_dict(private=False)
    secret = forger.key.as_pem(private=False) if form == "pem" else json.dumps(public).encode()
    text = f"{segment({'alg': 'HS256', 'typ': 'at+jwt', 'kid': forger.key.kid})}.{segment(forger.claims())}"
    mac = hmac.new(secret, text.encode(), hashlib.sha256).digest()
    signature = base64.urlsafe_b64encode(mac).rstrip(b"=").decode()
    assert "algorithm" in forger.refused(f"{text}.{signature}")


@pytest.mark.parametrize("wrong", ["https://elsewhere.example/graphql", ["a", "b"], "", None])
def test_a_token_for_another_audience_is_refused(forger: Forger, wrong: object) -> None:
    message = forger.refused(forger.token(aud=wrong))
    assert "audience" in message or "aud" in message


@pytest.mark.parametrize("wrong", ["JWT", "id+jwt", "dpop+jwt", ""])
def test_a_token_of_another_type_is_refused(forger: Forger, wrong: str) -> None:
    """An id token is signed by the same key and speaks of the same citizen; it is no key to anything."""
    assert "type" in forger.refused(forger.token(header={"typ": wrong}))


@pytest.mark.parametrize("word", ["loa9", "LOA3", "", "urn:example:highest", 4, ["loa4"], None])
def test_an_unknown_acr_is_the_lowest_level_and_never_higher(forger: Forger, word: object) -> None:
    assert forger.ask(forger.token(acr=word)).whole()["me"]["assurance"] == "REGISTERED"


def test_a_token_signed_with_a_strangers_key_is_refused(forger: Forger) -> None:
    stranger = ECKey.generate_key("P-256")
    assert "signature" in forger.refused(forger.token(key=stranger))
    assert "unknown key" in forger.refused(forger.token(key=stranger, header={"kid": "stranger"}))


def test_keys_a_token_brings_along_are_not_used(forger: Forger) -> None:
    """`jwk`, `jku`, `x5u`: a thief's own key under the issuer's name."""
    stranger = ECKey.generate_key("P-256")
    header: dict[str, object] = {"jwk": stranger.as_dict(private=False), "jku": "https://evil.example/jwks"}
    assert "signature" in forger.refused(forger.token(key=stranger, header=header))


def test_a_token_of_another_issuer_is_refused(forger: Forger) -> None:
    assert "issuer" in forger.refused(forger.token(iss="https://evil.example"))


@pytest.mark.parametrize("minutes", [10, -10])
def test_clocks_that_differ_by_ten_minutes_open_nothing(forger: Forger, minutes: int) -> None:
    """A token of ten minutes, made by a clock that is off: not valid yet, or over already. A minute is forgiven."""
    made = int(time.time()) + minutes * 60
    assert forger.refused(forger.token(iat=made, exp=made + 500))
    near = int(time.time()) + (30 if minutes > 0 else -530)
    assert forger.ask(forger.token(iat=near, exp=near + 500)).whole()


def test_a_changed_claim_breaks_the_signature(forger: Forger) -> None:
    head, _, signature = forger.token().split(".")
    assert "signature" in forger.refused(f"{head}.{segment({**forger.claims(), 'sub': 'mei'})}.{signature}")


def test_keys_rotate_while_requests_run_and_none_fails(stack: Stack, forger: Forger) -> None:
    """Old and new tokens side by side, across two rotations."""
    old = stack.token("deng")
    with ThreadPoolExecutor(4) as front_ends:
        asked = [front_ends.submit(forger.ask, old) for _ in range(10)]
        for _ in range(2):
            request = urllib.request.Request(f"{stack.ports.issuer.control_url}/rotate", method="POST")
            with urllib.request.urlopen(request, timeout=10) as response:
                assert response.status == 200
            new = stack.token("mei")
            asked += [front_ends.submit(forger.ask, token) for token in (old, new) * 5]
        assert [one.result().errors for one in asked] == [[]] * len(asked)


CITY_QUERY = "query B($u: ID!) { bills(userId: $u, skip: 0, take: 1) { total } }"


def called(stack: Stack, named_as: str, made_for: str) -> tuple[int, str]:
    """Mianyang's own server, asked for deng's bills with everything right but perhaps the token: status and text.

    `named_as` is the city whose name for deng the request carries, `made_for` the city the token is addressed to.
    """

    def secret(name: str) -> str:
        return (stack.places.secrets / name.lower()).read_text("utf-8").strip()

    salt = secret("GATEWAY_PAIRWISE_SALT").encode()
    token = exchanged(
        OnBehalf(pairwise_id(salt, made_for, "deng")),
        SigningKey.read(secret("GATEWAY_TOKEN_ED25519_KEY"), "EdDSA"),
        issuer="https://graph.example.gov.cn/graphql",
        audience=f"urn:roam:city:{made_for}",
        scope="bills.list",
        acr="REAL_PERSON",
        now=datetime.now(UTC),
    )
    body = {"query": CITY_QUERY, "variables": {"u": pairwise_id(salt, named_as, "deng")}}
    headers = {
        "content-type": "application/json",
        "x-open-token": secret("MIANYANG_OPEN_TOKEN"),
        "x-roam-citizen": token,
    }
    request = urllib.request.Request(f"{stack.city_url('mianyang')}/graphql", json.dumps(body).encode(), headers)
    try:
        with urllib.request.urlopen(request, timeout=10) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read().decode()


def test_a_token_for_one_city_replayed_at_another_is_refused_there(stack: Stack) -> None:
    """By the real city, with the gateway's own keys: only the audience and the city's own name for deng are wrong."""
    deyang, mianyang = "510600", "510700"
    status, text = called(stack, mianyang, mianyang)
    assert (status, "total" in text) == (200, True)
    for replayed in (called(stack, deyang, deyang), called(stack, mianyang, deyang)):
        assert replayed[0] == 403
        assert "BAD_CITIZEN_TOKEN" in replayed[1]
        assert "total" not in replayed[1]


def test_every_city_knows_deng_by_another_name(stack: Stack) -> None:
    """Two cities cannot join their records by the names they were given (OpenID Connect Core §8.1)."""
    salt = (stack.places.secrets / "gateway_pairwise_salt").read_text("utf-8").strip().encode()
    names = [pairwise_id(salt, city, "deng") for city in FIVE]
    assert len(set(names)) == 5
    assert {len(name) for name in names} == {43}


@contextmanager
def frozen(stack: Stack) -> Iterator[None]:
    """The provider does not answer: its process stands still."""
    process = stack.pids()[PROVIDER]
    os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(process, signal.SIGCONT)


def test_known_keys_keep_working_while_the_provider_is_down(stack: Stack, forger: Forger) -> None:
    """Also for a token never seen before, since its key is known; one under an unknown key has to wait."""
    seen, unseen = stack.token("deng"), forger.token()
    forger.ask(seen).whole()
    with frozen(stack):
        assert forger.ask(seen).whole()["me"]["homeCity"] == {"code": "510600"}
        assert forger.ask(unseen).whole()["me"]["homeCity"] == {"code": "510600"}
        assert forger.ask(forger.token(header={"kid": "new"})).codes == ["UNAUTHENTICATED"]
    assert forger.ask(unseen).whole()


def test_a_token_bound_to_a_key_is_good_with_its_proof_only(stack: Stack, forger: Forger) -> None:
    """RFC 9449 over the public graph: bound token, one proof a request."""
    key = ECKey.generate_key("P-256")
    token = forger.token(cnf={"jkt": key.thumbprint()})
    ath = base64.urlsafe_b64encode(hashlib.sha256(token.encode()).digest()).rstrip(b"=").decode()
    made = proof_of(key, f"{stack.gateway_url}/graphql", "POST", datetime.now(UTC), ath=ath)
    front = FrontEnd(stack.gateway_url, None, {"authorization": f"DPoP {token}", "dpop": made})
    assert front.ask(WHO).whole()["me"]["homeCity"] == {"code": "510600"}
    assert front.ask(WHO).codes == ["UNAUTHENTICATED"]
    bearer = forger.ask(token)
    assert (bearer.codes, bearer.errors[0]["extensions"]["challenge"]) == (["UNAUTHENTICATED"], "DPoP")
