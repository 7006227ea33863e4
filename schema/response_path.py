"""Where a field stands in an answer, as one text."""

from collections.abc import Sequence


def dotted(path: Sequence[str | int]) -> str:
    """`me.bills.nodes.payee`: the response names, aliases included, without positions in lists."""
    return ".".join(step for step in path if isinstance(step, str))
