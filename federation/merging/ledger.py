"""Where merging writes what it finds: errors that stop composition, hints that do not."""

from __future__ import annotations

from dataclasses import dataclass, field

from federation.codes import CompositionError
from federation.hints import Hint


@dataclass(slots=True)
class Ledger:
    """Grows while subgraphs are merged; the only mutable value of composition."""

    errors: list[CompositionError] = field(default_factory=list)
    hints: list[Hint] = field(default_factory=list)

    def error(self, code: str, message: str, *subgraphs: str) -> None:
        """Records a reason why the subgraphs do not compose."""
        self.errors.append(CompositionError(code, message, subgraphs))

    def hint(self, code: str, message: str, coordinate: str = "") -> None:
        """Records something worth a look."""
        self.hints.append(Hint(code, message, coordinate))
