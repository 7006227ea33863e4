"""`@link`: which specifications a subgraph uses, and under which names.

A specification is known by its url without version; what it defines is used under its imported name, or behind the
prefix `federation__` (or what `as:` says).  A subgraph without a link to federation is Federation 1.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

from graphql import print_ast
from graphql.language import DirectiveNode, ListValueNode, ObjectValueNode, StringValueNode, ValueNode

from federation.codes import CompositionError
from federation.rules import (
    invalid_link_directive_usage,
    invalid_link_identifier,
    unknown_federation_link_version,
    unknown_link_version,
)
from federation.specs import (
    ADOPTED,
    APOLLO,
    FEDERATION,
    FEDERATION_1,
    FIRST,
    LATEST,
    LINK,
    SINGLE_FEATURES,
    SPEC_TYPES,
    SPECS,
    Version,
    available,
)

URL = re.compile(r"^(https?://.+?/(?:[^/]+/)*?([^/?#]+))/v(\d{1,6})\.(\d{1,6})/?(?:[?#].*)?$")
NAME = re.compile(r"^@?[A-Za-z_][A-Za-z0-9_]*$")


@dataclass(frozen=True, slots=True)
class Import:
    """`{name: "@key", as: "@primary"}`; directives keep their `@`."""

    name: str
    local: str


@dataclass(frozen=True, slots=True)
class Link:
    """One `@link`."""

    identity: str
    """The url without version."""
    name: str
    """The last part of the identity, `federation`."""
    version: Version
    prefix: str
    """The name, or what `as:` says."""
    imports: tuple[Import, ...] = ()

    @property
    def url(self) -> str:
        """The url as it is written."""
        return f"{self.identity}/v{self.version[0]}.{self.version[1]}"

    def local(self, element: str) -> str:
        """The name of an element of the specification in this subgraph; directives are given with `@`."""
        for one in self.imports:
            if one.name == element:
                return one.local
        if element == f"@{self.name}":
            return f"@{self.prefix}"
        at = "@" if element.startswith("@") else ""
        return f"{at}{self.prefix}__{element.removeprefix('@')}"

    def element(self, directive: str) -> Import:
        """What a directive of this link (local name, without `@`) is called in the specification."""
        for one in self.imports:
            if one.local == f"@{directive}":
                return one
        name = self.name if directive == self.prefix else directive.removeprefix(f"{self.prefix}__")
        return Import(f"@{name}", f"@{directive}")


@dataclass(frozen=True, slots=True)
class Links:
    """Everything a subgraph links, and the local names of what the federation specification defines."""

    links: tuple[Link, ...] = ()
    version: Version = FEDERATION_1
    directives: Mapping[str, str] = field(default_factory=dict)
    """Local directive name to its name in the specification, both without `@`."""
    types: Mapping[str, str] = field(default_factory=dict)
    """Local type name to its name in the specification."""

    def local_type(self, spec: str) -> str:
        """The local name of a federation type."""
        return next((local for local, name in self.types.items() if name == spec), f"federation__{spec}")

    def owner(self, directive: str) -> Link | None:
        """The link that a directive (local name, without `@`) comes from; None when it is the subgraph's own."""
        for link in self.links:
            imported = any(one.local == f"@{directive}" for one in link.imports)
            if imported or directive == link.prefix or directive.startswith(f"{link.prefix}__"):
                return link
        return None


def read_links(
    subgraph: str, nodes: Iterable[DirectiveNode], defined: Iterable[str] = ()
) -> tuple[Links, tuple[CompositionError, ...]]:
    """The links among the directives of a schema definition, and everything wrong with them.

    `defined` are the directives that the subgraph defines itself: Federation 1 subgraphs adopt later ones that way.
    """
    links: list[Link] = []
    errors: list[CompositionError] = []
    for args in _link_arguments(nodes):
        link, found = _read_link(subgraph, args)
        errors += found
        if link and any(other.identity == link.identity for other in links):
            errors.append(
                invalid_link_directive_usage.error(subgraph, f"Duplicate inclusion of feature {link.identity}")
            )
        elif link:
            errors += _clashes(subgraph, link, links)
            links.append(link)
    return _named(tuple(links), defined), tuple(errors)


def _link_arguments(nodes: Iterable[DirectiveNode]) -> Iterator[dict[str, ValueNode]]:
    """The arguments of each `@link`, by whatever name `@link` itself goes."""
    read = [(node.name.value, {arg.name.value: arg.value for arg in node.arguments or ()}) for node in nodes]
    own = next((name for name, args in read if _string(args.get("url")).startswith(f"{LINK}/v")), "link")
    yield from (args for name, args in read if name == own and "url" in args)


def _string(node: ValueNode | None) -> str:
    return node.value if isinstance(node, StringValueNode) else ""


def _read_link(subgraph: str, args: Mapping[str, ValueNode]) -> tuple[Link | None, list[CompositionError]]:
    url = _string(args.get("url"))
    match = URL.match(url)
    if not match:
        return None, [invalid_link_identifier.error(subgraph, url)]
    identity, name, version = match[1], match[2], (int(match[3]), int(match[4]))
    imports, errors = _read_imports(subgraph, args.get("import"))
    prefix = _string(args.get("as")).removeprefix("@") or name
    link = Link(identity, name, version, prefix, imports)
    unknown = _unknown_version(subgraph, link)
    return link, [unknown] if unknown else [*errors, *_unknown_imports(subgraph, link)]


def _unknown_version(subgraph: str, link: Link) -> CompositionError | None:
    written = f"v{link.version[0]}.{link.version[1]}"
    if link.identity == FEDERATION and not FIRST <= link.version <= LATEST:
        known = f"versions v{FIRST[0]}.{FIRST[1]} to v{LATEST[0]}.{LATEST[1]}"
        return unknown_federation_link_version.error(subgraph, written, known)
    if link.identity == LINK and link.version != (1, 0):
        return unknown_link_version.error(subgraph, written)
    return None


def _read_imports(subgraph: str, node: ValueNode | None) -> tuple[tuple[Import, ...], list[CompositionError]]:
    imports: list[Import] = []
    errors: list[CompositionError] = []
    for value in node.values if isinstance(node, ListValueNode) else ():
        one = _read_import(value)
        if isinstance(one, Import):
            imports.append(one)
        else:
            errors.append(invalid_link_directive_usage.error(subgraph, one))
    return tuple(imports), errors


def _read_import(value: ValueNode) -> Import | str:
    """The import, or what is wrong with it."""
    written = print_ast(value)
    if isinstance(value, StringValueNode):
        return (
            Import(value.value, value.value) if NAME.match(value.value) else f"Invalid name {written} in @link import"
        )
    if not isinstance(value, ObjectValueNode):
        return f"Invalid @link import {written}: expected a name or {{name: …, as: …}}"
    entry = {one.name.value: _string(one.value) for one in value.fields}
    name, local = entry.get("name", ""), entry.get("as") or entry.get("name", "")
    if not NAME.match(name) or not NAME.match(local) or entry.keys() - {"name", "as"}:
        return f"Invalid @link import {written}: expected {{name: …, as: …}} with valid names"
    if name.startswith("@") != local.startswith("@"):
        return f"Invalid @link import renaming {written}: directives start with @ under both names, types under neither"
    return Import(name, local)


def _unknown_imports(subgraph: str, link: Link) -> Iterator[CompositionError]:
    if link.identity == FEDERATION:
        known = [f"@{name}" for name in available(link.version)]
        known += [name for name, since in SPEC_TYPES.items() if since <= link.version]
    elif link.identity.removeprefix(APOLLO) == "link":
        known = ["@link", "Import", "Purpose"]
    else:
        return
    for one in link.imports:
        if one.name not in known:
            near = get_close_matches(one.name, known, 1)
            hint = f' Did you mean "{near[0]}"?' if near else ""
            yield invalid_link_directive_usage.error(subgraph, f'Cannot import unknown element "{one.name}".{hint}')


def _clashes(subgraph: str, link: Link, others: Iterable[Link]) -> Iterator[CompositionError]:
    taken = {one.local: one.name for one in link.imports}
    for other in others:
        if other.prefix == link.prefix:
            yield invalid_link_directive_usage.error(
                subgraph, f'Features {other.url} and {link.url} both use the name "{link.prefix}"'
            )
        for one in other.imports:
            if one.local in taken:
                message = f'Imports of {other.url} and {link.url} both use the name "{one.local}"'
                yield invalid_link_directive_usage.error(subgraph, message)


def _named(links: tuple[Link, ...], defined: Iterable[str]) -> Links:
    federation = next((link for link in links if link.identity == FEDERATION), None)
    version = federation.version if federation else FEDERATION_1
    if federation:
        directives = {federation.local(f"@{name}").removeprefix("@"): name for name in available(version)}
        types = {federation.local(name): name for name, since in SPEC_TYPES.items() if since <= version}
    else:
        directives = {name: name for name in (*available(version), *(name for name in defined if name in ADOPTED))}
        types = {"_FieldSet": "FieldSet"}
    for link in links:
        for spec in _specified_by(link):
            directives[link.local(f"@{spec}").removeprefix("@")] = spec
    return Links(links, version, directives, types)


def _specified_by(link: Link) -> Iterator[str]:
    """The directives that a single feature of Apollo's (`tag`, `cost`, …) defines."""
    feature = link.identity.removeprefix(APOLLO)
    if feature == "cost":
        yield from ("cost", "listSize")
    elif link.identity.startswith(APOLLO) and feature in SINGLE_FEATURES and feature in SPECS:
        yield feature
