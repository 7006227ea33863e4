"""Authorisation requirements where they are not written: an interface asks for all that any of its types asks for.

A field that an @interfaceObject subgraph resolves carries its requirement to that field of every implementing type.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from federation.definitions import Applied, Field, TypeDef, has, uses
from federation.merging.directives import STRATEGIES, conjunction, groups
from federation.merging.graphs import Graphs
from federation.rules.auth_requirements_applied_on_interface import REQUIREMENTS
from federation.values import literal

Types = Mapping[str, TypeDef]


def with_auth(graphs: Graphs, types: Types) -> dict[str, TypeDef]:
    """The types with requirements carried to interfaces, and from @interfaceObject fields to implementing types."""
    if not any(uses(item, spec) for one in types.values() for item in _elements(one) for spec in REQUIREMENTS):
        return dict(types)
    down = {name: _with_interface_objects(graphs, one, types) for name, one in types.items()}
    return {name: _interface(one, down) if one.kind == "INTERFACE" else one for name, one in down.items()}


def _elements(one: TypeDef) -> Iterator[TypeDef | Field]:
    yield one
    yield from one.fields.values()


def _with_interface_objects(graphs: Graphs, one: TypeDef, types: Types) -> TypeDef:
    if one.kind != "OBJECT":
        return one
    fields = dict(one.fields)
    for interface in one.interfaces:
        for _, declared in graphs.defining(interface):
            if has(declared, "interfaceObject"):
                for name in declared.fields:
                    above = types[interface].fields.get(name) if interface in types else None
                    if name in fields and above:
                        fields[name] = replace(fields[name], applied=_joined([fields[name], above], fields[name]))
    return replace(one, fields=fields)


def _interface(one: TypeDef, types: Types) -> TypeDef:
    objects = [other for other in types.values() if other.kind == "OBJECT" and one.name in other.interfaces]
    fields = {
        name: replace(item, applied=_joined([item, *_implementing(objects, name)], item))
        for name, item in one.fields.items()
    }
    return replace(one, applied=_joined([one, *objects], one), fields=fields)


def _implementing(objects: Sequence[TypeDef], name: str) -> list[Field]:
    return [other.fields[name] for other in objects if name in other.fields]


def _joined(elements: Sequence[TypeDef | Field], own: TypeDef | Field) -> tuple[Applied, ...]:
    """The directives of one element, with what any of several asks for."""
    kept = [applied for applied in own.applied if applied.spec not in REQUIREMENTS]
    for spec in REQUIREMENTS:
        found = list({str(applied): applied for element in elements for applied in uses(element, spec)}.values())
        if found:
            kept += STRATEGIES[spec](found) if len(found) > 1 else _sorted(found[0], own)
    return tuple(kept)


def _sorted(applied: Applied, own: TypeDef | Field) -> list[Applied]:
    """A requirement as written where it stands, in order where it is inherited."""
    if applied in own.applied or applied.spec == "authenticated":
        return [applied]
    ordered = conjunction([groups(applied), groups(applied)])
    return [replace(applied, args=((applied.args[0][0], literal(ordered)),))]
