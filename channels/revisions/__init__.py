"""What is served next and what was served before: `watching` the files, the `candidate` they make, and the `history` of both."""

__all__: list[str] = []
