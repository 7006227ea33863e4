"""CONTEXT_NOT_SET: a context that an argument takes from is set by a type, and the argument can take from it."""

from collections.abc import Iterator

from federation.codes import CompositionError, in_subgraph
from federation.contextual import Reference, references, setters
from federation.facts import Facts

CODE = "CONTEXT_NOT_SET"


def check(facts: Facts) -> Iterator[CompositionError]:
    """An error for every @fromContext that can never have a value."""
    for one in references(facts):
        problem = _problem(facts, one)
        if problem:
            yield in_subgraph(facts.name, CODE, problem)


def _problem(facts: Facts, one: Reference) -> str:
    if one.owner.kind == "INTERFACE":
        return f'@fromContext argument cannot be used on a field that exists on an abstract type "{one.coordinate}".'
    if one.arg.default is not None:
        return f'@fromContext arguments may not have a default value: "{one.coordinate}".'
    if one.context and not setters(facts, one.context):
        return f'Context "{one.context}" is used at location "{one.coordinate}" but is never set.'
    return ""
