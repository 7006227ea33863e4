"""A `map:` and a `${…}` compiled: what a city sends becomes canonical rows (`rows`), what it is sent is filled in (`templates`).

Compiled at activation to closures; nothing is looked up by name when a call is made.
"""

__all__: list[str] = []
