"""Tokens bound to a key (RFC 9449): good with a proof for this request, this token, about now, once."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from joserfc import jws, jwt
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from identity import Refusal, RefusalReason, Viewer
from identity.addresses import Addresses, Served
from identity.admission import Admission, Standing
from identity.dpop import WINDOW, Proofs, Request, UsedHere, digest
from identity.refusal import TokenRefused
from sandbox.idp.possession import proof_of
from tests.identity.conftest import AUDIENCE, World, segment

LOCAL = "http://127.0.0.1:8000/graphql"
SERVED = Served("127.0.0.1", 8000, "127.0.0.1:8000", "/graphql")


@dataclass
class Brought:
    """What a client brings to the door (identity.admission.Presented)."""

    authorization: str | None
    proof: str | None = None
    method: str = "POST"
    served: Served = SERVED
    standing: Standing | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@pytest.fixture
def key() -> ECKey:
    return ECKey.generate_key("P-256")


@pytest.fixture
def admission(world: World) -> Admission:
    return Admission(world.authentication, Addresses(AUDIENCE))


def bound(world: World, key: ECKey | OKPKey) -> str:
    return world.forge(cnf={"jkt": key.thumbprint()})


def proof(world: World, key: ECKey, token: str, url: str = LOCAL, method: str = "POST", **more: str) -> str:
    return proof_of(key, url, method, world.clock(), **({"ath": digest(token)} | more))


async def reason(world: World, admission: Admission, brought: Brought) -> RefusalReason:
    found = await admission.viewer(brought, world.clock())
    assert isinstance(found, Refusal), found
    return found.reason


async def test_a_client_gets_a_bound_token_from_the_provider_and_uses_it(
    world: World, admission: Admission, key: ECKey
) -> None:
    """The whole way: the provider binds the token to the key it was shown, the gateway asks for that key."""
    url = f"{world.site.door.url}/token"
    verifier = "w" * 43
    answer = await world.authorize(verifier=verifier, prompt="none", login_hint="deng")
    form = {
        "grant_type": "authorization_code",
        "client_id": "roam-graphiql",
        "redirect_uri": "http://127.0.0.1:8000/auth/callback",
        "code": answer["code"],
        "code_verifier": verifier,
    }
    shown = {"dpop": proof_of(key, url, "POST", world.clock())}
    async with world.session.post(url, data=form, headers=shown) as response:
        body = await response.json()
    assert (response.status, body["token_type"]) == (200, "DPoP")
    token = body["access_token"]
    brought = Brought(f"DPoP {token}", proof(world, key, token))
    viewer = await admission.viewer(brought, world.clock())
    assert isinstance(viewer, Viewer)
    assert (viewer.subject, viewer.bound_to) == ("deng", key.thumbprint())
    assert await reason(world, admission, Brought(f"Bearer {token}")) is RefusalReason.BOUND


async def test_the_provider_refuses_a_proof_for_another_address_and_a_used_one(world: World, key: ECKey) -> None:
    url, headers = f"{world.site.door.url}/token", []
    headers.append(proof_of(key, "https://elsewhere.example/token", "POST", world.clock()))
    headers += [proof_of(key, url, "POST", world.clock())] * 2
    told = []
    for one in headers:
        async with world.session.post(url, data={"grant_type": "authorization_code"}, headers={"dpop": one}) as found:
            told.append((await found.json())["error"])
    assert told == ["invalid_dpop_proof", "invalid_request", "invalid_dpop_proof"]


async def test_a_proof_is_good_once(world: World, admission: Admission, key: ECKey) -> None:
    token = bound(world, key)
    brought = Brought(f"dpop {token}", proof(world, key, token))
    assert isinstance(await admission.viewer(brought, world.clock()), Viewer)
    assert await reason(world, admission, brought) is RefusalReason.PROOF_REPLAYED


async def test_without_a_proof_or_with_anothers_a_bound_token_is_nothing(
    world: World, admission: Admission, key: ECKey
) -> None:
    """A stolen token is worth nothing without its key: that is the point of the binding."""
    token, thief = bound(world, key), ECKey.generate_key("P-256")
    assert await reason(world, admission, Brought(f"DPoP {token}")) is RefusalReason.PROOF_MISSING
    stolen = Brought(f"DPoP {token}", proof(world, thief, token))
    assert await reason(world, admission, stolen) is RefusalReason.PROOF_KEY


async def test_a_plain_token_cannot_pass_for_a_bound_one(world: World, admission: Admission, key: ECKey) -> None:
    token = await world.token("deng")
    brought = Brought(f"DPoP {token}", proof(world, key, token))
    assert await reason(world, admission, brought) is RefusalReason.UNBOUND


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"url": "https://graph.example.gov.cn/other"}, RefusalReason.PROOF_REQUEST),
        ({"url": "https://evil.example/graphql"}, RefusalReason.PROOF_REQUEST),
        ({"url": "http://graph.example.gov.cn/graphql"}, RefusalReason.PROOF_REQUEST),
        ({"url": "http://127.0.0.1:8001/graphql"}, RefusalReason.PROOF_REQUEST),
        ({"url": "nonsense"}, RefusalReason.PROOF_REQUEST),
        ({"method": "GET"}, RefusalReason.PROOF_REQUEST),
        ({"method": "post"}, RefusalReason.PROOF_REQUEST),
        ({"ath": digest("another token")}, RefusalReason.PROOF_ATH),
        ({"ath": ""}, RefusalReason.PROOF_ATH),
        ({"jti": ""}, RefusalReason.PROOF_MALFORMED),
        ({"jti": "x" * 300}, RefusalReason.PROOF_MALFORMED),
        ({"url": "http://[::1"}, RefusalReason.PROOF_REQUEST),
    ],
)
async def test_a_proof_for_something_else_is_refused(
    world: World, admission: Admission, key: ECKey, change: dict[str, str], expected: RefusalReason
) -> None:
    token = bound(world, key)
    brought = Brought(f"DPoP {token}", proof(world, key, token, **change))
    assert await reason(world, admission, brought) is expected


@pytest.mark.parametrize(
    "url",
    [
        AUDIENCE,
        "HTTPS://Graph.Example.gov.cn:443/graphql?query=x#y",
        LOCAL,
        "http://localhost:8000/graphql",
        "ws://127.0.0.1:8000/graphql",
    ],
)
async def test_the_public_address_and_the_socket_are_both_ours(
    world: World, admission: Admission, key: ECKey, url: str
) -> None:
    """Behind a proxy the client knows the public address only; on loopback it knows the socket."""
    token = bound(world, key)
    brought = Brought(f"DPoP {token}", proof(world, key, token, url))
    assert isinstance(await admission.viewer(brought, world.clock()), Viewer)


async def test_a_host_header_makes_no_address_ours(world: World, admission: Admission, key: ECKey) -> None:
    """The client writes it: a proof caught elsewhere would be good here with the right header."""
    token = bound(world, key)
    elsewhere = Served("127.0.0.1", 8000, "evil.example", "/graphql")
    brought = Brought(f"DPoP {token}", proof(world, key, token, "http://evil.example/graphql"), served=elsewhere)
    assert await reason(world, admission, brought) is RefusalReason.PROOF_REQUEST


def test_a_proxys_prefix_holds_for_every_path() -> None:
    addresses = Addresses("https://graph.example.gov.cn/api/graphql")
    names = addresses.names(Served("10.0.0.7", 80, "", "/subgraph"))
    assert names == {"https://graph.example.gov.cn/api/subgraph", "http://10.0.0.7/subgraph"}


@pytest.mark.parametrize("minutes", [-10, -2, 2, 10])
async def test_a_proof_by_a_clock_that_is_off_is_refused(
    world: World, admission: Admission, key: ECKey, minutes: int
) -> None:
    token = world.forge(cnf={"jkt": key.thumbprint()}, iat=int(world.clock().timestamp()) - 1000)
    made = proof_of(key, LOCAL, "POST", world.clock() + timedelta(minutes=minutes), ath=digest(token))
    assert await reason(world, admission, Brought(f"DPoP {token}", made)) is RefusalReason.PROOF_TIME


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"jti": "\ud800"}, RefusalReason.PROOF_MALFORMED),
        ({"ath": "\ud800"}, RefusalReason.PROOF_ATH),
        ({"htu": "\ud800"}, RefusalReason.PROOF_REQUEST),
        ({"iat": float("nan")}, RefusalReason.PROOF_TIME),
        ({"iat": None}, RefusalReason.PROOF_MALFORMED),
        ({"iat": True}, RefusalReason.PROOF_MALFORMED),
    ],
)
async def test_a_well_signed_proof_of_nonsense_is_refused(
    world: World, admission: Admission, key: ECKey, change: dict[str, object], expected: RefusalReason
) -> None:
    """JSON can hold half a character and NaN; neither may get past the checks, or fail outside of them."""
    token = bound(world, key)
    sound = {"htm": "POST", "htu": LOCAL, "iat": world.clock().timestamp(), "jti": "j", "ath": digest(token)}
    header = {"typ": "dpop+jwt", "alg": "ES256", "jwk": key.as_dict(private=False)}
    made = jws.serialize_compact(header, json.dumps(sound | change).encode(), key)
    assert await reason(world, admission, Brought(f"DPoP {token}", made)) is expected


@pytest.mark.parametrize("text", ["\ud800", "\ud800.a.b", "a.\ud800.b", "é.é.é"])
async def test_what_json_can_hold_and_a_header_cannot_is_refused_too(
    world: World, admission: Admission, key: ECKey, text: str
) -> None:
    """A WebSocket's connection params are JSON."""
    token = bound(world, key)
    assert await reason(world, admission, Brought(f"Bearer {text}")) is RefusalReason.MALFORMED
    assert await reason(world, admission, Brought(f"DPoP {token}", text)) is RefusalReason.PROOF_MALFORMED


def signed(header: dict[str, object], key: ECKey | OKPKey | RSAKey | OctKey, algorithm: str) -> str:
    claims = {"htm": "POST", "htu": LOCAL, "iat": 1, "jti": "j", "ath": "a"}
    return jwt.encode({"alg": algorithm, **header}, claims, key, algorithms=[algorithm], default_type=None)


async def test_a_proof_that_is_none_is_refused(world: World, admission: Admission, key: ECKey) -> None:
    """Type, algorithm and key are the proof's own words, so each is held to the list before it is used."""
    token, secret, rsa = bound(world, key), OctKey.generate_key(256), RSAKey.generate_key(2048)
    public = key.as_dict(private=False)
    bad = [
        "x",
        "a.b.c",
        "..",
        "é.é.é",
        "x" * 9000,
        signed({"typ": "JWT", "jwk": public}, key, "ES256"),
        signed({"typ": "dpop+jwt"}, key, "ES256"),
        signed({"typ": "dpop+jwt", "jwk": key.as_dict(private=True)}, key, "ES256"),
        f"{segment({'typ': 'dpop+jwt', 'alg': 'ES256', 'jwk': 'text'})}.{segment({})}.x",
        f"{segment({'typ': 'dpop+jwt', 'alg': 'none', 'jwk': public})}.{segment({})}.x",
        signed({"typ": "dpop+jwt", "jwk": secret.as_dict()}, secret, "HS256"),
        signed({"typ": "dpop+jwt", "jwk": rsa.as_dict(private=False)}, rsa, "RS256"),
        signed({"typ": "dpop+jwt", "jwk": {**public, "x": "!"}}, key, "ES256"),
    ]
    for one in bad:
        assert await reason(world, admission, Brought(f"DPoP {token}", one)) is RefusalReason.PROOF_MALFORMED, one


async def test_a_proof_with_a_broken_signature_is_refused(world: World, admission: Admission, key: ECKey) -> None:
    token = bound(world, key)
    head, body, signature = proof(world, key, token).split(".")
    forged = f"{head}.{body}.{'A' * 40}{signature[40:]}"
    assert await reason(world, admission, Brought(f"DPoP {token}", forged)) is RefusalReason.PROOF_SIGNATURE


@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")
async def test_an_ed25519_key_binds_too(world: World, admission: Admission) -> None:
    key = OKPKey.generate_key("Ed25519")
    token = bound(world, key)
    claims = {
        "htm": "POST",
        "htu": LOCAL,
        "iat": int(world.clock().timestamp()),
        "jti": "ed",
        "ath": digest(token),
    }
    header = {"typ": "dpop+jwt", "alg": "EdDSA", "jwk": key.as_dict(private=False)}
    made = jwt.encode(header, claims, key, algorithms=["EdDSA"])
    assert isinstance(await admission.viewer(Brought(f"DPoP {token}", made), world.clock()), Viewer)


@pytest.mark.parametrize("binding", [{}, {"jkt": 7}, {"jkt": "short"}, "x", {"x5t#S256": "a" * 43}])
async def test_a_binding_that_cannot_be_checked_lets_nobody_in(world: World, binding: object) -> None:
    """A token bound to a certificate is no bearer token: taken as one, the binding would be worth nothing."""
    found = await world.authentication.verified(world.forge(cnf=binding), world.clock())
    assert isinstance(found, Refusal)


async def test_a_socket_proves_once_and_its_operations_stand_on_it(
    world: World, admission: Admission, key: ECKey
) -> None:
    token, standing = bound(world, key), Standing()
    brought = Brought(f"DPoP {token}", proof(world, key, token, method="GET"), "GET", standing=standing)
    assert isinstance(await admission.viewer(brought, world.clock()), Viewer)
    world.clock.forward(minutes=30)
    assert isinstance(await admission.viewer(brought, world.clock()), Viewer)
    other = Brought(brought.authorization, brought.proof, "GET", standing=Standing())
    assert await reason(world, admission, other) is RefusalReason.PROOF_TIME
    world.clock.forward(hours=2)
    assert await reason(world, admission, brought) is RefusalReason.EXPIRED


async def test_used_proofs_are_forgotten_when_too_old_and_never_before(world: World, key: ECKey) -> None:
    """A flood may fill the memory; it must not make room by forgetting what could be used again."""
    proofs, token = Proofs(UsedHere(capacity=2)), bound(world, key)
    request = Request("POST", frozenset({LOCAL}))

    async def check(made: str) -> None:
        await proofs.check(made, token, key.thumbprint(), request, world.clock())

    first = proof(world, key, token)
    await check(first)
    await check(proof(world, key, token))
    with pytest.raises(TokenRefused, match="PROOFS_FULL"):
        await check(proof(world, key, token))
    with pytest.raises(TokenRefused, match="PROOF_REPLAYED"):
        await check(first)
    world.clock.forward(seconds=2 * WINDOW.total_seconds() + 1)
    await check(proof(world, key, token))
