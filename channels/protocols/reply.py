"""What comes back from a backend: a whole answer, or a fault.  Apart from the transport, so that files are read without it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

FaultKind: TypeAlias = Literal["connect", "timeout", "broken", "undecodable"]


@dataclass(frozen=True, slots=True)
class Reply:
    """A complete HTTP answer; `body` is inflated but not decoded.  Header names are lower-case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def content_type(self) -> str:
        """The media type without its parameters."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


@dataclass(frozen=True, slots=True)
class Fault:
    """No complete answer.  `sent`: the request, or part of it, may have reached the city."""

    kind: FaultKind
    sent: bool
    detail: str
