"""How a field is declared. A declaration is a signature; `schema.bind` gives it its function in one graph.

Four kinds, told apart by a mark in the field's metadata:
1. `answered`: a coordinate in `resolvers/` answers it (`Citizen.bills`);
2. `streamed`: the same for subscriptions, the answer being an async generator of rows;
3. `bilingual`: read from a `{"zh": …, "en": …}` pair of the row, by the argument `lang` or the request's language;
4. anything else (`row`, or a bare annotation): read from the row under the field's own name.
"""

from collections.abc import Callable
from typing import Any

import strawberry

ANSWERED = "answered"


def row(description: str = "", *directives: object) -> Any:
    """Declare a field that is read from its row."""
    return strawberry.field(description=description or None, directives=directives)


def given(description: str = "", *directives: object, default: object = ...) -> Any:
    """Declare a field of an input. Without a default the client must give it; UNSET lets it stay away."""
    options: dict[str, Any] = {} if default is ... else {"default": default}
    return strawberry.field(description=description or None, directives=directives, **options)


def answered(description: str = "", *directives: object) -> Callable[[Callable[..., object]], Any]:
    """Declare a field by its signature; `resolvers/` answers it."""

    def declare(signature: Callable[..., object]) -> Any:
        return strawberry.field(
            resolver=signature, description=description or None, directives=directives, metadata={ANSWERED: True}
        )

    return declare


def streamed(description: str = "", *directives: object) -> Callable[[Callable[..., object]], Any]:
    """Declare a subscription by its signature; an async generator in `resolvers/` answers it."""

    def declare(signature: Callable[..., object]) -> Any:
        return strawberry.subscription(
            resolver=signature, description=description or None, directives=directives, metadata={ANSWERED: True}
        )

    return declare


def bilingual(description: str = "", *directives: object) -> Callable[[Callable[..., object]], Any]:
    """Declare a text that a row holds in two languages."""

    def declare(signature: Callable[..., object]) -> Any:
        return strawberry.field(resolver=signature, description=description or None, directives=directives)

    return declare


__all__ = ["ANSWERED", "answered", "bilingual", "given", "row", "streamed"]
