"""Global ids: opaque, the same for the same object, and unreadable without the gateway's key.

A city's own number (a bill's, a case's) may itself be personal, so it never shows: an id is sealed (AES-SIV), which also makes
it unforgeable. Whatever does not open is treated as unknown.
"""

from dataclasses import dataclass
from functools import lru_cache

from identity.seal import BrokenSeal, Sealer

PURPOSE = "id"
SEPARATOR = "\x1f"  # never part of a city's number: the mapping refuses control characters
MAX_LENGTH = 1_000
MAX_KEPT = 4_096  # at most some 2 MB


@dataclass(frozen=True, slots=True)
class GlobalId:
    """`typename` in the graph, the city's slug ("" for what belongs to no city), and the number it has there."""

    typename: str
    city: str
    local: str


@lru_cache(maxsize=MAX_KEPT)
def seal_id(sealer: Sealer, typename: str, city: str, local: str) -> str:
    """The global id of one object. Returns: unpadded base64url text.

    One object's id is always the same text, and a seal takes longer than all the rest of a row: the latest are remembered.
    """
    return sealer.seal(PURPOSE, "", SEPARATOR.join((typename, city, local)).encode())


def open_id(sealer: Sealer, text: str, *typenames: str) -> GlobalId | None:
    """The object behind `text`, or None if it is not an id of this gateway or of none of `typenames`."""
    if len(text) > MAX_LENGTH:
        return None
    try:
        typename, city, local = sealer.open(PURPOSE, "", text).decode().split(SEPARATOR, 2)
    except (BrokenSeal, ValueError):
        return None
    return GlobalId(typename, city, local) if not typenames or typename in typenames else None
