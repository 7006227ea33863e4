"""MISSING_TRANSITIVE_AUTH_REQUIREMENTS: a field asks for all that the fields it is computed from ask for.

Otherwise whoever may see `User.summary @requires(fields: "secret")` would learn of `User.secret` through it.
"""

from collections.abc import Iterator, Mapping

from federation.codes import CompositionError, in_subgraph
from federation.definitions import Applied, Field, TypeDef, uses
from federation.facts import Facts, read_context_field, selection_in
from federation.merging.directives import Group, conjunction, groups
from federation.merging.graphs import Graphs
from federation.rules.auth_requirements_applied_on_interface import REQUIREMENTS
from federation.selection import Condition, Selection
from federation.wrapping import named

CODE = "MISSING_TRANSITIVE_AUTH_REQUIREMENTS"
Types = Mapping[str, TypeDef]
Needs = tuple[str, tuple[Applied, ...]]
"""A coordinate and what it asks for."""


def errors(graphs: Graphs, types: Types) -> Iterator[CompositionError]:
    """An error for the first field of each @requires or @fromContext that asks for more."""
    for facts in graphs.all:
        for one in facts.types.values():
            for item in one.fields.values():
                own = _own(types, one.name, item)
                for origin, needs in _needed(facts, types, one, item):
                    missing = next((name for name, asked in needs if not _granted(own, asked)), None)
                    if missing:
                        message = (
                            f'Field "{one.name}.{item.name}" does not specify necessary @authenticated, @requiresScopes'
                            f' and/or @policy auth requirements to access the transitive field "{missing}" data from'
                            f" {origin} selection set."
                        )
                        yield in_subgraph(facts.name, CODE, message)


def _needed(facts: Facts, types: Types, one: TypeDef, item: Field) -> Iterator[tuple[str, list[Needs]]]:
    for requires in uses(item, "requires"):
        yield "@requires", list(_needs(types, one.name, selection_in(requires)))
    for arg in item.args.values():
        for reference in uses(arg, "fromContext"):
            context, _, selection = read_context_field(reference.text("field") or "")
            for setter in facts.types.values():
                if any(use.text("name") == context for use in uses(setter, "context")):
                    yield "@fromContext", list(_needs(types, setter.name, selection))


def _needs(types: Types, parent: str, selection: Selection) -> Iterator[Needs]:
    for one in selection:
        if isinstance(one, Condition):
            target = one.type or parent
            yield target, _asked(types.get(target))
            yield from _needs(types, target, one.below)
            continue
        item = types[parent].fields.get(one.name) if parent in types else None
        if item:
            target = named(item.type)
            yield f"{parent}.{one.name}", (*_asked(item), *_asked(types.get(target)))
            yield from _needs(types, target, one.below)


def _asked(element: TypeDef | Field | None) -> tuple[Applied, ...]:
    return tuple(one for one in element.applied if one.spec in REQUIREMENTS) if element else ()


def _own(types: Types, parent: str, item: Field) -> tuple[Applied, ...]:
    owner = types.get(parent)
    merged = owner.fields.get(item.name) if owner else None
    return (*_asked(owner), *_asked(merged), *_asked(types.get(named(item.type))))


def _granted(own: tuple[Applied, ...], asked: tuple[Applied, ...]) -> bool:
    return all(_implied(_alternatives(own, one.spec), groups(one), one.spec) for one in asked) and all(
        one.spec in {use.spec for use in own} for one in asked
    )


def _alternatives(own: tuple[Applied, ...], spec: str) -> tuple[Group, ...]:
    found = [groups(one) for one in own if one.spec == spec]
    return conjunction(found) if found else ()


def _implied(own: tuple[Group, ...], asked: tuple[Group, ...], spec: str) -> bool:
    """Whether every alternative of one's own grants some alternative of what is asked."""
    if spec == "authenticated":
        return True
    return bool(own) and all(any(set(wanted) <= set(given) for wanted in asked) for given in own)
