"""Composition as tests write it: SDL by subgraph name, with the link to federation written for them."""

from __future__ import annotations

import re

from federation.codes import CompositionError
from federation.compose import Composed, NotComposed, Source, compose
from federation.specs import SPECS

DIRECTIVE = re.compile(r"@(\w+)")
QUERY = "type Query { ok: Boolean }"


def fed2(sdl: str, version: str = "2.12", more: str = "") -> str:
    """The SDL, linked to federation with every directive that it uses imported; `more` is put on the schema too."""
    used = dict.fromkeys(name for name in DIRECTIVE.findall(f"{sdl} {more}") if name in SPECS)
    imports = ", ".join(f'"@{name}"' for name in used)
    url = f"https://specs.apollo.dev/federation/v{version}"
    return f'extend schema @link(url: "{url}", import: [{imports}]) {more}\n{sdl}'


def composed(**subgraphs: str) -> Composed | NotComposed:
    return compose([Source(name, sdl, f"http://{name}") for name, sdl in subgraphs.items()])


def failures(**subgraphs: str) -> tuple[CompositionError, ...]:
    """Why the subgraphs do not compose."""
    result = composed(**subgraphs)
    assert isinstance(result, NotComposed), "the subgraphs compose"
    return result.errors


def codes(**subgraphs: str) -> list[str]:
    """The distinct codes of the failures."""
    return sorted({error.code for error in failures(**subgraphs)})


def supergraph(**subgraphs: str) -> str:
    """The supergraph that the subgraphs make."""
    result = composed(**subgraphs)
    assert isinstance(result, Composed), "\n".join(map(str, result.errors))
    return result.sdl
