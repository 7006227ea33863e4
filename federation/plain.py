"""Objects whose leaves may be shown as they are: found out for all values at once, in a few calls of C.

Rules: an object is plain when every field is there and every leaf has a Python type that its GraphQL type shows unchanged.
Which combinations of types are plain is worked out once and remembered; whole numbers are looked at for their range.
Does not: convert, check enums or report errors; whatever is not plain goes to the careful way, which does.
"""

from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter
from types import NoneType
from typing import Any

MAX_PROVEN = 256  # combinations of types remembered for one selection

Types = frozenset[type]
NOT_A_LEAF: Types = frozenset()
SHOWN: Mapping[str, Types] = {
    "String": frozenset((str, NoneType)),
    "ID": frozenset((str, NoneType)),
    "Int": frozenset((int, NoneType)),
    "Float": frozenset((float, int, NoneType)),
    "Boolean": frozenset((bool, NoneType)),
}
"""By the name of a leaf type: the types whose values need no change, `Int` within its range."""


def picker(keys: Sequence[str]) -> Callable[[Any], tuple[Any, ...]]:
    """The values of all keys as a tuple; the function raises KeyError when one is missing."""
    if len(keys) > 1:
        return itemgetter(*keys)
    (key,) = keys
    return lambda value: (value[key],)


class Proof:
    """Whether a combination of types is plain, for fields that allow these."""

    def __init__(self, allowed: Sequence[Types]) -> None:
        self._allowed = allowed
        self.proven: set[tuple[type, ...]] = set()

    def holds(self, types: tuple[type, ...]) -> bool:
        """Looks at a combination that is not among the `proven`, and adds it if it is plain."""
        plain = all(not allowed or each in allowed for each, allowed in zip(types, self._allowed, strict=True))
        if plain and len(self.proven) < MAX_PROVEN:
            self.proven.add(types)
        return plain
