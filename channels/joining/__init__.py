"""A new city's first files: guessed from a pasted answer (`sample`, `guesses`), from an official list, and written for its people."""

__all__: list[str] = []
