"""The sandbox's cities: slug to module, port and secrets.

A city module has `create_app(world) -> ASGI app` and `operation_of(method, path, body) -> str` (the canonical
operation id of a call, `local.<field>`, or `""`), which the fault switch uses.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Protocol, cast

from starlette.types import ASGIApp

from sandbox.personas import CITY_CODES
from sandbox.world import World

CONTROL_OFFSET = 100


class CityModule(Protocol):
    """What `sandbox.<slug>` offers."""

    def create_app(self, world: World) -> ASGIApp:
        """Seed the store and return the city's server."""

    def operation_of(self, method: str, path: str, body: bytes) -> str:
        """The canonical operation of a call, or an empty text."""


@dataclass(frozen=True, slots=True)
class City:
    """One sandbox city: where it listens by default and which secrets it reads (besides the pairwise salt)."""

    slug: str
    port: int
    secrets: tuple[str, ...]

    @property
    def code(self) -> str:
        """The city's GB code."""
        return CITY_CODES[self.slug]

    def module(self) -> CityModule:
        """Import the city's module."""
        return cast(CityModule, import_module(f"sandbox.{self.slug}"))


PAIRWISE_SALT = "GATEWAY_PAIRWISE_SALT"
CITIES: Mapping[str, City] = {
    city.slug: city
    for city in (
        City("chengdu", 8101, ("CHENGDU_GATEWAY_KEY",)),
        City("deyang", 8102, ("DEYANG_APP_ID", "DEYANG_APP_KEY")),
        City("meishan", 8103, ("MEISHAN_CLIENT_ID", "MEISHAN_CLIENT_SECRET")),
        City("ziyang", 8104, ("ZIYANG_WS_USER", "ZIYANG_WS_PASSWORD")),
        City("mianyang", 8105, ("MIANYANG_OPEN_TOKEN",)),
        City("leshan", 8106, ("LESHAN_PARTNER_NO", "LESHAN_MD5_KEY")),
    )
}
