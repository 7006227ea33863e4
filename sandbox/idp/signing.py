"""The provider's signing keys, kept in one private file so that tokens outlive a restart.

The first key signs; the ones before it stay published until every token they signed has expired.
"""

import json
import os
from datetime import datetime, timedelta
from pathlib import Path

from joserfc.errors import JoseError
from joserfc.jwk import ECKey

MAX_PUBLISHED = 8
RETIRED_LIFETIME = timedelta(hours=2)  # longer than any token


class UnreadableKeysError(Exception):
    """The key file exists but holds no usable keys; the message names it."""


class SigningKeys:
    """ES256 keys, newest first. Raises UnreadableKeysError."""

    def __init__(self, path: Path, now: datetime) -> None:
        self._path = path
        self._entries = _read(path) if path.exists() else []
        if not self._entries:
            self.rotate(now)

    @property
    def current(self) -> ECKey:
        """The private key that signs."""
        return self._entries[0][0]

    @property
    def published(self) -> tuple[ECKey, ...]:
        """Every key whose signatures still count, newest first."""
        return tuple(key for key, _ in self._entries)

    def jwks(self) -> dict[str, list[dict[str, str | list[str]]]]:
        """The public keys as a JWK set (RFC 7517 §5)."""
        return {"keys": [{**key.as_dict(private=False), "use": "sig", "alg": "ES256"} for key in self.published]}

    def rotate(self, now: datetime) -> ECKey:
        """Makes a new signing key and drops those retired long ago; returns the new one."""
        fresh = ECKey.generate_key("P-256", auto_kid=True)
        # An entry's time is when its successor took over; the newest has none yet.
        kept = [(key, at or now) for key, at in self._entries]
        alive = [(key, at) for key, at in kept if now - at < RETIRED_LIFETIME]
        self._entries = [(fresh, None), *alive][:MAX_PUBLISHED]
        self._write()
        return fresh

    def _write(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        rows = [{"key": key.as_dict(private=True), "retired": at and at.isoformat()} for key, at in self._entries]
        draft = self._path.with_name(f".{self._path.name}.{os.getpid()}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump({"keys": rows}, file)
        draft.replace(self._path)


def _read(path: Path) -> list[tuple[ECKey, datetime | None]]:
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))["keys"]
        return [
            (ECKey.import_key(row["key"]), datetime.fromisoformat(row["retired"]) if row["retired"] else None)
            for row in rows
        ]
    except (OSError, ValueError, KeyError, TypeError, JoseError) as error:
        raise UnreadableKeysError(f"{path}: no usable signing keys; remove the file to make new ones") from error
