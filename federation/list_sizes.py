"""@listSize on a field: what its rules look at."""

from __future__ import annotations

from collections.abc import Iterator

from federation.definitions import Applied, Field, uses
from federation.facts import Facts


def list_sizes(facts: Facts) -> Iterator[tuple[str, Field, Applied]]:
    """Every use, with the field it stands on and the field's coordinate."""
    for one in facts.types.values():
        for item in one.fields.values():
            for applied in uses(item, "listSize"):
                yield f"{one.name}.{item.name}", item, applied
