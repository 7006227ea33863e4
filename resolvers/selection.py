"""What the client selected below a field, so that nothing is fetched that nobody reads."""

from collections.abc import Iterable

from graphql import FieldNode, FragmentSpreadNode, InlineFragmentNode, SelectionSetNode

from resolvers.context import Info


def selects(info: Info, *path: str) -> bool:
    """Is the field at `path` selected below the field being answered (through fragments too)?"""
    level = [node.selection_set for node in info.field_nodes]
    for name in path:
        level = [f.selection_set for selected in level for f in fields(info, selected) if f.name.value == name]
    return bool(level)


def fields(info: Info, selected: SelectionSetNode | None) -> Iterable[FieldNode]:
    """The fields of one selection set, fragments opened."""
    for node in selected.selections if selected else ():
        match node:
            case FieldNode():
                yield node
            case InlineFragmentNode():
                yield from fields(info, node.selection_set)
            case FragmentSpreadNode():
                fragment = info.fragments.get(node.name.value)
                # graphql-core 3.3 wraps a fragment with its own variables
                definition = getattr(fragment, "definition", fragment)
                yield from fields(info, definition.selection_set if definition else None)
