"""A city as declared and as spoken to.

Declared: `text` reads files so that every value keeps its place, `declared` is what they may hold, `checks` hold a channel
against the graph and the other files, `deployment` reads and freezes a whole room of cities, `fixtures` replays what was
recorded; `checking` is all of that as `roam city check` runs it.  `joining` writes a new city's first files.

Spoken to: `mapping` and `protocols` are a city's operations compiled, `proofs` how the gateway proves itself, `calls` keeps one
line per backend with its limits, cache and breaker, `subgraphs` are cities that bring GraphQL of their own.  One `Ask` becomes a
Page or a `Failure` (`answer`); a city's failure is a value, never an exception.

Over time: `revisions` are what is served next and was served before, `measured` is what is known of a city by having asked it,
`trial` is one real call told hop by hop.

Which of these rooms may import which is in ARCHITECTURE.md and held by `tests/test_layers.py`.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from channels.answer import Failure, Page
    from channels.ask import Ask
    from channels.calls.connections import Connections
    from channels.declared.secrets import MissingSecret, Secrets
    from channels.deployment.snapshot import Channel, Loaded, Snapshot, load

_HOMES = {
    "Ask": "ask",
    "Channel": "deployment.snapshot",
    "Connections": "calls.connections",
    "Failure": "answer",
    "Loaded": "deployment.snapshot",
    "MissingSecret": "declared.secrets",
    "Page": "answer",
    "Secrets": "declared.secrets",
    "Snapshot": "deployment.snapshot",
    "load": "deployment.snapshot",
}

__all__ = [
    "Ask",
    "Channel",
    "Connections",
    "Failure",
    "Loaded",
    "MissingSecret",
    "Page",
    "Secrets",
    "Snapshot",
    "load",
]


def __getattr__(name: str) -> object:
    """Imports a public name when it is first asked for: whoever reads a secret needs no HTTP client."""
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'channels' has no attribute {name!r}")
    return getattr(import_module(f"channels.{home}"), name)
