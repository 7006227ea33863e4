"""Cities that bring a Federation subgraph of their own: where its SDL is kept, how it is asked."""

__all__: list[str] = []
