"""Which applied directives reach the supergraph, and how those of several subgraphs become one.

Federation's own that mean something outside a subgraph are merged by the rule of their specification (`STRATEGIES`);
GraphQL's and composed ones are kept: all of a repeatable directive, of another the use that most subgraphs agree on.
Everything else stays in its subgraph.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from graphql.language import BooleanValueNode, ListValueNode, StringValueNode

from federation.definitions import Applied, Argument, EnumValue, Field, TypeDef
from federation.facts import Facts
from federation.merging.graphs import Graphs
from federation.merging.ledger import Ledger
from federation.values import canonical, integer, literal

Elements = (
    Sequence[tuple[Facts, TypeDef]]
    | Sequence[tuple[Facts, Field]]
    | Sequence[tuple[Facts, Argument]]
    | Sequence[tuple[Facts, EnumValue]]
)
Group = tuple[str, ...]
KEPT = ("deprecated", "specifiedBy", "oneOf")


def merged_applied(graphs: Graphs, sources: Elements, coordinate: str, ledger: Ledger) -> tuple[Applied, ...]:
    """The directives of one element of the supergraph."""
    found: dict[str, list[Applied]] = {}
    for facts, one in sources:
        for applied in one.applied:
            if is_merged(graphs, facts, applied):
                found.setdefault(applied.spec or f"@{applied.name}", []).append(applied)
    merged: list[Applied] = []
    for key, uses in found.items():
        strategy = STRATEGIES.get(key)
        merged += strategy(uses) if strategy else _agreed(graphs, uses, coordinate, ledger)
    return tuple(merged)


def is_merged(graphs: Graphs, facts: Facts, applied: Applied) -> bool:
    """Whether a use of a directive has a meaning in the supergraph."""
    if applied.spec:
        return applied.spec in STRATEGIES
    if applied.name in graphs.composed.get(facts.name, ()):
        return True
    return (applied.name in KEPT and applied.name not in facts.subgraph.directives) or applied.name == "deprecated"


def _agreed(graphs: Graphs, uses: Sequence[Applied], coordinate: str, ledger: Ledger) -> list[Applied]:
    distinct = {str_of(one): one for one in reversed(uses)}
    ordered = [distinct[text] for text in dict.fromkeys(map(str_of, uses))]
    if graphs.repeatable(uses[0].name):
        return ordered
    if len(ordered) > 1:
        message = f'"@{uses[0].name}" is applied to "{coordinate}" with different arguments; one of them is kept.'
        ledger.hint("INCONSISTENT_NON_REPEATABLE_DIRECTIVE_ARGUMENTS", message, coordinate)
    texts = [str_of(one) for one in uses]
    return [max(ordered, key=lambda one: texts.count(str_of(one)))]


def str_of(one: Applied) -> str:
    """A text that is equal for uses that say the same."""
    return f"{one.name}({', '.join(sorted(f'{name}: {canonical(value)}' for name, value in one.args))})"


def _distinct(uses: Sequence[Applied]) -> list[Applied]:
    found = {str_of(one): one for one in uses}
    return [Applied(one.spec, one.spec, one.args) for one in found.values()]


def _once(uses: Sequence[Applied]) -> list[Applied]:
    return [Applied(uses[0].spec, uses[0].spec)]


def _weightiest(uses: Sequence[Applied]) -> list[Applied]:
    weights = [weight for one in uses if (weight := integer(one.arg("weight"))) is not None]
    return [Applied("cost", "cost", (("weight", literal(max(weights))),))] if weights else []


def _largest_list(uses: Sequence[Applied]) -> list[Applied]:
    sizes = [size for one in uses if (size := integer(one.arg("assumedSize"))) is not None]
    args = [("assumedSize", literal(max(sizes)))] if sizes else []
    for name in ("slicingArguments", "sizedFields"):
        texts = tuple(dict.fromkeys(text for one in uses for text in one.texts(name)))
        if any(one.arg(name) for one in uses):
            args.append((name, literal(texts)))
    flags = [one.arg("requireOneSlicingArgument") for one in uses]
    given = [flag.value for flag in flags if isinstance(flag, BooleanValueNode)]
    if given:
        args.append(("requireOneSlicingArgument", literal(all(given))))
    return [Applied("listSize", "listSize", tuple(args))]


def groups(one: Applied) -> tuple[Group, ...]:
    """The alternatives of @requiresScopes or @policy, each a conjunction."""
    value = next((value for _, value in one.args), None)
    lists = value.values if isinstance(value, ListValueNode) else ()
    return tuple(
        tuple(text.value for text in inner.values if isinstance(text, StringValueNode))
        for inner in lists
        if isinstance(inner, ListValueNode)
    )


def conjunction(all_of: Sequence[tuple[Group, ...]]) -> tuple[Group, ...]:
    """What grants every one of several requirements: in order, without alternatives that ask for more than another."""
    if len(all_of) == 1:
        return all_of[0]
    combined: set[Group] = {()}
    for alternatives in all_of:
        combined = {tuple(sorted({*one, *other})) for one in combined for other in alternatives}
        combined = {one for one in combined if not any(set(other) < set(one) for other in combined)}
    return tuple(sorted(combined, key=lambda one: (len(one), one)))


def _required(argument: str) -> Callable[[Sequence[Applied]], list[Applied]]:
    def merged(uses: Sequence[Applied]) -> list[Applied]:
        value = literal(conjunction([groups(one) for one in uses]))
        return [Applied(uses[0].spec, uses[0].spec, ((argument, value),))]

    return merged


STRATEGIES: Mapping[str, Callable[[Sequence[Applied]], list[Applied]]] = {
    "tag": _distinct,
    "inaccessible": _once,
    "authenticated": _once,
    "requiresScopes": _required("scopes"),
    "policy": _required("policies"),
    "cost": _weightiest,
    "listSize": _largest_list,
    "cacheTag": _distinct,
}
