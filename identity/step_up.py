"""What to ask a provider for, so that a citizen comes back surer known (RFC 9470 §4)."""

from collections.abc import Mapping

from schema.codes import AssuranceLevel

from .assurance import LEVELS, reaches


def sufficient(required: AssuranceLevel, table: Mapping[str, AssuranceLevel]) -> tuple[str, ...]:
    """The provider's own `acr` values whose level is `required` or higher, the least first; none where it has no such."""
    enough = [(value, level) for value, level in table.items() if reaches(level, required)]
    return tuple(value for value, _ in sorted(enough, key=lambda entry: LEVELS.index(entry[1])))


def next_level(held: AssuranceLevel) -> AssuranceLevel:
    """The level above `held`; the highest stays."""
    return LEVELS[min(LEVELS.index(held) + 1, len(LEVELS) - 1)]
