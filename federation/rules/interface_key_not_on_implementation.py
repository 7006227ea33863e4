"""INTERFACE_KEY_NOT_ON_IMPLEMENTATION: a key of an interface is a key of every type that implements it."""

from collections.abc import Iterator

from federation.codes import CompositionError, in_subgraph
from federation.definitions import Applied, uses
from federation.facts import Facts, selection_in
from federation.rules.interface_key_missing_implementation_type import resolvable
from federation.wording import quoted

CODE = "INTERFACE_KEY_NOT_ON_IMPLEMENTATION"


def check(facts: Facts) -> Iterator[CompositionError]:
    """An error for every interface key that some implementing type lacks."""
    for one in facts.types.values():
        for key in uses(one, "key") if one.kind == "INTERFACE" else ():
            names = facts.implementers.get(one.name, ())
            for doing, missing in (
                ("missing", _lacking(facts, key, names)),
                ("marked as non-resolvable", _closed(facts, key, names)),
            ):
                if missing:
                    plural = "s" if len(missing) > 1 else ""
                    message = f'Key {key} on interface type "{one.name}" is {doing} on implementation type{plural} {quoted(missing)}.'
                    yield in_subgraph(facts.name, CODE, message)


def _lacking(facts: Facts, key: Applied, names: tuple[str, ...]) -> list[str]:
    return [name for name in names if not _same_keys(facts, key, name)]


def _closed(facts: Facts, key: Applied, names: tuple[str, ...]) -> list[str]:
    if not resolvable(key):
        return []
    found = {name: _same_keys(facts, key, name) for name in names}
    return [name for name, keys in found.items() if keys and not any(map(resolvable, keys))]


def _same_keys(facts: Facts, key: Applied, name: str) -> list[Applied]:
    wanted = frozenset(selection_in(key))
    keys = uses(facts.types[name], "key")
    return [one for one in keys if frozenset(selection_in(one)) == wanted]
