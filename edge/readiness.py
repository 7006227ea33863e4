"""Whether a process can answer, as its probes tell strangers."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CityReadiness:
    """One city's state, fit for strangers: no address, no reason that names an inside."""

    slug: str
    code: str
    status: str
    """ChannelStatus, e.g. LIVE."""
    availability: str
    """UP, DEGRADED, DOWN or UNKNOWN."""
    loaded: bool = True
    """False: the newest files of this city did not load."""


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether this process can answer."""

    ready: bool
    config_version: str | None
    schema_version: str | None
    cities: tuple[CityReadiness, ...] = ()
