"""CONTEXT_INVALID_SELECTION: what @fromContext selects exists on every type that sets the context, and is one value."""

from collections.abc import Iterator

from federation.codes import CompositionError, in_subgraph
from federation.contextual import Reference, references, setters
from federation.facts import Facts
from federation.selection import Condition, Selection
from federation.wrapping import is_subtype, named, nullable

CODE = "CONTEXT_INVALID_SELECTION"


def check(facts: Facts) -> Iterator[CompositionError]:
    """An error for every selection that gives no value, or one of another type."""
    for one in references(facts):
        owners = setters(facts, one.context) if one.context else []
        problems = [problem for owner in owners if (problem := _problem(facts, one, owner.name))]
        for problem in dict.fromkeys(problems):
            message = f'Context "{one.context}" is used in "{one.coordinate}" but {problem}.'
            yield in_subgraph(facts.name, CODE, message)


def _problem(facts: Facts, one: Reference, owner: str) -> str:
    if not one.selection:
        return "the selection is invalid: it cannot be read"
    found = list(_leaves(facts, owner, one.selection))
    if not found:
        return f'the selection is invalid for type "{owner}"'
    wanted = nullable(one.arg.type)
    wrong = next((leaf for leaf in found if not is_subtype(nullable(leaf), wanted, lambda a, b: a == b)), None)
    return f'the type of the selection "{wrong}" does not match the expected type "{one.arg.type}"' if wrong else ""


def _leaves(facts: Facts, parent: str, selection: Selection) -> Iterator[str]:
    for one in selection:
        if isinstance(one, Condition):
            target = one.type or parent
            if set(facts.possible(target)) & set(facts.possible(parent)):
                yield from _leaves(facts, target, one.below)
            continue
        item = facts.field((parent, one.name))
        if item and one.below:
            yield from _leaves(facts, named(item.type), one.below)
        elif item and not facts.composite(item.type):
            yield item.type
