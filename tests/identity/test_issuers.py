"""Several providers: each with its own algorithms, words and cities, and none able to speak for another."""

import json

import pytest
from joserfc import jws, jwt
from joserfc.jwk import ECKey, OKPKey, RSAKey

from identity import Authentication, Issuer, Refusal, RefusalReason, Viewer
from identity.assurance import assured
from identity.issuers import AmbiguousIssuers, UnsafeAlgorithm, trusted
from identity.keys import usable_keys
from schema.codes import AssuranceLevel
from tests.identity.conftest import AUDIENCE, World


async def test_a_citys_provider_vouches_for_its_own_citizens_only(world: World) -> None:
    """Otherwise the weakest city's provider could sign anybody in everywhere."""
    url = world.site.provider.issuer
    authentication = Authentication([Issuer(url, AUDIENCE, cities=frozenset({"510600"}))], world.session)
    own = await authentication.verified(world.forge(home_city="510600"), world.clock())
    assert isinstance(own, Viewer)
    other = await authentication.verified(world.forge(home_city="510100"), world.clock())
    assert isinstance(other, Refusal)
    assert other.reason is RefusalReason.FOREIGN_CITY


async def test_a_provider_with_no_cities_vouches_for_nobody(world: World) -> None:
    authentication = Authentication([Issuer(world.site.provider.issuer, AUDIENCE, cities=frozenset())], world.session)
    found = await authentication.verified(await world.token("deng"), world.clock())
    assert isinstance(found, Refusal)
    assert found.reason is RefusalReason.FOREIGN_CITY


@pytest.mark.parametrize(("sub", "let_in"), [("https://b.example|deng", False), ("auth|deng", True)])
async def test_a_plain_subject_is_never_that_of_another_provider(world: World, sub: str, let_in: bool) -> None:
    """Pairwise ids are made of subjects: one that reads like a qualified one would be the other provider's citizen."""
    found = await world.authentication.verified(world.forge(sub=sub), world.clock())
    assert isinstance(found, Viewer) is let_in
    if isinstance(found, Refusal):
        assert found.reason is RefusalReason.MALFORMED


async def test_an_algorithm_not_configured_for_the_provider_is_refused(world: World) -> None:
    """The token's own word for its algorithm decides nothing."""
    url = world.site.provider.issuer
    authentication = Authentication([Issuer(url, AUDIENCE, algorithms=("EdDSA",))], world.session)
    found = await authentication.verified(await world.token("deng"), world.clock())
    assert isinstance(found, Refusal)
    assert found.reason is RefusalReason.WRONG_ALGORITHM


@pytest.mark.parametrize("algorithms", [("HS256",), ("none",), ("ES256", "HS512"), ()])
def test_no_configuration_lets_an_unsafe_algorithm_in(algorithms: tuple[str, ...]) -> None:
    with pytest.raises(UnsafeAlgorithm):
        Issuer("https://idp.example", AUDIENCE, algorithms=algorithms)


@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")
@pytest.mark.parametrize(
    ("algorithm", "key"),
    [
        ("ES256", ECKey.generate_key("P-256")),
        ("EdDSA", OKPKey.generate_key("Ed25519")),
        ("RS256", RSAKey.generate_key(2048)),
        ("PS256", RSAKey.generate_key(2048)),
    ],
)
async def test_every_configured_algorithm_is_verified(
    world: World, algorithm: str, key: ECKey | OKPKey | RSAKey
) -> None:
    """The same claims under each suite, with the key as a provider publishes it."""
    from identity.tokens import read_unverified, verify

    issuer = Issuer(world.site.provider.issuer, AUDIENCE, algorithms=(algorithm,))
    published = {**key.as_dict(private=False), "kid": "k", "use": "sig"}
    found = usable_keys({"keys": [published]}, issuer.algorithms)["k"]
    claims = jwt.decode(world.forge(), world.site.provider.keys.current).claims
    header = {"alg": algorithm, "typ": "at+jwt", "kid": "k"}
    token = jwt.encode(header, claims, key, algorithms=[algorithm])
    assert verify(read_unverified(token), issuer, found, world.clock()).subject == "deng"


def test_keys_that_fit_no_configured_algorithm_are_left_out() -> None:
    weak = {"kty": "RSA", "e": "AQAB", "n": "8" * 171}  # 1 024 bits
    strong = RSAKey.generate_key(2048).as_dict(private=False) | {"kid": "r"}
    only = RSAKey.generate_key(2048).as_dict(private=False) | {"kid": "p", "alg": "PS256"}
    secret = {"kty": "oct", "k": "AAAA", "kid": "o"}
    keys = {"keys": [weak | {"kid": "w"}, strong, only, secret]}
    assert list(usable_keys(keys, ("RS256",))) == ["r"]
    assert list(usable_keys(keys, ("PS256",))) == ["r", "p"]


LEVELS = {"gold": AssuranceLevel.REAL_PERSON, "nobody": AssuranceLevel.ANONYMOUS}
METHODS = {"face": AssuranceLevel.REAL_PERSON, "pwd": AssuranceLevel.REGISTERED}


@pytest.mark.parametrize(
    ("acr", "amr", "expected"),
    [
        ("gold", None, AssuranceLevel.REAL_PERSON),
        ("gold", ["pwd"], AssuranceLevel.REAL_PERSON),
        ("platinum", ["face"], AssuranceLevel.REGISTERED),
        (7, ["face"], AssuranceLevel.REGISTERED),
        ("nobody", None, AssuranceLevel.REGISTERED),
        (None, ["pwd", "face"], AssuranceLevel.REAL_PERSON),
        (None, ["palm", 3, None], AssuranceLevel.REGISTERED),
        (None, "face", AssuranceLevel.REGISTERED),
        (None, None, AssuranceLevel.REGISTERED),
    ],
)
def test_unknown_words_are_the_lowest_level_and_never_higher(
    acr: object, amr: object, expected: AssuranceLevel
) -> None:
    assert assured(acr, LEVELS, amr, METHODS) is expected


async def test_a_token_tells_its_app_and_when_its_citizen_signed_in(world: World) -> None:
    issued = int(world.clock().timestamp())
    found = await world.authentication.verified(world.forge(auth_time=issued - 60), world.clock())
    assert isinstance(found, Viewer)
    assert found.client_id == "roam-cli"
    assert found.auth_time is not None
    assert issued - 60 == found.auth_time.timestamp()
    azp = await world.authentication.verified(world.forge(client_id=None, azp="portal"), world.clock())
    assert isinstance(azp, Viewer)
    assert (azp.client_id, azp.auth_time) == ("portal", None)


@pytest.mark.parametrize(
    "change",
    [
        {"client_id": ["a"]},
        {"client_id": "x" * 300},
        {"auth_time": "yesterday"},
        {"sub": "de\nng"},
        {"sub": 7},
    ],
)
async def test_a_claim_of_the_wrong_shape_is_refused(world: World, change: dict[str, object]) -> None:
    found = await world.authentication.verified(world.forge(**change), world.clock())
    assert isinstance(found, Refusal)
    assert found.reason is RefusalReason.MALFORMED


@pytest.mark.parametrize("name", ["sub", "client_id", "home_city"])
async def test_half_a_character_in_a_claim_is_refused_here_and_does_not_fail_elsewhere(world: World, name: str) -> None:
    """JSON can hold one; stores, hashes and cities cannot."""
    claims = jwt.decode(world.forge(), world.site.provider.keys.current).claims | {name: "a\ud800"}
    header = {"alg": "ES256", "typ": "at+jwt", "kid": world.site.provider.keys.current.kid}
    token = jws.serialize_compact(header, json.dumps(claims).encode(), world.site.provider.keys.current)
    found = await world.authentication.verified(token, world.clock())
    assert isinstance(found, Refusal)
    assert found.reason is RefusalReason.MALFORMED


def test_two_providers_under_one_address_are_refused() -> None:
    with pytest.raises(AmbiguousIssuers):
        trusted([Issuer("https://a", AUDIENCE), Issuer("https://a", AUDIENCE, qualified=True)])
