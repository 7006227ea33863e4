"""Values that the store keeps unreadable: JSON sealed for one citizen, in parts that the sealer takes."""

from typing import Any

import orjson

from identity.seal import Sealer

PART_BYTES = 8_192
BETWEEN = "."  # never part of base64url


def seal_json(sealer: Sealer, purpose: str, citizen: str, value: Any) -> str:
    """The stored form of `value`. Parts cannot be moved, left out or taken from another text of another length."""
    raw = orjson.dumps(value)
    parts = [raw[at : at + PART_BYTES] for at in range(0, len(raw), PART_BYTES)]
    bound = [f"{citizen}\0{number}/{len(parts)}" for number in range(len(parts))]
    return BETWEEN.join(sealer.seal(purpose, each, part) for each, part in zip(bound, parts, strict=True))


def open_json(sealer: Sealer, purpose: str, citizen: str, text: str) -> Any:
    """The value behind a stored text. Raises: BrokenSeal."""
    parts = text.split(BETWEEN)
    opened = [sealer.open(purpose, f"{citizen}\0{number}/{len(parts)}", part) for number, part in enumerate(parts)]
    return orjson.loads(b"".join(opened))
