"""DIRECTIVE_DEFINITION_INVALID: a subgraph's copy of a federation directive says what the specification says.

Fewer locations, a missing `repeatable` and missing optional arguments are accepted: the specification's definition is
used anyway.
"""

from collections.abc import Iterator

from graphql import print_ast
from graphql.language import InputValueDefinitionNode

from federation.codes import CompositionError, in_subgraph
from federation.definitions import Argument, DirectiveDef
from federation.facts import Facts
from federation.specs import SPEC_TYPES, definition
from federation.wording import listed
from federation.wrapping import is_list, item, named, non_null, nullable

CODE = "DIRECTIVE_DEFINITION_INVALID"


def check(facts: Facts) -> Iterator[CompositionError]:
    """An error for every way in which a copied definition contradicts the specification."""
    links = facts.subgraph.links
    for local, own in facts.subgraph.redefined.items():
        spec = links.directives.get(local)
        for problem in _problems(facts, own, spec) if spec else ():
            message = f'Invalid definition for directive "@{local}": {problem}'
            yield in_subgraph(facts.name, CODE, message)


def _problems(facts: Facts, own: DirectiveDef, spec: str) -> Iterator[str]:
    expected = definition(spec, facts.subgraph.links.version)
    known = {arg.name.value: arg for arg in expected.arguments or ()}
    for name, arg in known.items():
        wanted = _local_type(facts, print_ast(arg.type))
        if name not in own.args:
            if wanted.endswith("!"):
                yield f'missing required argument "{name}"'
        elif not _accepted(own.args[name].type, wanted):
            yield f'argument "{name}" should have type "{wanted}" but found type "{own.args[name].type}"'
        else:
            yield from _default_problems(own.args[name], arg)
    yield from (f'unknown argument "{name}"' for name in own.args if name not in known)
    locations = [one.value for one in expected.locations]
    foreign = [one for one in own.locations if one not in locations]
    if foreign:
        yield (f'"@{own.name}" should have locations {listed(locations)}, but found (non-subset) {", ".join(foreign)}')


def _default_problems(own: Argument, expected: InputValueDefinitionNode) -> Iterator[str]:
    wanted = print_ast(expected.default_value) if expected.default_value else ""
    found = print_ast(own.default) if own.default else ""
    if found and found != wanted:
        yield f'argument "{own.name}" should have default value {wanted or "(none)"} but found default value {found}'


def _local_type(facts: Facts, type_text: str) -> str:
    name = named(type_text)
    if name not in SPEC_TYPES:
        return type_text
    local = "_FieldSet" if facts.subgraph.federation_1 else facts.subgraph.links.local_type(name)
    return type_text.replace(name, local)


def _accepted(found: str, wanted: str) -> bool:
    """Whether a type says enough: null may be allowed, and a scalar of the specification may be a string or strings."""
    if found == wanted or nullable(found) == nullable(wanted):
        return True
    if is_list(nullable(wanted)):
        return is_list(nullable(found)) and _accepted(item(found), item(wanted))
    bare = nullable(item(found)) if is_list(nullable(found)) else nullable(found)
    unprefixed = nullable(wanted).rpartition("__")[2]
    if unprefixed.removeprefix("_") not in SPEC_TYPES or non_null(found) != non_null(wanted):
        return False
    local = {nullable(wanted), "String"}
    return bare in (local if nullable(wanted) == "_FieldSet" else {*local, f"federation__{unprefixed}", unprefixed})
