"""Calls to cities while the gateway runs: `connections` has a line for each backend of each city.

`asked` is what a city may hear of an ask, `reads` spares it what is already known, `batching` joins keys, `line` keeps its
limits, its `breaker`, attempts and deadline; `health` and `probing` say how it has been.
"""

__all__: list[str] = []
