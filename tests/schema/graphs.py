"""A small graph whose answers a test may choose; every other answered field gives null."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from schema import Graph, answered_coordinates
from schema.codes import AssuranceLevel

ROOT = Path(__file__).parents[2]
CITIES = {
    "CHENGDU": ("chengdu", "成都市 510100"),
    "DEYANG": ("deyang", "德阳市 510600"),
    "ZIYANG": ("ziyang", "资阳市"),
}


@dataclass(frozen=True)
class Viewer:
    """A viewer as the answers see one."""

    assurance: AssuranceLevel = AssuranceLevel.REAL_PERSON


@dataclass(frozen=True)
class Context:
    """A request as the answers see one."""

    language: str = "zh"
    viewer: Viewer = field(default_factory=Viewer)


async def nothing(source: Any, info: Any, **arguments: Any) -> Any:
    """Answer null."""
    return None


def giving(value: Any) -> Callable[..., Any]:
    """Answer a fixed value."""

    async def answer(source: Any, info: Any, **arguments: Any) -> Any:
        return value

    return answer


def keeping(seen: list[Any], value: Any = None) -> Callable[..., Any]:
    """Answer a value, and keep what was asked."""

    async def answer(source: Any, info: Any, **arguments: Any) -> Any:
        seen.append(arguments)
        return value

    return answer


def graph_of(answers: dict[str, Any] | None = None, cities: Any = CITIES, **local: Any) -> Graph:
    """Build a graph with some answers."""
    every = dict.fromkeys(answered_coordinates(), nothing) | (answers or {})
    return Graph(every, cities, **local)


def contributions() -> dict[str, str]:
    """The SDL that the project's cities contribute."""
    return {path.parent.name: path.read_text() for path in sorted((ROOT / "cities").glob("*/contribute.graphql"))}
