"""The federation specification as data: which directive exists since which version, with which definition.

Source: specs.apollo.dev/federation, versions 2.0 to 2.12; Federation 1 as Apollo's documentation of the subgraph
specification has it.  Types of the specification are written without prefix (`FieldSet`); `links.py` knows their local
names.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from graphql import parse
from graphql.language import DirectiveDefinitionNode

Version = tuple[int, int]

FEDERATION_1: Version = (1, 0)
FIRST: Version = (2, 0)
LATEST: Version = (2, 12)
FEDERATION = "https://specs.apollo.dev/federation"
LINK = "https://specs.apollo.dev/link"
APOLLO = "https://specs.apollo.dev/"
SPEC_TYPES: Mapping[str, Version] = {
    "FieldSet": FIRST,
    "Scope": (2, 5),
    "Policy": (2, 6),
    "ContextFieldValue": (2, 8),
}
AUTH_LOCATIONS = "FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM"
TAGGED = (
    "FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ARGUMENT_DEFINITION | SCALAR | ENUM | ENUM_VALUE | INPUT_OBJECT"
)


@dataclass(frozen=True, slots=True)
class DirectiveSpec:
    """A directive of the specification."""

    name: str
    since: Version
    definition: str
    """Arguments, `repeatable` and locations, as after `directive @name`."""


SPECS: Mapping[str, DirectiveSpec] = {
    name: DirectiveSpec(name, since, definition)
    for name, since, definition in (
        ("key", FEDERATION_1, "(fields: FieldSet!, resolvable: Boolean = true) repeatable on OBJECT | INTERFACE"),
        ("requires", FEDERATION_1, "(fields: FieldSet!) on FIELD_DEFINITION"),
        ("provides", FEDERATION_1, "(fields: FieldSet!) on FIELD_DEFINITION"),
        ("external", FEDERATION_1, "(reason: String) on OBJECT | FIELD_DEFINITION"),
        ("extends", FEDERATION_1, "on OBJECT | INTERFACE"),
        ("tag", FEDERATION_1, f"(name: String!) repeatable on {TAGGED} | INPUT_FIELD_DEFINITION"),
        ("shareable", FIRST, "repeatable on OBJECT | FIELD_DEFINITION"),
        ("inaccessible", FIRST, f"on {TAGGED} | INPUT_FIELD_DEFINITION"),
        ("override", FIRST, "(from: String!) on FIELD_DEFINITION"),
        ("composeDirective", (2, 1), "(name: String!) repeatable on SCHEMA"),
        ("interfaceObject", (2, 3), "on OBJECT"),
        ("authenticated", (2, 5), f"on {AUTH_LOCATIONS}"),
        ("requiresScopes", (2, 5), f"(scopes: [[Scope!]!]!) on {AUTH_LOCATIONS}"),
        ("policy", (2, 6), f"(policies: [[Policy!]!]!) on {AUTH_LOCATIONS}"),
        ("context", (2, 8), "(name: String!) repeatable on INTERFACE | OBJECT | UNION"),
        ("fromContext", (2, 8), "(field: ContextFieldValue) on ARGUMENT_DEFINITION"),
        (
            "cost",
            (2, 9),
            "(weight: Int!) on ARGUMENT_DEFINITION | ENUM | FIELD_DEFINITION | INPUT_FIELD_DEFINITION | OBJECT | SCALAR",
        ),
        (
            "listSize",
            (2, 9),
            "(assumedSize: Int, slicingArguments: [String!], sizedFields: [String!],"
            " requireOneSlicingArgument: Boolean = true) on FIELD_DEFINITION",
        ),
        ("cacheTag", (2, 12), "(format: String!) repeatable on INTERFACE | OBJECT | FIELD_DEFINITION"),
    )
}
# Introduced by a version after the directive itself.
LABELLED_OVERRIDE: Version = (2, 7)
KEYED_INTERFACES: Version = (2, 3)
SCHEMA_TAGS: Version = (2, 3)

ADOPTED = ("shareable", "inaccessible", "override", "composeDirective", "interfaceObject")
"""What a Federation 1 subgraph uses of Federation 2 by defining the directive itself."""
SINGLE_FEATURES = ("tag", "inaccessible", "authenticated", "requiresScopes", "policy", "context", "cost", "listSize")
"""Directives that have a specification of their own beside federation's."""


def available(version: Version) -> tuple[str, ...]:
    """The directives of a version, in the order of the specification."""
    return tuple(spec.name for spec in SPECS.values() if spec.since <= version)


@cache
def definition(name: str, version: Version) -> DirectiveDefinitionNode:
    """The definition node of a directive as of a version, its types unprefixed."""
    text = SPECS[name].definition
    if name == "override" and version >= LABELLED_OVERRIDE:
        text = text.replace("(from: String!)", "(from: String!, label: String)")
    if name == "tag" and version >= SCHEMA_TAGS:
        text += " | SCHEMA"
    node = parse(f"directive @{name} {text}", no_location=True).definitions[0]
    assert isinstance(node, DirectiveDefinitionNode)  # noqa: S101 - the texts above are definitions
    return node
