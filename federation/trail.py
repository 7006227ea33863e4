"""Where a value stands in an answer, as a projection keeps it on its way down."""

from typing import Any, TypeAlias

from .client import Path

Trail: TypeAlias = tuple[Any, str | int] | None
"""Where a value is, last step first: cheap to make, unrolled only for an error."""


def unrolled(trail: Trail) -> Path:
    """The path from the root."""
    path: list[str | int] = []
    while trail is not None:
        trail, step = trail
        path.append(step)
    return tuple(reversed(path))


def touches(path: Path, known: Path) -> bool:
    """Whether one of two places is the other, or lies above it."""
    length = min(len(path), len(known))
    return path[:length] == known[:length]
