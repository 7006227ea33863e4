"""The error codes of composition, as Apollo's federation names them, and the error that carries one.

Every rule in `rules/` is a module named by its code.  `DOCUMENTED` says in a line what each code means.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

DOCUMENTED: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class CompositionError:
    """Why subgraphs do not compose.  The message names the elements, the subgraphs and both definitions."""

    code: str
    message: str
    subgraphs: tuple[str, ...] = ()
    """The subgraphs that the error is about, when it is about some of them."""

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"


class CompositionFailed(Exception):
    """Raised where a caller asked for a supergraph and nothing else; `errors` has every reason."""

    def __init__(self, errors: Iterable[CompositionError]) -> None:
        self.errors = tuple(errors)
        super().__init__("\n".join(map(str, self.errors)))


def in_subgraph(subgraph: str, code: str, message: str) -> CompositionError:
    """An error of one subgraph, which the message starts with: `[users] …`."""
    return CompositionError(code, f"[{subgraph}] {message}", (subgraph,))
