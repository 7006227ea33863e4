"""How the gateway proves itself to a city: one object for each `auth:` entry, built from its secrets at activation.

A bad key is found here, once, and costs that city its calls; the other cities serve.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Protocol, TypeAlias

from channels.answer import Failure
from channels.ask import Ask
from channels.protocols.draft import Draft

Clock: TypeAlias = Callable[[], datetime]


class BadCredential(ValueError):
    """A secret that cannot be what it should be.  The text names the secret, never its value."""


class Credential(Protocol):
    """Adds proof to a draft."""

    async def apply(self, draft: Draft, ask: Ask) -> Failure | None:
        """Put the proof into `draft`; a Failure when there is none to be had.  Called anew for every attempt."""

    def refused(self) -> bool:
        """The city answered 401.  Return: whether a fresh proof is worth one more attempt."""

    def public_keys(self) -> tuple[Mapping[str, str], ...]:
        """The JWKs by which the city checks what the gateway signs; empty where it signs with a shared secret."""


class Nothing:
    """A backend without `auth:`."""

    async def apply(self, draft: Draft, ask: Ask) -> Failure | None:
        return None

    def refused(self) -> bool:
        return False

    def public_keys(self) -> tuple[Mapping[str, str], ...]:
        return ()


class ApiKey(Nothing):
    """One fixed header."""

    def __init__(self, header: str, value: str) -> None:
        if not value.isascii() or not value.isprintable() or not value:
            raise BadCredential(f"the value of {header} is not printable ASCII")
        self._header, self._value = header, value

    async def apply(self, draft: Draft, ask: Ask) -> Failure | None:
        draft.headers[self._header] = self._value
        return None
