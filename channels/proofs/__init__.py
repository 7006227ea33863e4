"""How the gateway proves itself to a city: signatures, keys, tokens, certificates; `proof` makes one from its `auth:` entry."""

__all__: list[str] = []
