"""Every answered field of the canonical graph, by coordinate; and with them those of the subgraph."""

from collections.abc import Callable, Mapping
from typing import Any

from . import (
    applications,
    bills,
    booking,
    catalogue,
    cities,
    citizen,
    consenting,
    entities,
    gateway,
    launching,
    linking,
    node,
    notices,
    paying,
    scope,
    search,
    submitting,
    subscriptions,
)

ROOMS = (
    applications,
    bills,
    booking,
    catalogue,
    cities,
    citizen,
    consenting,
    gateway,
    launching,
    linking,
    node,
    notices,
    paying,
    scope,
    search,
    submitting,
    subscriptions,
)

ANSWERS: Mapping[str, Callable[..., Any]] = {
    coordinate: answer for room in ROOMS for coordinate, answer in room.ANSWERS.items()
}
SUBGRAPH_ANSWERS: Mapping[str, Callable[..., Any]] = {**ANSWERS, **entities.ANSWERS}
