"""The personas' links in the gateway's own store, seeded before the gateway starts.

Seeded once for an issuer: a link that a citizen changed later stays changed. Importing the gateway's store costs half
a second, so a run that has nothing to seed does not.
"""

import asyncio
from datetime import datetime
from pathlib import Path

from sandbox.personas import CITY_CODES, PERSONAS
from sandbox.world import SEEDED_BOUND_AT

DATABASE = "gateway.sqlite"
KEY_SECRET = "GATEWAY_SEAL_KEY"  # noqa: S105 - the name of a secret


class CannotSeed(Exception):
    """The gateway's store cannot be written; the message names the file."""


def seed(state: Path, key: str, issuer: str) -> None:
    """Record every persona's linked cities in the store under `state`, for the issuer's subjects.

    `key` is the gateway's key for citizens' names, 32 bytes or more.  Raises CannotSeed.
    """
    marker, database = state / "links-seeded", state / DATABASE
    done = f"{issuer} {sorted((persona.key, persona.linked) for persona in PERSONAS.values())}"
    if database.is_file() and marker.is_file() and marker.read_text(encoding="utf-8") == done:
        return
    asyncio.run(_seed(database, key.encode(), issuer))
    marker.write_text(done, encoding="utf-8")


async def _seed(path: Path, key: bytes, issuer: str) -> None:
    from identity.links import MIGRATIONS, Links, citizen_key
    from storage import Database, StorageError

    at = datetime.fromisoformat(SEEDED_BOUND_AT)
    try:
        async with await Database.open(path, (MIGRATIONS,)) as database:
            for persona in PERSONAS.values():
                citizen = citizen_key(key, issuer, persona.subject)
                await Links(database).seed(citizen, tuple(CITY_CODES[slug] for slug in persona.linked), at)
    except StorageError as error:
        raise CannotSeed(str(error)) from error
