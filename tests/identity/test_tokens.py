"""J1: which tokens open the door. Everything goes over loopback to the real provider."""

import base64
import hashlib
import hmac
from datetime import timedelta

import pytest
from joserfc.jwk import ECKey

from identity import Refusal, RefusalReason, Viewer, reaches
from schema.codes import AssuranceLevel
from tests.identity.conftest import AUDIENCE, World, read, segment


async def refused(world: World, token: str) -> RefusalReason:
    found = await world.authentication.verified(token, world.clock())
    assert isinstance(found, Refusal), found
    assert found.code == "UNAUTHENTICATED"
    assert found.zh
    assert found.en
    assert token not in str(found)
    return found.reason


async def test_a_persona_signs_in_and_the_gateway_knows_who_it_is(world: World) -> None:
    token = await world.token("deng")
    viewer = await world.authentication.viewer(f"Bearer {token}", world.clock())
    assert isinstance(viewer, Viewer)
    assert (viewer.subject, viewer.home_city, viewer.assurance) == ("deng", "510600", AssuranceLevel.REAL_PERSON)
    assert viewer.signed_in
    assert viewer.reaches(AssuranceLevel.REAL_NAME)
    assert not viewer.reaches(AssuranceLevel.IN_PERSON)


async def test_a_viewer_never_prints_its_subject_or_token(world: World) -> None:
    """Logs print values; a subject or a token there would outlive the request."""
    viewer = await world.authentication.verified(await world.token("deng"), world.clock())
    assert "deng" not in repr(viewer)
    assert "eyJ" not in repr(viewer)


@pytest.mark.parametrize("header", [None, "", "   "])
async def test_no_header_is_nobody(world: World, header: str | None) -> None:
    assert await world.authentication.viewer(header, world.clock()) == Viewer.anonymous()


@pytest.mark.parametrize("header", ["Basic abc", "Bearer", "Bearer  ", "deng", "Bearer a.b", "Bearer a b c"])
async def test_a_header_that_is_no_bearer_token_is_refused_not_nobody(world: World, header: str) -> None:
    found = await world.authentication.viewer(header, world.clock())
    assert isinstance(found, Refusal)
    assert found.reason is RefusalReason.MALFORMED


@pytest.mark.parametrize("token", ["..", "a.b.c", "é.é.é", "e30.e30.x", "x" * 9000, f"{segment([])}.{segment({})}.x"])
async def test_a_malformed_token_is_refused(world: World, token: str) -> None:
    assert await refused(world, token) is RefusalReason.MALFORMED


async def test_deeply_nested_json_is_refused_without_a_crash(world: World) -> None:
    bomb = segment({"alg": "ES256"})
    nested = "W1tb" * 1500
    assert await refused(world, f"{nested}.{bomb}.x") is RefusalReason.MALFORMED


async def test_an_expired_token_is_refused(world: World) -> None:
    token = await world.token("deng")
    world.clock.forward(hours=1, seconds=61)
    assert await refused(world, token) is RefusalReason.EXPIRED


async def test_the_leeway_covers_clocks_that_differ_a_little(world: World) -> None:
    token = await world.token("deng")
    world.clock.forward(hours=1, seconds=30)
    assert isinstance(await world.authentication.verified(token, world.clock()), Viewer)


async def test_a_token_from_the_future_is_refused(world: World) -> None:
    later = int((world.clock() + timedelta(minutes=5)).timestamp())
    assert await refused(world, world.forge(nbf=later)) is RefusalReason.NOT_YET_VALID
    assert await refused(world, world.forge(iat=later)) is RefusalReason.NOT_YET_VALID


@pytest.mark.parametrize("spelling", ["none", "None", "NONE", "nOnE"])
async def test_alg_none_is_refused_with_and_without_a_signature(world: World, spelling: str) -> None:
    header, claims = segment({"alg": spelling, "typ": "at+jwt"}), world.forge().split(".")[1]
    assert await refused(world, f"{header}.{claims}.") is RefusalReason.ALG_NONE
    assert await refused(world, f"{header}.{claims}.{world.forge().split('.')[2]}") is RefusalReason.ALG_NONE


@pytest.mark.parametrize("form", ["pem", "jwk"])
async def test_hs256_signed_with_the_public_key_is_refused(world: World, form: str) -> None:
    """The classic confusion: the public key, known to all, used as an HMAC secret."""
    public = world.site.provider.keys.current
    secret = public.as_pem(private=False) if form == "pem" else segment(public.as_dict(private=False)).encode()
    header = segment({"alg": "HS256", "typ": "at+jwt", "kid": public.kid})
    signed = f"{header}.{world.forge().split('.')[1]}"
    digest = hmac.new(secret, signed.encode(), hashlib.sha256).digest()
    token = f"{signed}.{base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}"
    assert await refused(world, token) is RefusalReason.WRONG_ALGORITHM


@pytest.mark.parametrize("algorithm", ["ES384", "RS256", "EdDSA", "es256", ""])
async def test_another_algorithm_is_refused(world: World, algorithm: str) -> None:
    real = world.forge()
    token = f"{segment({**read(real, 0), 'alg': algorithm})}.{real.split('.', 1)[1]}"
    assert await refused(world, token) is RefusalReason.WRONG_ALGORITHM


@pytest.mark.parametrize("aud", ["https://chengdu.example", [], ["a", "b"], {"x": 1}, AUDIENCE + "/", 7])
async def test_a_token_for_someone_else_is_refused(world: World, aud: object) -> None:
    assert await refused(world, world.forge(aud=aud)) is RefusalReason.WRONG_AUDIENCE


async def test_one_of_several_audiences_is_enough(world: World) -> None:
    token = world.forge(aud=["https://other.example", AUDIENCE])
    assert isinstance(await world.authentication.verified(token, world.clock()), Viewer)


@pytest.mark.parametrize("typ", ["JWT", None, "", "at+jwt+x", 7])
async def test_a_token_of_another_type_is_refused(world: World, typ: object) -> None:
    real = world.forge()
    header = {name: value for name, value in (read(real, 0) | {"typ": typ}).items() if value is not None}
    assert await refused(world, f"{segment(header)}.{real.split('.', 1)[1]}") is RefusalReason.WRONG_TYPE


async def test_an_id_token_does_not_open_the_graph(world: World) -> None:
    answer = await world.authorize(verifier="v" * 43, prompt="none", login_hint="deng")
    _, body = await world.exchange(code=answer["code"], code_verifier="v" * 43)
    assert await refused(world, str(body["id_token"])) is RefusalReason.WRONG_TYPE


@pytest.mark.parametrize("typ", ["AT+JWT", "application/at+jwt"])
async def test_the_type_may_be_spelled_as_media_types_are(world: World, typ: str) -> None:
    found = await world.authentication.verified(world.forge(header={"typ": typ}), world.clock())
    assert isinstance(found, Viewer)


@pytest.mark.parametrize("acr", ["loa9", "IN_PERSON", "", None, ["loa4"], 4, "ANONYMOUS"])
async def test_an_unknown_acr_is_the_lowest_signed_in_level(world: World, acr: object) -> None:
    """Never higher: a provider that invents a value must not raise anybody."""
    found = await world.authentication.verified(world.forge(acr=acr), world.clock())
    assert isinstance(found, Viewer)
    assert found.assurance is AssuranceLevel.REGISTERED


@pytest.mark.parametrize(
    ("claim", "groups"),
    [
        (["testers", "staff"], {"testers", "staff"}),
        (["testers", 7, None, {"value": "staff"}], {"testers"}),
        ("testers", set()),
        ({"testers": True}, set()),
        (None, set()),
    ],
)
async def test_groups_are_a_list_of_texts_and_anything_else_opens_nothing(
    world: World, claim: object, groups: set[str]
) -> None:
    """Providers use the name for other things too: their citizens are let in, without groups."""
    viewer = await world.authentication.verified(world.forge(groups=claim), world.clock())
    assert isinstance(viewer, Viewer)
    assert viewer.groups == groups
    assert "testers" not in repr(viewer)


async def test_a_foreign_issuer_is_refused_before_any_key_is_fetched(world: World) -> None:
    assert await refused(world, world.forge(iss="https://evil.example")) is RefusalReason.WRONG_ISSUER
    assert await refused(world, world.forge(iss=world.site.provider.issuer + "/")) is RefusalReason.WRONG_ISSUER


async def test_a_changed_claim_breaks_the_signature(world: World) -> None:
    header, claims, signature = (await world.token("deng")).split(".")
    other = segment(read(f"{header}.{claims}.") | {"sub": "chen"})
    assert await refused(world, f"{header}.{other}.{signature}") is RefusalReason.BAD_SIGNATURE


async def test_a_strangers_key_under_the_known_id_is_a_bad_signature(world: World) -> None:
    assert await refused(world, world.forge(key=ECKey.generate_key("P-256"))) is RefusalReason.BAD_SIGNATURE


async def test_a_key_brought_along_in_the_header_is_never_used(world: World) -> None:
    stranger = ECKey.generate_key("P-256", auto_kid=True)
    header = {"kid": stranger.kid, "jwk": stranger.as_dict(private=False), "jku": "http://127.0.0.1:1/jwks"}
    assert await refused(world, world.forge(key=stranger, header=header)) is RefusalReason.UNKNOWN_KEY


@pytest.mark.parametrize("claim", ["iss", "sub", "exp", "aud", "iat", "home_city"])
async def test_a_missing_claim_is_named(world: World, claim: str) -> None:
    found = await world.authentication.verified(world.forge(**{claim: None}), world.clock())
    assert found == Refusal(RefusalReason.MISSING_CLAIM, claim)


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": "soon"},
        {"exp": True},
        {"exp": 1e18},
        {"exp": -1},
        {"iat": float("nan")},
        {"sub": 7},
        {"home_city": "德阳"},
        {"iat": []},
    ],
)
async def test_a_claim_of_the_wrong_shape_is_malformed(world: World, claims: dict[str, object]) -> None:
    assert await refused(world, world.forge(**claims)) is RefusalReason.MALFORMED


async def test_a_critical_header_we_do_not_know_is_refused(world: World) -> None:
    """RFC 7515 §4.1.11: what must be understood and is not makes the token invalid."""
    real = world.forge()
    header = segment({**read(real, 0), "crit": ["b64"], "b64": False})
    assert await refused(world, f"{header}.{real.split('.', 1)[1]}") in (
        RefusalReason.MALFORMED,
        RefusalReason.BAD_SIGNATURE,
    )


def test_levels_are_ordered() -> None:
    levels = list(AssuranceLevel)
    assert all(reaches(high, low) == (levels.index(high) >= levels.index(low)) for high in levels for low in levels)


async def test_a_token_checked_once_still_expires(world: World) -> None:
    """Signatures are not checked twice; times are checked always."""
    token = await world.token("deng")
    first = await world.authentication.verified(token, world.clock())
    assert await world.authentication.verified(token, world.clock()) == first
    world.clock.forward(hours=1, seconds=61)
    assert await refused(world, token) is RefusalReason.EXPIRED


async def test_a_token_checked_once_falls_with_its_key(world: World) -> None:
    """A key that the issuer withdrew signs nothing any more, also not what was believed before."""
    token = world.forge(exp=int((world.clock() + timedelta(days=1)).timestamp()))
    assert isinstance(await world.authentication.verified(token, world.clock()), Viewer)
    world.site.provider.keys.rotate(world.clock())
    world.clock.forward(hours=3)
    world.site.provider.keys.rotate(world.clock())
    assert await refused(world, token) is RefusalReason.UNKNOWN_KEY
