"""The fields of the graph, a concern each.  `answers.ANSWERS` binds them to the coordinates that `schema/` declares."""

__all__: list[str] = []
