"""How surely the citizen behind a request is known: the order of the levels, nothing else."""

from collections.abc import Mapping

from schema.codes import AssuranceLevel

LEVELS = tuple(AssuranceLevel)  # declared from lowest to highest
LOWEST_SIGNED_IN = AssuranceLevel.REGISTERED


def reaches(held: AssuranceLevel, needed: AssuranceLevel) -> bool:
    """True when `held` is `needed` or higher."""
    return LEVELS.index(held) >= LEVELS.index(needed)


def assured(acr: object, table: Mapping[str, AssuranceLevel]) -> AssuranceLevel:
    """The level of one `acr` value. An absent or unknown one is the lowest signed-in level, never higher."""
    known = table.get(acr) if isinstance(acr, str) else None
    return known if known is not None and known is not AssuranceLevel.ANONYMOUS else LOWEST_SIGNED_IN
