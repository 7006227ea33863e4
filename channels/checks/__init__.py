"""The checks of the operators' files, a concern each.  `channel` calls them all; what they look at is a `scene`."""

__all__: list[str] = []
