"""How surely the citizen behind a request is known: the order of the levels, nothing else."""

from collections.abc import Mapping

from schema.codes import AssuranceLevel

LEVELS = tuple(AssuranceLevel)  # declared from lowest to highest
LOWEST_SIGNED_IN = AssuranceLevel.REGISTERED
NO_METHODS: Mapping[str, AssuranceLevel] = {}


def reaches(held: AssuranceLevel, needed: AssuranceLevel) -> bool:
    """True when `held` is `needed` or higher."""
    return LEVELS.index(held) >= LEVELS.index(needed)


def assured(
    acr: object,
    table: Mapping[str, AssuranceLevel],
    amr: object = None,
    methods: Mapping[str, AssuranceLevel] = NO_METHODS,
) -> AssuranceLevel:
    """The level of one token. An unknown value is the lowest signed-in level, never higher.

    `acr` (how surely) decides where the token has one, whatever else it says; without it the best of the `amr`
    methods (by what) that the issuer's table knows.
    """
    if acr is not None:
        return _known(acr, table)
    found = [_known(method, methods) for method in amr] if isinstance(amr, list) else []
    return max(found, key=LEVELS.index, default=LOWEST_SIGNED_IN)


def _known(value: object, table: Mapping[str, AssuranceLevel]) -> AssuranceLevel:
    known = table.get(value) if isinstance(value, str) else None
    return known if known is not None and known is not AssuranceLevel.ANONYMOUS else LOWEST_SIGNED_IN
