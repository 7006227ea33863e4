"""What the door costs a request: each way in, with keys and discovery already known, in this process and without HTTP.

The provider is the sandbox's own, on loopback; it is asked once. Every figure is the median of REQUESTS requests, one
after the other.
"""

import asyncio
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from joserfc import jwt
from joserfc.jwk import ECKey

from identity import Entrance, Issuer, Lifetimes, Sealer, Served, Standing, Viewer, open_session
from identity.dpop import digest
from identity.issuers import SignInClient
from identity.sessions import MIGRATIONS, Sessions
from sandbox.idp.possession import proof_of
from sandbox.idp.serving import Site, serving
from storage import Database

REQUESTS = 2_000
PUBLIC_URL = "https://graph.example.gov.cn/graphql"
SERVED = Served("127.0.0.1", 8000, "127.0.0.1:8000", "/graphql")


@dataclass(frozen=True)
class Brought:
    """What a client brings (identity.admission.Presented)."""

    authorization: str | None = None
    proof: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    method: str = "POST"
    served: Served = SERVED
    standing: Standing | None = None


def costs() -> Iterator[str]:
    """The table's lines."""
    yield "| at the door, keys cached | µs a request |"
    yield "|---|--:|"
    for name, micros in asyncio.run(_measured()).items():
        yield f"| {name} | {micros:.0f} |"


async def _measured() -> Mapping[str, float]:
    with tempfile.TemporaryDirectory(prefix="roam-door-") as folder:
        place = Path(folder)
        async with (
            serving(place, PUBLIC_URL) as site,
            open_session() as http,
            await Database.open(place / "door.sqlite", (MIGRATIONS,)) as database,
        ):
            issuer = Issuer(site.provider.issuer, PUBLIC_URL, client=SignInClient("roam-graphiql"))
            sealer, lifetimes = Sealer(b"k" * 32), Lifetimes()
            entrance = Entrance.build(
                (issuer,), PUBLIC_URL, lifetimes=lifetimes, database=database, sealer=sealer, http=http
            )
            text, session = await Sessions(database, sealer, lifetimes).open(issuer.url, _token(site, "s"), "", _now())
            headers = {"cookie": f"roam-session={text}", "x-roam-csrf": session.csrf}
            return {
                "no token": await _median(entrance, lambda _: Brought()),
                "the same token again": await _median(entrance, _same(site)),
                "a token never seen (ES256)": await _median(entrance, _fresh(site)),
                "the same bound token, a new proof (DPoP)": await _median(entrance, _proven(site)),
                "a browser's session": await _median(entrance, lambda _: Brought(headers=headers)),
            }


def _now() -> datetime:
    return datetime.now(UTC)


def _token(site: Site, jti: str, **more: object) -> str:
    key, at = site.provider.keys.current, int(time.time())
    claims = {
        "iss": site.provider.issuer,
        "sub": "deng",
        "aud": PUBLIC_URL,
        "iat": at,
        "exp": at + 3600,
        "jti": jti,
        "client_id": "bench",
        "acr": "loa3",
        "home_city": "510600",
        **more,
    }
    header = {"alg": "ES256", "typ": "at+jwt", "kid": str(key.kid)}
    return jwt.encode(header, claims, key, algorithms=["ES256"])


def _same(site: Site) -> Callable[[str], Brought]:
    token = _token(site, "same")
    return lambda _: Brought(f"Bearer {token}")


def _fresh(site: Site) -> Callable[[str], Brought]:
    return lambda name: Brought(f"Bearer {_token(site, name)}")


def _proven(site: Site) -> Callable[[str], Brought]:
    key = ECKey.generate_key("P-256")
    token = _token(site, "bound", cnf={"jkt": key.thumbprint()})
    ath = digest(token)
    return lambda _: Brought(f"DPoP {token}", proof_of(key, PUBLIC_URL, "POST", _now(), ath=ath))


async def _median(entrance: Entrance, bring: Callable[[str], Brought]) -> float:
    """Clients' own work (signing tokens and proofs) is done before the clock starts."""
    await _one(entrance, bring("warm"), _now())
    brought, at = [bring(str(number)) for number in range(REQUESTS)], _now()
    return statistics.median([await _one(entrance, one, at) for one in brought]) * 1e6


async def _one(entrance: Entrance, brought: Brought, at: datetime) -> float:
    started = time.perf_counter()
    found = await entrance.admission.viewer(brought, at)
    spent = time.perf_counter() - started
    if not isinstance(found, Viewer):
        raise RuntimeError("the door did not let somebody in; the figure would be that of a refusal")
    return spent
