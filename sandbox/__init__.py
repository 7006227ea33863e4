"""Real cities for tests and demonstrations, each a server of its own with its own protocol and store.

`personas` are the citizens, `seeds` what they owe; `world` is what a city is made of: `store` (SQLite), `faults`, secrets
and a clock. `table` names the cities; `sandbox.<slug>` is a city's protocol; `pages` are its web pages; `serve` runs one
city (`python -m sandbox.serve deyang`) with its `control` port, `up` runs all of them with the identity provider (`idp`)
and the gateway. Cities check signatures, tokens, clocks and request numbers for real, and what was done stays done.
Nothing below the command line imports this package, and a city knows the gateway by its protocol only.
"""

from sandbox.personas import PERSONAS, Persona

__all__ = ["PERSONAS", "Persona"]
