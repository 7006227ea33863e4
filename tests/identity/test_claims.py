"""Real-name claims come from UserInfo with the citizen's own token, briefly kept and never guessed."""

from dataclasses import replace

from identity import ClaimsFailure, UserInfo, Viewer
from identity.claims import LIFETIME, renamed
from sandbox.personas import PERSONAS
from tests.identity.conftest import World


async def signed_in(world: World, persona: str) -> Viewer:
    found = await world.authentication.verified(await world.token(persona), world.clock())
    assert isinstance(found, Viewer)
    return found


async def test_claims_come_under_our_names(world: World) -> None:
    deng = PERSONAS["deng"]
    claims = await UserInfo(world.authentication, world.session).claims(await signed_in(world, "deng"), world.clock())
    assert claims == {"name": deng.name, "id_number": deng.id_number, "phone": deng.phone}


async def test_a_rare_name_survives(world: World) -> None:
    viewer = await signed_in(world, "test-hanzi@deyang")
    claims = await UserInfo(world.authentication, world.session).claims(viewer, world.clock())
    assert not isinstance(claims, ClaimsFailure)
    assert claims["name"] == "㛃𠅤䶮"


async def test_claims_are_kept_for_a_minute_and_no_longer(world: World) -> None:
    viewer, userinfo = await signed_in(world, "deng"), UserInfo(world.authentication, world.session)
    first = await userinfo.claims(viewer, world.clock())
    world.site.door.close()
    assert await userinfo.claims(viewer, world.clock()) == first
    world.clock.forward(seconds=LIFETIME.total_seconds())
    failed = await userinfo.claims(viewer, world.clock())
    assert isinstance(failed, ClaimsFailure)
    assert (failed.code, failed.retry_after) == ("BACKEND_UNREACHABLE", 5)
    assert "127.0.0.1" not in failed.en + failed.zh


async def test_claims_are_kept_by_token_not_by_place(world: World) -> None:
    userinfo = UserInfo(world.authentication, world.session)
    both = [await userinfo.claims(await signed_in(world, key), world.clock()) for key in ("deng", "chen")]
    assert [claims["name"] for claims in both if not isinstance(claims, ClaimsFailure)] == ["邓德阳", "陈同城"]


async def test_a_forgotten_viewer_is_asked_again(world: World) -> None:
    viewer, userinfo = await signed_in(world, "deng"), UserInfo(world.authentication, world.session)
    await userinfo.claims(viewer, world.clock())
    world.site.door.close()
    userinfo.forget(viewer)
    assert isinstance(await userinfo.claims(viewer, world.clock()), ClaimsFailure)


async def test_nobody_has_no_claims(world: World) -> None:
    failed = await UserInfo(world.authentication, world.session).claims(Viewer.anonymous(), world.clock())
    assert isinstance(failed, ClaimsFailure)
    assert failed.code == "UNAUTHENTICATED"


async def test_another_subjects_userinfo_is_never_taken(world: World) -> None:
    """OpenID Connect Core 1.0 §5.3.2: the subjects must agree."""
    impostor = replace(await signed_in(world, "deng"), subject="chen")
    failed = await UserInfo(world.authentication, world.session).claims(impostor, world.clock())
    assert isinstance(failed, ClaimsFailure)


async def test_a_token_the_provider_refuses_means_signing_in_again(world: World) -> None:
    viewer = replace(await signed_in(world, "deng"), token="x")
    failed = await UserInfo(world.authentication, world.session).claims(viewer, world.clock())
    assert isinstance(failed, ClaimsFailure)
    assert failed.code == "UNAUTHENTICATED"


def test_only_texts_are_taken() -> None:
    document = {
        "name": 7,
        "phone_number": "",
        "address": {"formatted": "天府大道"},
        "id_number": "x" * 3000,
        "acr": "a",
    }
    assert renamed(document) == {"address": "天府大道"}
