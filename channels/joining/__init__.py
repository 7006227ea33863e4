"""A new city's first files: guessed from a pasted answer (`sample`, `guesses`) or read from an `official_list`, and
written for its people (`new_channel`)."""

__all__: list[str] = []
