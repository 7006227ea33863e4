"""The public keys of one issuer, kept fresh without depending on it for every request.

Rules:
- keys younger than TTL are used as they are;
- older ones are fetched again by one request at a time; while the issuer is down the old ones keep working;
- an unknown key id causes a fetch at once (keys rotate without notice), within a budget that refills, so that a
  flood of invented ids costs the issuer at most one fetch per REFILL.
The clock is the caller's: `now` is passed.
"""

import asyncio
from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta

import aiohttp

from identity.algorithms import DEFAULT, PublicKey, public_key, suited
from identity.provider import Metadata, ProviderError, discover, fetch_json

TTL = timedelta(minutes=10)
STALE_RETRY = timedelta(seconds=30)
EMPTY_RETRY = timedelta(seconds=1)
UNKNOWN_KEY_BURST = 5
REFILL = timedelta(seconds=5)
MAX_KEYS = 64
_NEVER = datetime.min.replace(tzinfo=UTC)


class KeysUnavailable(Exception):
    """No key is known and the issuer cannot be reached. Internal text."""


class IssuerKeys:
    """The key cache of one issuer. One instance per event loop."""

    def __init__(self, issuer: str, session: aiohttp.ClientSession, algorithms: Collection[str] = DEFAULT) -> None:
        self.issuer = issuer
        self._algorithms = algorithms
        self._session = session
        self._lock = asyncio.Lock()
        self._metadata: Metadata | None = None
        self._keys: Mapping[str, PublicKey] = {}
        self._fetched_at = _NEVER
        self._failed_at = _NEVER
        self._budget = FetchBudget()

    async def key(self, kid: str | None, now: datetime) -> PublicKey | None:
        """The key of this id, or None when the issuer has none such. Raises KeysUnavailable."""
        if self._due(now) and not (self._keys and self._lock.locked()):
            await self._renew(now)
        if self._known(kid) is None:
            await self._look_for(kid, now)
        found = self._known(kid)
        if found is None and not self._keys:
            raise KeysUnavailable(f"no key of {self.issuer} is known")
        return found

    async def metadata(self, now: datetime) -> Metadata:
        """The issuer's discovery document, as last read. Raises ProviderError."""
        if self._metadata is None or self._due(now):
            await self._renew(now)
        if self._metadata is None:
            raise ProviderError(f"{self.issuer} has not been discovered")
        return self._metadata

    def _due(self, now: datetime) -> bool:
        return now - self._fetched_at >= TTL

    def _known(self, kid: str | None) -> PublicKey | None:
        if kid is None:  # RFC 7515 §4.1.4: optional; unambiguous only when the issuer has one key
            return next(iter(self._keys.values())) if len(self._keys) == 1 else None
        return self._keys.get(kid)

    async def _renew(self, now: datetime) -> None:
        """Fetches keys that are due, unless another request just has, or has just failed to."""
        async with self._lock:
            pause = STALE_RETRY if self._keys else EMPTY_RETRY
            if self._due(now) and now - self._failed_at >= pause:
                await self._fetch(now)

    async def _look_for(self, kid: str | None, now: datetime) -> None:
        """Fetches for a key id not known. Requests that arrive meanwhile wait for the same fetch."""
        async with self._lock:
            if self._known(kid) is None and now - self._failed_at >= EMPTY_RETRY and self._budget.spend(now):
                await self._fetch(now)

    async def _fetch(self, now: datetime) -> None:
        try:
            metadata = await discover(self._session, self.issuer)
            self._keys = usable_keys(await fetch_json(self._session, metadata.jwks_uri), self._algorithms)
            self._metadata, self._fetched_at = metadata, now
        except ProviderError:
            self._failed_at = now  # whatever was known keeps working


class FetchBudget:
    """A token bucket on the caller's clock: UNKNOWN_KEY_BURST at once, one more every REFILL."""

    def __init__(self) -> None:
        self._left = float(UNKNOWN_KEY_BURST)
        self._at = _NEVER

    def spend(self, now: datetime) -> bool:
        earned = max(timedelta(0), now - self._at) / REFILL
        self._left, self._at = min(float(UNKNOWN_KEY_BURST), self._left + earned), now
        if self._left < 1:
            return False
        self._left -= 1
        return True


def usable_keys(jwks: Mapping[str, object], algorithms: Collection[str] = DEFAULT) -> Mapping[str, PublicKey]:
    """The keys of a JWK set that fit these algorithms, by key id. A key we cannot use never costs the others.

    Raises ProviderError when none is left: an issuer without keys is a broken answer, not a reason to forget.
    """
    entries = jwks.get("keys")
    found: dict[str, PublicKey] = {}
    for entry in entries[:MAX_KEYS] if isinstance(entries, list) else []:
        if isinstance(entry, dict) and suited(entry, algorithms):
            key = public_key(entry)
            if key is not None:
                found[key.kid or key.thumbprint()] = key
    if not found:
        raise ProviderError(f"the key set holds no signature key for {', '.join(algorithms)}")
    return found
