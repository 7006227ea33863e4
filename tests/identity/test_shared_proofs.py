"""A deployment of several workers: a proof used on one is used on all, and without their Redis none is taken."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from joserfc.jwk import ECKey
from redis.asyncio import Redis

from edge.refusals import refusal_error
from identity import Refusal, RefusalReason, Viewer
from identity.addresses import Addresses
from identity.admission import Admission
from identity.dpop import WINDOW, Proofs
from roaming.counts import opened_counts
from roaming.used_proofs import UsedAnywhere
from tests.identity.conftest import AUDIENCE, World
from tests.identity.test_dpop import Brought, bound, proof
from tests.roaming.counting import free_port, redis_server


@pytest.fixture
def key() -> ECKey:
    return ECKey.generate_key("P-256")


@asynccontextmanager
async def worker(world: World, url: str) -> AsyncIterator[Admission]:
    """The door of one process."""
    async with opened_counts(url) as counts:
        yield Admission(world.authentication, Addresses(AUDIENCE), proofs=Proofs(UsedAnywhere(counts)))


async def reasons(world: World, brought: Brought, *doors: Admission) -> list[RefusalReason | None]:
    """What each door has against it, all asked at once; None: let in."""
    async with asyncio.TaskGroup() as group:
        asked = [group.create_task(door.viewer(brought, world.clock())) for door in doors]
    return [found.reason if isinstance(found := each.result(), Refusal) else None for each in asked]


async def test_a_proof_is_good_once_for_all_workers(world: World, key: ECKey, tmp_path: Path) -> None:
    """Also of several that get it at the same moment; another proof is another matter."""
    token = bound(world, key)
    with redis_server(tmp_path, free_port()) as url:
        async with worker(world, url) as first, worker(world, url) as second:
            for _ in range(3):
                brought = Brought(f"DPoP {token}", proof(world, key, token))
                found = await reasons(world, brought, *[first, second] * 5)
                assert (found.count(None), found.count(RefusalReason.PROOF_REPLAYED)) == (1, 9)


async def test_a_shared_proof_is_kept_hashed_until_it_is_too_old_and_no_longer(
    world: World, key: ECKey, tmp_path: Path
) -> None:
    """What is refused for another reason is not remembered at all."""
    token = bound(world, key)
    with redis_server(tmp_path, free_port()) as url:
        async with worker(world, url) as door, Redis.from_url(url) as redis:
            unfit = Brought(f"DPoP {token}", proof(world, key, token, method="GET"))
            assert await reasons(world, unfit, door) == [RefusalReason.PROOF_REQUEST]
            assert await redis.keys() == []
            assert await reasons(world, Brought(f"DPoP {token}", proof(world, key, token, jti="told")), door) == [None]
            [name] = await redis.keys()
            kept = timedelta(milliseconds=await redis.pttl(name))
    assert 2 * WINDOW < kept < 2 * WINDOW + timedelta(seconds=10)
    assert b"told" not in name
    assert key.thumbprint().encode() not in name


async def test_without_its_redis_a_proof_is_refused_and_a_bearer_token_is_not(
    world: World, key: ECKey, tmp_path: Path
) -> None:
    """The client hears that it is not its fault, and nothing of where the Redis is; found again without a restart."""
    token, port = bound(world, key), free_port()
    async with worker(world, f"redis://:hidden@127.0.0.1:{port}/0") as door:
        found = await door.viewer(Brought(f"DPoP {token}", proof(world, key, token)), world.clock())
        assert isinstance(found, Refusal)
        told = [refusal_error(found, language).formatted for language in ("en", "zh")]
        assert [each["extensions"] for each in told] == [{"code": "STORE_UNAVAILABLE"}] * 2
        assert not any(secret in str(told) for secret in ("hidden", "127.0.0.1", str(port), "edis"))
        unfit = Brought(f"DPoP {token}", proof(world, key, token, method="GET"))
        assert await reasons(world, unfit, door) == [RefusalReason.PROOF_REQUEST]
        assert isinstance(await door.viewer(Brought(f"Bearer {await world.token('deng')}"), world.clock()), Viewer)
    async with worker(world, f"redis://127.0.0.1:{port}/0") as door:
        brought = Brought(f"DPoP {token}", proof(world, key, token))
        assert await reasons(world, brought, door) == [RefusalReason.STORE_UNREACHABLE]
        with redis_server(tmp_path, port):
            assert await reasons(world, brought, door) == [None]
            assert await reasons(world, brought, door) == [RefusalReason.PROOF_REPLAYED]
        assert await reasons(world, brought, door) == [RefusalReason.STORE_UNREACHABLE]
