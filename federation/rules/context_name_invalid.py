"""CONTEXT_NAME_INVALID: the name of a context is letters and digits."""

import re
from collections.abc import Iterator

from federation.codes import CompositionError, in_subgraph
from federation.definitions import uses
from federation.facts import Facts

CODE = "CONTEXT_NAME_INVALID"
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")  # an underscore has a code of its own


def check(facts: Facts) -> Iterator[CompositionError]:
    """An error for every context without a usable name."""
    for one in facts.types.values():
        for use in uses(one, "context"):
            name = use.text("name") or ""
            if not NAME.fullmatch(name):
                message = f'Context name "{name}" on type "{one.name}" is invalid. It should have only alphanumeric characters.'
                yield in_subgraph(facts.name, CODE, message)
