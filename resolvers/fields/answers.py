"""Every answered field of the canonical graph, by coordinate; and with them those of the subgraph."""

from collections.abc import Callable, Mapping
from typing import Any

from resolvers.asking.delegation import in_person_only
from resolvers.fields import (
    access_log,
    applications,
    bills,
    booking,
    catalogue,
    cities,
    citizen,
    consenting,
    entities,
    explaining,
    gateway,
    launching,
    linking,
    mandates,
    node,
    notices,
    paying,
    scope,
    search,
    submitting,
    subscriptions,
)

ROOMS = (
    access_log,
    applications,
    bills,
    booking,
    catalogue,
    cities,
    citizen,
    consenting,
    explaining,
    gateway,
    launching,
    linking,
    mandates,
    node,
    notices,
    paying,
    scope,
    search,
    submitting,
    subscriptions,
)

ANSWERS: Mapping[str, Callable[..., Any]] = in_person_only(
    {coordinate: answer for room in ROOMS for coordinate, answer in room.ANSWERS.items()}
)
SUBGRAPH_ANSWERS: Mapping[str, Callable[..., Any]] = {**ANSWERS, **entities.ANSWERS}
