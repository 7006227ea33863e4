"""One question to one city, in canonical words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from identity.exchange import OnBehalf


@dataclass(frozen=True, slots=True)
class Ask:
    """What the gateway wants of a city, before the channel turns it into the city's own protocol.

    `operation` is a key of `operations:`, or `local.<field>`.  `args` use canonical names; ids in them are the city's own.
    `claims` are keyed as in `needs:`; a channel sends only those that its operation declares.
    `subject` is an opaque key of the citizen, used for citizen-scoped caches and never sent; None = nobody.
    `deadline` is loop time in seconds.  `behalf`: whom and whose app the city's own token names; None = nobody.
    """

    operation: str
    args: Mapping[str, Any]
    claims: Mapping[str, str]
    subject: str | None
    assurance: str
    request_id: str
    deadline: float
    idempotency_key: str | None = None
    behalf: OnBehalf | None = None
