"""Results to bytes."""

import json
from typing import Any

import orjson


def encode(value: Any) -> bytes:
    """JSON in UTF-8. Integers beyond 64 bits and lone surrogates, which orjson refuses, take the slower road."""
    try:
        return orjson.dumps(value)
    except TypeError:
        return json.dumps(value, separators=(",", ":")).encode()
