"""A city as declared and as spoken to.

Declared: `lines` and `positions` read YAML so that every value keeps its place; `settings`, `models` and their neighbours
(`register`, `agreements`, `gateway`, `fixtures`) are what files may hold; `overlays` and `secrets` are where an environment
differs; `checks` hold a channel against the graph and the other files; `room` reads a deployment, `snapshot` makes one frozen
value of it, and `checking` and `replay` are what `roam city check` runs.  All findings are `diagnostics`.

Spoken to: `compiled` operations ask in a backend's own protocol (`rest`, `soap`, `graphql_backend`, `federation_backend`),
`mapping` makes canonical rows of the answers, and `Connections` keeps one line per backend with its proof, limits and cache.
A city's failure is a value, `Failure`, never an exception.

Tried: a listener (`trace`) hears one call, and `trial` tells it hop by hop with the cause of what fails; `trial.record` keeps
the answer as a fixture, without anybody in it.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from channels.answer import Failure, Page
    from channels.ask import Ask
    from channels.connections import Connections
    from channels.secrets import MissingSecret, Secrets
    from channels.snapshot import Channel, Loaded, Snapshot, load

_HOMES = {
    "Ask": "ask",
    "Channel": "snapshot",
    "Connections": "connections",
    "Failure": "answer",
    "Loaded": "snapshot",
    "MissingSecret": "secrets",
    "Page": "answer",
    "Secrets": "secrets",
    "Snapshot": "snapshot",
    "load": "snapshot",
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
