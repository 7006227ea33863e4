"""One operation of a client's document, ready to be planned.

Rules: the document has passed validation on the API schema.  What varies from request to request is told apart here:
*conditions* (the variables that `@skip` and `@include` name) choose between plans, all other variables are only passed
on.  Nothing of a request is kept.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    print_ast,
)

from .plan import Kind
from .selections import Selections, SelectionSet, TypeBook


class Operation:
    """A named operation of a document, with the fragments it may use."""

    def __init__(self, document: DocumentNode, definition: OperationDefinitionNode) -> None:
        self.document, self.definition = document, definition
        self.kind: Kind = definition.operation.value
        self.fragments: Mapping[str, FragmentDefinitionNode] = {
            node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
        }

    @cached_property
    def variables(self) -> Mapping[str, str]:
        """Each variable's definition as printed: `$limit: Int = 1`."""
        found = {}
        for node in self.definition.variable_definitions or ():
            default = f" = {print_ast(node.default_value)}" if node.default_value is not None else ""
            name = node.variable.name.value
            found[name] = f"${name}: {print_ast(node.type)}{default}"
        return found

    @cached_property
    def conditions(self) -> tuple[str, ...]:
        """The variables that decide which fields are asked for, sorted."""
        if not self.variables:
            return ()
        roots: list[SelectionSetNode] = [self.definition.selection_set]
        roots += [node.selection_set for node in self.fragments.values()]
        return tuple(sorted({name for root in roots for name in _deciding(root)}))

    @cached_property
    def depth(self) -> int:
        """Fields below one another, fragments opened."""
        return _depth(self.definition.selection_set, self.fragments, {})

    def decide(self, variables: Mapping[str, Any]) -> "Conditions":
        """The conditions' values in a request, from its coerced variables."""
        return tuple((name, bool(variables.get(name))) for name in self.conditions)

    def selections(self, book: TypeBook, conditions: "Conditions", root: str) -> SelectionSet:
        """What is asked of the root type under these conditions."""
        return Selections(book, self.fragments, dict(conditions)).of((self.definition.selection_set,), root)


Conditions = tuple[tuple[str, bool], ...]


@dataclass(frozen=True, slots=True)
class NoSuchOperation:
    """The document has no operation of this name, or several and no name was given."""

    message: str


def select_operation(document: DocumentNode, name: str | None) -> Operation | NoSuchOperation:
    """The operation to run: by name, or the only one."""
    found = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    if name is not None:
        found = [node for node in found if node.name and node.name.value == name]
    if len(found) == 1:
        return Operation(document, found[0])
    if name is not None:
        return NoSuchOperation(f'The document has no operation named "{name[:100]}".')
    if not found:
        return NoSuchOperation("The document has no operation, only definitions.")
    return NoSuchOperation("The document has several operations; say which one with `operationName`.")


def _deciding(nodes: SelectionSetNode) -> Iterator[str]:
    node: Any
    for node in nodes.selections:
        for directive in node.directives or ():
            if directive.name.value in ("skip", "include") and isinstance(directive.arguments[0].value, VariableNode):
                yield directive.arguments[0].value.name.value
        inner = getattr(node, "selection_set", None)
        if inner is not None:
            yield from _deciding(inner)


def _depth(nodes: SelectionSetNode, fragments: Mapping[str, FragmentDefinitionNode], known: dict[str, int]) -> int:
    deepest = 0
    node: Any
    for node in nodes.selections:
        if isinstance(node, FragmentSpreadNode):
            name = node.name.value
            if name not in known and name in fragments:
                known[name] = 0
                known[name] = _depth(fragments[name].selection_set, fragments, known)
            deepest = max(deepest, known.get(name, 0))
        elif node.selection_set is not None:
            deepest = max(deepest, _depth(node.selection_set, fragments, known) + isinstance(node, FieldNode))
        else:
            deepest = max(deepest, 1)
    return deepest
