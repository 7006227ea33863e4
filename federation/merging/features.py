"""The specifications that a supergraph links for federation's own directives, with their definitions and local names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from graphql import parse
from graphql.language import DirectiveDefinitionNode

from federation.definitions import Applied, Argument, DirectiveDef, Field, TypeDef
from federation.links import Import, Link
from federation.merging.directives import merged_applied
from federation.merging.graphs import Graphs
from federation.merging.ledger import Ledger
from federation.reading import read_directive
from federation.rules import link_import_name_mismatch
from federation.specs import APOLLO, SPECS, Version


@dataclass(frozen=True, slots=True)
class Feature:
    """A specification that exists for one or two directives."""

    name: str
    version: Version
    purpose: str
    definitions: Mapping[str, str]
    """By directive, in words of the specification."""
    scalars: tuple[str, ...] = ()


ON_TYPES = "FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM"
ANYWHERE = (
    "FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ARGUMENT_DEFINITION | SCALAR | ENUM | ENUM_VALUE | INPUT_OBJECT"
    " | INPUT_FIELD_DEFINITION"
)
FEATURES = (
    Feature("tag", (0, 3), "", {"tag": f"(name: String!) repeatable on {ANYWHERE} | SCHEMA"}),
    Feature("inaccessible", (0, 2), "SECURITY", {"inaccessible": f"on {ANYWHERE}"}),
    Feature("authenticated", (0, 1), "SECURITY", {"authenticated": f"on {ON_TYPES}"}),
    Feature(
        "requiresScopes",
        (0, 1),
        "SECURITY",
        {"requiresScopes": f"(scopes: [[requiresScopes__Scope!]!]!) on {ON_TYPES}"},
        ("requiresScopes__Scope",),
    ),
    Feature(
        "policy",
        (0, 1),
        "SECURITY",
        {"policy": f"(policies: [[policy__Policy!]!]!) on {ON_TYPES}"},
        ("policy__Policy",),
    ),
    Feature(
        "context",
        (0, 1),
        "SECURITY",
        {
            "context": "(name: String!) repeatable on OBJECT | INTERFACE | UNION",
            "fromContext": "(field: context__ContextFieldValue) on ARGUMENT_DEFINITION",
        },
        ("context__ContextFieldValue",),
    ),
    Feature("cost", (0, 1), "", {"cost": SPECS["cost"].definition, "listSize": SPECS["listSize"].definition}),
    Feature("cacheTag", (0, 1), "EXECUTION", {"cacheTag": SPECS["cacheTag"].definition}),
)


@dataclass(frozen=True, slots=True)
class Linked:
    """What a supergraph says of the features that its types use."""

    links: tuple[tuple[Link, str], ...]
    definitions: tuple[DirectiveDef, ...]
    scalars: tuple[str, ...]
    types: Mapping[str, TypeDef]
    """The types, with the directives under their names in the supergraph."""
    applied: tuple[Applied, ...] = ()
    """The directives of the schema, likewise."""


def linked(graphs: Graphs, types: Mapping[str, TypeDef], ledger: Ledger) -> Linked:
    """The features that are used, each under the name by which subgraphs import it."""
    schema = _merged_schema(graphs, ledger)
    used = {applied.spec or applied.name for one in (schema, *types.values()) for applied in _all_applied(one)}
    names = {spec: _name(graphs, spec, ledger) for feature in FEATURES for spec in feature.definitions}
    names |= {"fromContext": "context__fromContext"}
    found = [feature for feature in FEATURES if used & set(feature.definitions)]
    return Linked(
        links=tuple((_link(feature, used, names), feature.purpose) for feature in found),
        definitions=tuple(_definition(names[spec], text) for one in found for spec, text in one.definitions.items()),
        scalars=tuple(scalar for feature in found for scalar in feature.scalars),
        types={name: _renamed(one, names) for name, one in types.items()},
        applied=_renamed(schema, names).applied,
    )


def _merged_schema(graphs: Graphs, ledger: Ledger) -> TypeDef:
    """The schema definition as an element that only has directives."""
    sources = [(facts, TypeDef("schema", "SCALAR", facts.subgraph.schema_applied)) for facts in graphs.all]
    return TypeDef("schema", "SCALAR", merged_applied(graphs, sources, "schema", ledger))


def _all_applied(one: TypeDef) -> Iterator[Applied]:
    yield from one.applied
    for field in one.fields.values():
        yield from field.applied
        yield from (applied for arg in field.args.values() for applied in arg.applied)
    yield from (applied for entry in one.inputs.values() for applied in entry.applied)
    yield from (applied for value in one.values.values() for applied in value.applied)


def _name(graphs: Graphs, spec: str, ledger: Ledger) -> str:
    """The imported name, which is the same in every subgraph that imports the directive."""
    imported: dict[str, str] = {}
    for facts in graphs.all:
        for link in facts.subgraph.links.links:
            for one in link.imports:
                if one.name == f"@{spec}" and facts.subgraph.links.directives.get(one.local.removeprefix("@")) == spec:
                    imported[facts.name] = one.local.removeprefix("@")
    ledger.errors += link_import_name_mismatch.errors(spec, imported)
    return next(iter(imported.values()), spec)


def _link(feature: Feature, used: Iterable[str], names: Mapping[str, str]) -> Link:
    imports = tuple(
        Import(f"@{spec}", f"@{names[spec]}")
        for spec in feature.definitions
        if spec in set(used) and (spec, names[spec]) != (feature.name, feature.name) and spec != "fromContext"
    )
    return Link(f"{APOLLO}{feature.name}", feature.name, feature.version, feature.name, imports)


def _definition(name: str, text: str) -> DirectiveDef:
    node = parse(f"directive @{name} {text}", no_location=True).definitions[0]
    assert isinstance(node, DirectiveDefinitionNode)  # noqa: S101 - the texts above are definitions
    return read_directive(node, {})


def _renamed(one: TypeDef, names: Mapping[str, str]) -> TypeDef:
    def applied(ones: tuple[Applied, ...]) -> tuple[Applied, ...]:
        return tuple(replace(use, name=names.get(use.spec, use.name)) if use.spec else use for use in ones)

    def argument(arg: Argument) -> Argument:
        return replace(arg, applied=applied(arg.applied)) if arg.applied else arg

    def field(item: Field) -> Field:
        return replace(
            item, applied=applied(item.applied), args={arg.name: argument(arg) for arg in item.args.values()}
        )

    return replace(
        one,
        applied=applied(one.applied),
        fields={name: field(item) for name, item in one.fields.items()},
        inputs={name: argument(entry) for name, entry in one.inputs.items()},
        values={name: replace(value, applied=applied(value.applied)) for name, value in one.values.items()},
    )
