"""Whether what @inaccessible leaves is a schema: the rules of the API schema, asked of the merged types."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from federation.codes import CompositionError
from federation.definitions import TypeDef
from federation.rules import (
    default_value_uses_inaccessible,
    implemented_by_inaccessible,
    only_inaccessible_children,
    query_root_type_inaccessible,
    referenced_inaccessible,
    required_inaccessible,
)

Types = Mapping[str, TypeDef]
RULES: Sequence[Callable[[Types], Iterator[CompositionError]]] = (
    query_root_type_inaccessible.errors,
    referenced_inaccessible.errors,
    only_inaccessible_children.errors,
    implemented_by_inaccessible.errors,
    required_inaccessible.errors,
    default_value_uses_inaccessible.errors,
)


def unseen_errors(types: Types) -> list[CompositionError]:
    """Everything that a client would see and cannot."""
    return [error for rule in RULES for error in rule(types)]
