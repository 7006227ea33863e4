"""Federation 1 subgraphs in the terms of Federation 2.

Federation 1 had no @shareable, wrote `extend` for every entity of another subgraph, and let marks stand that meant
nothing.  A subgraph is rewritten in steps, each a function from a subgraph to one that means the same; the rules of
Federation 2 then apply to all alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from federation.codes import CompositionError
from federation.definitions import Applied, Field, TypeDef, has, uses, without
from federation.facts import Coordinate, Facts, facts_of, is_extension, selection_in, targets
from federation.rules import extension_with_no_base
from federation.selection import Condition, Selected, Selection, print_selection
from federation.values import literal
from federation.wrapping import named

SHAREABLE = Applied("shareable", "shareable")


def extension_errors(subgraphs: Sequence[Facts]) -> Iterator[CompositionError]:
    """Federation 1 extensions of types that no subgraph defines."""
    return extension_with_no_base.errors(subgraphs)


def upgraded(subgraphs: Sequence[Facts]) -> list[Facts]:
    """All subgraphs, those of Federation 1 rewritten."""
    return [_upgraded(one, subgraphs) if one.subgraph.federation_1 else one for one in subgraphs]


def _upgraded(facts: Facts, everyone: Sequence[Facts]) -> Facts:
    others = [one for one in everyone if one.name != facts.name]
    now = _mapped(facts, _without_meaningless_externals)
    now = _with_extension_keys_owned(now, others)
    now = _with_active_field_sets(now)
    now = _mapped(now, _as_definition)
    now = _mapped(now, _without_interface_directives)
    now = _with_provides_on_composites(now)
    now = _with_sharing(now, facts, others)
    return _without_unused_externals(now)


def _mapped(facts: Facts, change: Callable[[TypeDef], TypeDef]) -> Facts:
    return _with_types(facts, {name: change(one) for name, one in facts.types.items()})


def _with_types(facts: Facts, types: dict[str, TypeDef]) -> Facts:
    return facts_of(replace(facts.subgraph, types=types))


def _fields_mapped(one: TypeDef, change: Callable[[Field], Field]) -> TypeDef:
    return replace(one, fields={name: change(item) for name, item in one.fields.items()})


def _without_meaningless_externals(one: TypeDef) -> TypeDef:
    """@external on a type, or on an interface's field, said nothing."""
    bare = replace(one, applied=without(one.applied, "external"))
    if one.kind != "INTERFACE":
        return bare
    return _fields_mapped(bare, lambda item: replace(item, applied=without(item.applied, "external")))


def _with_extension_keys_owned(facts: Facts, others: Sequence[Facts]) -> Facts:
    """The key fields of an extension are resolved by it, whatever they are marked."""
    owned: set[Coordinate] = set()
    for one in facts.types.values():
        if not is_extension(one):
            continue
        for key in uses(one, "key"):
            owned |= set(targets(facts, one.name, selection_in(key), implementations=False))
        if not has(one, "key"):
            owned |= {(one.name, name) for name in _keys_elsewhere(one, others)}
    return _with_types(facts, {name: _owning(one, owned) for name, one in facts.types.items()})


def _keys_elsewhere(one: TypeDef, others: Sequence[Facts]) -> Iterator[str]:
    for other in others:
        for key in uses(other.types[one.name], "key")[:1] if one.name in other.types else ():
            yield from (item.name for item in selection_in(key) if isinstance(item, Selected))


def _owning(one: TypeDef, owned: set[Coordinate]) -> TypeDef:
    def change(item: Field) -> Field:
        return replace(item, applied=without(item.applied, "external")) if (one.name, item.name) in owned else item

    return _fields_mapped(one, change)


def _with_active_field_sets(facts: Facts) -> Facts:
    """@requires and @provides of what the subgraph resolves itself said nothing."""

    def change(one: TypeDef) -> TypeDef:
        return _fields_mapped(one, lambda item: _with_active(facts, one.name, item))

    return _with_types(facts, {name: change(one) for name, one in facts.types.items()})


def _with_active(facts: Facts, owner: str, item: Field) -> Field:
    applied: list[Applied] = []
    for one in item.applied:
        if one.spec not in ("requires", "provides"):
            applied.append(one)
            continue
        before = selection_in(one)
        after = _active(facts, owner if one.spec == "requires" else named(item.type), before, resolved=False)
        if after:
            text = print_selection(after)
            applied.append(one if after == before else replace(one, args=(("fields", literal(text)),)))
    return replace(item, applied=tuple(applied))


def _active(facts: Facts, parent: str, selection: Selection, *, resolved: bool) -> Selection:
    kept: list[Selected | Condition] = []
    for one in selection:
        if isinstance(one, Condition):
            below = _active(facts, one.type or parent, one.below, resolved=resolved)
            kept += [replace(one, below=below)] if below else []
            continue
        external = resolved or facts.external((parent, one.name))
        found = facts.field((parent, one.name))
        if one.below and found:
            below = _active(facts, named(found.type), one.below, resolved=external)
            kept += [replace(one, below=below)] if below else []
        elif external or (one.name == "__typename" and resolved):
            kept.append(one)
    return tuple(kept)


def _as_definition(one: TypeDef) -> TypeDef:
    """An `extend` without a definition beside it is one; @extends is kept, as the supergraph shows it."""
    if not one.extended or (one.defined and not has(one, "extends")):
        return one
    applied = tuple(replace(use, extension=False) for use in one.applied)
    return replace(one, applied=applied, defined=True, extended=False)


def _without_interface_directives(one: TypeDef) -> TypeDef:
    """Interfaces had no keys, and nothing to require or provide."""
    if one.kind != "INTERFACE":
        return one
    bare = replace(one, applied=without(one.applied, "key"))
    return _fields_mapped(bare, lambda item: replace(item, applied=without(item.applied, "requires", "provides")))


def _with_provides_on_composites(facts: Facts) -> Facts:
    def change(item: Field) -> Field:
        return item if facts.composite(item.type) else replace(item, applied=without(item.applied, "provides"))

    return _mapped(facts, lambda one: _fields_mapped(one, change))


def _with_sharing(facts: Facts, original: Facts, others: Sequence[Facts]) -> Facts:
    """Federation 1 let every value type, and every field that another subgraph resolves too, be shared."""

    def change(one: TypeDef) -> TypeDef:
        elsewhere = [other for other in others if one.name in other.types]
        if one.kind != "OBJECT" or one.name == "Subscription" or not elsewhere:
            return one
        if not has(one, "key") and one.name not in ("Query", "Mutation"):
            return replace(one, applied=(*one.applied, *(replace(SHAREABLE, part=n) for n in range(one.parts))))
        return _fields_mapped(one, lambda item: _shared(original, one.name, item, elsewhere))

    return _mapped(facts, change)


def _shared(original: Facts, owner: str, item: Field, elsewhere: Sequence[Facts]) -> Field:
    coordinate = (owner, item.name)
    resolved = any(other.field(coordinate) and not other.fully_external(coordinate) for other in elsewhere)
    if not resolved or coordinate in original.key_fields:
        return item
    return replace(item, applied=(*item.applied, SHAREABLE))


def _without_unused_externals(facts: Facts) -> Facts:
    """External fields that nothing needs go, with types that have no other and fields of those."""
    types: dict[str, TypeDef] = {}
    for one in facts.types.values():
        kept = {name: item for name, item in one.fields.items() if not _unused(facts, (one.name, name))}
        types[one.name] = replace(one, fields={name: _untagged(facts, one.name, item) for name, item in kept.items()})
    gone = {name for name, one in types.items() if not one.fields and facts.types[name].fields and name != "Query"}
    while gone:
        types = {name: _without_types(one, gone) for name, one in types.items() if name not in gone}
        gone = {name for name, one in types.items() if not one.fields and facts.types[name].fields and name != "Query"}
    return _with_types(facts, types)


def _unused(facts: Facts, coordinate: Coordinate) -> bool:
    return facts.external(coordinate) and coordinate not in facts.used


def _untagged(facts: Facts, owner: str, item: Field) -> Field:
    """A tag on an external field counts where the field is resolved."""
    return replace(item, applied=without(item.applied, "tag")) if facts.external((owner, item.name)) else item


def _without_types(one: TypeDef, gone: set[str]) -> TypeDef:
    return replace(
        one,
        fields={name: item for name, item in one.fields.items() if named(item.type) not in gone},
        members=tuple(name for name in one.members if name not in gone),
        interfaces=tuple(name for name in one.interfaces if name not in gone),
    )
