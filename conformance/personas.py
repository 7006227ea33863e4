"""Test citizens of a city, as its environment's identity provider knows them.

Only synthetic citizens are ever used: the kinds below, each as `<kind>@<city>` in the provider's list of personas.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import aiohttp

from channels.deployment.snapshot import Channel
from identity.claims import renamed
from identity.pairwise import pairwise_id

KINDS: Final = ("test-zhang", "test-li", "test-nobody", "test-many", "test-hanzi", "test-1234")
FIRST, SECOND, NOBODY, MANY, RARE, EXACT = KINDS
TIMEOUT_SECONDS: Final = 10.0

SignIn = Callable[[str, str], Awaitable[str]]
"""(issuer, persona) to an access token; raises what its owner raises."""


class NoPersonas(Exception):
    """The live session has nobody to speak for; the text says why."""


@dataclass(frozen=True, slots=True)
class Person:
    """One test citizen: what may be sent of them to this city, by claim."""

    kind: str
    claims: Mapping[str, str] = field(repr=False)

    @property
    def name(self) -> str:
        return self.claims.get("name", "")


async def people(
    channel: Channel, issuer: str, salt: bytes, sign_in: SignIn, kinds: Sequence[str] = KINDS
) -> Mapping[str, Person]:
    """The test citizens of one city, or some kinds of them, signed in for real.  Raises: NoPersonas."""
    timeout = aiohttp.ClientTimeout(total=TIMEOUT_SECONDS)
    try:
        async with aiohttp.ClientSession(timeout=timeout) as session:
            known = {row["key"] for row in await _json(session, f"{issuer.rstrip('/')}/personas")}
            endpoints = await _json(session, f"{issuer.rstrip('/')}/.well-known/openid-configuration")
            userinfo = str(endpoints["userinfo_endpoint"])

            async def met(kind: str) -> Person:
                token = await sign_in(issuer, f"{kind}@{channel.slug}")
                told = await _json(session, userinfo, token)
                claims = {**renamed(told), "pairwise_id": pairwise_id(salt, channel.code, str(told["sub"]))}
                return Person(kind, claims)

            there = [kind for kind in kinds if f"{kind}@{channel.slug}" in known]
            found = dict(zip(there, await asyncio.gather(*map(met, there)), strict=True))
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise NoPersonas(f"the identity provider at {issuer} does not answer") from error
    except (KeyError, TypeError, ValueError) as error:
        raise NoPersonas(f"{issuer} has no list of test personas") from error
    if FIRST in kinds and FIRST not in found:
        raise NoPersonas(f"{issuer} knows no {FIRST}@{channel.slug}")
    return found


async def _json(session: aiohttp.ClientSession, url: str, token: str = "") -> Any:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with session.get(url, headers=headers, allow_redirects=False) as response:
        if response.status != 200:
            raise ValueError(f"{url} answered {response.status}")
        return await response.json()
