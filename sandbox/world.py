"""What one sandbox city is made of: its name, its store, its secrets, its clock and its address.

Rules: a city module gets a `World` and asks nothing else: `world.now()` is the only clock, `world.store` the only
memory, `world.secrets` the only keys. Deliberately not here: any protocol.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

from identity.pairwise import pairwise_id
from sandbox.citizen_token import AUDIENCE, KEY_SET, OUTCOME, PUBLIC, BadToken, CitizenTokens
from sandbox.data_faults import CLOCK_SKEW_SECONDS
from sandbox.faults import Faults, active
from sandbox.personas import PERSONAS
from sandbox.store import Store

SHANGHAI = ZoneInfo("Asia/Shanghai")
NO_KEYS = '{"keys": []}'  # a city that was given no key set believes nobody
SEEDED_BOUND_AT = "2026-03-01T09:00:00+08:00"


def newcomer(name: str) -> str:
    """The store's key for a citizen who is no persona, from the name under which the city first heard of them."""
    return f"citizen-{hashlib.sha256(name.encode()).hexdigest()[:16]}"


def wall_clock() -> datetime:
    """Now, in Asia/Shanghai."""
    return datetime.now(SHANGHAI)


@dataclass(frozen=True)
class World:
    """One city server's surroundings.

    `city` is a slug, `code` its GB code, `store_path` the SQLite file, `secrets` values by upper-case name, `salt` the
    gateway's pairwise salt (32 bytes or more), `clock` gives aware datetimes, `base_url` is where this server is
    reached, without a slash at its end.
    """

    city: str
    code: str
    store_path: Path
    secrets: Mapping[str, str]
    salt: bytes
    clock: Callable[[], datetime]
    base_url: str
    faults: Faults = field(default_factory=Faults)
    unsigned: bool = False
    """The city checks no signature, key or token: how a careless city looks to the conformance kit."""

    @cached_property
    def store(self) -> Store:
        """The city's records, opened at first use."""
        return Store(self.store_path)

    @cached_property
    def citizen_tokens(self) -> CitizenTokens:
        """What checks the gateway's tokens for this city."""
        return CitizenTokens(self.secrets.get(KEY_SET, NO_KEYS), f"{AUDIENCE}{self.code}")

    def admit(self, token: str | None, operation: str, named: str | None = None) -> None:
        """Refuses a call that concerns a citizen unless a good token says for whom it is made.

        `named` is the pairwise id in the request, where it has one.  What became of a request is told to whoever has
        its number; a token that comes with the question must hold all the same.  Raises BadToken.
        """
        if operation not in PUBLIC and (token or operation != OUTCOME) and not self.unsigned:
            if active() == "bad_token":
                raise BadToken("the key is none of the gateway's")
            self.citizen_tokens.check(token or "", operation, self.now(), named)

    def now(self) -> datetime:
        """Now in Asia/Shanghai, by this city's clock: under `clock` it is fast."""
        fast = timedelta(seconds=CLOCK_SKEW_SECONDS) if active() == "clock" else timedelta(0)
        return self.clock().astimezone(SHANGHAI) + fast

    def pairwise(self, subject: str) -> str:
        """The pairwise id under which this city knows a subject of the identity provider."""
        return pairwise_id(self.salt, self.code, subject)

    def introduce_personas(self, *names: str) -> None:
        """Make the city know every persona under the given kinds of names; bound where the persona is linked.

        `names` are of `pairwise_id`, `phone`, `id_number`.  A citizen in the store is a persona's key; people who
        bind later get a key of their own.  Personas not linked here are known but not bound.
        """
        with self.store.transaction():
            for persona in PERSONAS.values():
                bound = SEEDED_BOUND_AT if self.city in persona.linked else None
                known_as = {
                    "pairwise_id": self.pairwise(persona.subject),
                    "phone": persona.phone,
                    "id_number": persona.id_number,
                }
                for name in names:
                    self.store.introduce(known_as[name], persona.key, bound)
