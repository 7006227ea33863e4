"""`roam city try`: one real call of a city, told hop by hop.  `run` makes it, `told` has what is told as values."""

__all__: list[str] = []
