"""A body read in chunks under one cap, for the bytes on the wire and for what they inflate to."""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator
from typing import Protocol

_AUTO_HEADER = zlib.MAX_WBITS | 32  # zlib's own switch for "gzip or zlib, by its header"
_INFLATED = frozenset({"gzip", "x-gzip", "deflate"})


class TooLarge(Exception):
    """More than the cap."""


class Undecodable(ValueError):
    """A content encoding that was not asked for, or bytes that are not what the header says."""


class _Stream(Protocol):
    def iter_any(self) -> AsyncIterator[bytes]: ...


async def read_capped(stream: _Stream, encoding: str, limit: int) -> bytes:
    """Return: the whole body, inflated.  Raises: TooLarge, Undecodable."""
    name = encoding.strip().lower()
    if name and name != "identity" and name not in _INFLATED:
        raise Undecodable(f"content encoding {name[:20]!r} was not asked for")
    inflater = zlib.decompressobj(_AUTO_HEADER) if name in _INFLATED else None
    body = bytearray()
    async for chunk in stream.iter_any():
        body += chunk if inflater is None else _inflate(inflater, chunk, limit + 1 - len(body))
        if len(body) > limit:
            raise TooLarge
    if inflater is not None and not inflater.eof and body:
        raise Undecodable("the compressed body ends early")
    return bytes(body)


def _inflate(inflater: zlib._Decompress, chunk: bytes, room: int) -> bytes:
    # `max_length` bounds the output of a bomb; what is left over in `unconsumed_tail` is then never inflated.
    try:
        return inflater.decompress(chunk, room)
    except zlib.error as error:
        raise Undecodable("the body is not compressed as its header says") from error
