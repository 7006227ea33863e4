"""The key cache: keys rotate, providers fall over, strangers invent key ids."""

import asyncio
import gzip
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from identity import Authentication, Issuer, Refusal, RefusalReason, Viewer, open_session
from identity.keys import STALE_RETRY, TTL, UNKNOWN_KEY_BURST, usable_keys
from identity.provider import ProviderError
from sandbox.listener import Listener
from tests.identity.conftest import AUDIENCE, START, World


async def test_keys_may_rotate_while_running_and_no_request_fails(world: World) -> None:
    """The old token keeps working, the new one works at once, however many requests bring it together."""
    old = await world.token("deng")
    assert isinstance(await world.authentication.verified(old, world.clock()), Viewer)
    async with world.session.post(f"{world.site.control_url}/rotate") as response:
        kid = (await response.json())["kid"]
    assert kid == world.site.provider.keys.current.kid
    new = await world.token("chen")
    both = [world.authentication.verified(token, world.clock()) for token in (old, new) * 25]
    assert all(isinstance(found, Viewer) for found in await asyncio.gather(*both))


async def test_known_keys_keep_working_while_the_provider_is_down(world: World) -> None:
    token = world.forge(exp=int(START.timestamp()) + 10**6)
    assert isinstance(await world.authentication.verified(token, world.clock()), Viewer)
    world.site.door.close()
    for _ in range(3):
        world.clock.forward(seconds=TTL.total_seconds())
        assert isinstance(await world.authentication.verified(token, world.clock()), Viewer)
    await world.site.door.open()
    world.clock.forward(seconds=STALE_RETRY.total_seconds())
    assert isinstance(await world.authentication.verified(token, world.clock()), Viewer)


async def test_without_any_known_key_an_outage_is_told_and_ends(world: World) -> None:
    token = await world.token("deng")
    world.site.door.close()
    assert await world.authentication.verified(token, world.clock()) == Refusal(RefusalReason.ISSUER_UNREACHABLE)
    await world.site.door.open()
    world.clock.forward(seconds=1)
    assert isinstance(await world.authentication.verified(token, world.clock()), Viewer)


@asynccontextmanager
async def counting(world: World) -> AsyncIterator[tuple[str, list[str]]]:
    """A provider with the world's keys that notes what it was asked."""
    calls: list[str] = []
    listener = Listener("127.0.0.1", 0)

    async def discovery(request: Request) -> Response:
        calls.append(request.url.path)
        return JSONResponse({"issuer": listener.url, "jwks_uri": f"{listener.url}/jwks"})

    async def jwks(request: Request) -> Response:
        calls.append(request.url.path)
        return JSONResponse(world.site.provider.keys.jwks())

    app = Starlette(routes=[Route("/.well-known/openid-configuration", discovery), Route("/jwks", jwks)])
    await listener.open(app)
    try:
        yield listener.url, calls
    finally:
        listener.close()


async def test_a_flood_of_invented_key_ids_costs_the_provider_a_handful_of_fetches(world: World) -> None:
    async with counting(world) as (url, calls), open_session() as session:
        authentication = Authentication([Issuer(url, AUDIENCE)], session)
        for number in range(50):
            token = world.forge(iss=url, header={"kid": f"invented-{number}"})
            assert await authentication.verified(token, world.clock()) == Refusal(RefusalReason.UNKNOWN_KEY)
        assert calls.count("/jwks") <= UNKNOWN_KEY_BURST + 1
        world.clock.forward(seconds=5)
        world.site.provider.keys.rotate(world.clock())
        assert isinstance(await authentication.verified(world.forge(iss=url), world.clock()), Viewer)


async def test_fresh_keys_are_not_fetched_again(world: World) -> None:
    async with counting(world) as (url, calls), open_session() as session:
        authentication = Authentication([Issuer(url, AUDIENCE)], session)
        await asyncio.gather(*(authentication.verified(world.forge(iss=url), world.clock()) for _ in range(20)))
        assert calls.count("/jwks") == 1


@pytest.mark.parametrize("answer", ["redirect", "huge", "text", "list", "impostor", "file", "gzip"])
async def test_a_provider_that_misbehaves_gives_no_keys(world: World, answer: str) -> None:
    listener = Listener("127.0.0.1", 0)

    async def discovery(_: Request) -> Response:
        document = {"issuer": listener.url, "jwks_uri": f"{world.site.door.url}/jwks"}
        match answer:
            case "redirect":
                return RedirectResponse(f"{world.site.door.url}/.well-known/openid-configuration")
            case "huge":
                return JSONResponse(document | {"x": "x" * 300_000})
            case "text":
                return Response("<html>")
            case "list":
                return JSONResponse([document])
            case "gzip":
                return Response(gzip.compress(b" " * 10**8), headers={"content-encoding": "gzip"})
            case "impostor":
                return JSONResponse(document | {"issuer": world.site.provider.issuer})
        return JSONResponse(document | {"jwks_uri": "file:///etc/passwd"})

    await listener.open(Starlette(routes=[Route("/.well-known/openid-configuration", discovery)]))
    try:
        async with open_session() as session:
            authentication = Authentication([Issuer(listener.url, AUDIENCE)], session)
            found = await authentication.verified(world.forge(iss=listener.url), world.clock())
        assert found == Refusal(RefusalReason.ISSUER_UNREACHABLE)
    finally:
        listener.close()


def test_one_strange_key_never_costs_the_others(world: World) -> None:
    good = world.site.provider.keys.jwks()["keys"][0]
    strange = [{"kty": "AKP"}, {"kty": "EC", "crv": "P-256", "x": "!", "y": "!"}, 7, {**good, "use": "enc", "kid": "e"}]
    assert list(usable_keys({"keys": [*strange, good]})) == [good["kid"]]


@pytest.mark.parametrize("jwks", [{}, {"keys": []}, {"keys": "x"}, {"keys": [{"kty": "RSA"}]}])
def test_a_set_without_a_usable_key_is_a_broken_answer(jwks: dict[str, object]) -> None:
    with pytest.raises(ProviderError):
        usable_keys(jwks)
