"""Cities that bring a Federation subgraph of their own: what of it enters the graph, where it is kept, how it is asked."""

__all__: list[str] = []
