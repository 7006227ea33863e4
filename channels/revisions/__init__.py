"""What is served next and what was served before: `watching` the files, the `candidate` they make, whose files an error is
`charged` to, and the `history` of it all.
"""

__all__: list[str] = []
