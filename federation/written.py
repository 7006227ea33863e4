"""The response keys that a client wrote at each position, whatever types they stand under.

Planning adds fields of its own (keys, inputs) to the same objects; here it learns which names are taken.
"""

from collections.abc import Mapping
from typing import Any

from graphql import FieldNode, FragmentDefinitionNode, FragmentSpreadNode, SelectionSetNode, print_ast


class Written:
    """The keys of one position."""

    __slots__ = ("_fragments", "_inner", "_keys", "_nodes")

    def __init__(self, fragments: Mapping[str, FragmentDefinitionNode], nodes: list[SelectionSetNode]) -> None:
        self._fragments, self._nodes = fragments, nodes
        self._keys: dict[str, list[FieldNode]] | None = None
        self._inner: dict[str, Written] = {}

    def allows(self, key: str, signature: tuple[str, str]) -> bool:
        """Whether a field may use the key: nobody does, or only this same field."""
        return all(_signature(node) == signature for node in self._read().get(key, ()))

    def inner(self, key: str) -> "Written":
        """The position below a key."""
        found = self._inner.get(key)
        if found is None:
            nodes = [node.selection_set for node in self._read().get(key, ()) if node.selection_set]
            found = self._inner[key] = Written(self._fragments, nodes)
        return found

    def _read(self) -> dict[str, list[FieldNode]]:
        if self._keys is None:
            self._keys = {}
            seen: set[str] = set()
            for nodes in self._nodes:
                self._gather(nodes, seen, self._keys)
        return self._keys

    def _gather(self, nodes: SelectionSetNode, seen: set[str], keys: dict[str, list[FieldNode]]) -> None:
        node: Any
        for node in nodes.selections:
            if isinstance(node, FieldNode):
                keys.setdefault((node.alias or node.name).value, []).append(node)
            elif not isinstance(node, FragmentSpreadNode):
                self._gather(node.selection_set, seen, keys)
            elif node.name.value not in seen:
                seen.add(node.name.value)
                definition = self._fragments.get(node.name.value)
                if definition is not None:
                    self._gather(definition.selection_set, seen, keys)


def _signature(node: FieldNode) -> tuple[str, str]:
    if not node.arguments:
        return node.name.value, ""
    printed = ", ".join(f"{each.name.value}: {print_ast(each.value)}" for each in node.arguments)
    return node.name.value, f"({printed})"
