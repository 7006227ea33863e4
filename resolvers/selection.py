"""What the client selected below a field, so that nothing is fetched that nobody reads."""

from collections.abc import Iterable

from graphql import FieldNode, FragmentSpreadNode, InlineFragmentNode, SelectionSetNode

from .context import Info


def selects(info: Info, name: str) -> bool:
    """Is the field `name` selected directly below the field being answered (through fragments too)?"""
    return any(name in names(info, node.selection_set) for node in info.field_nodes)


def names(info: Info, selected: SelectionSetNode | None) -> Iterable[str]:
    """The field names of one selection set, fragments opened."""
    for node in selected.selections if selected else ():
        match node:
            case FieldNode():
                yield node.name.value
            case InlineFragmentNode():
                yield from names(info, node.selection_set)
            case FragmentSpreadNode():
                fragment = info.fragments.get(node.name.value)
                # graphql-core 3.3 wraps a fragment with its own variables
                definition = getattr(fragment, "definition", fragment)
                yield from names(info, definition.selection_set if definition else None)
