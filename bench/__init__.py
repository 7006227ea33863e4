"""The gateway beside a hand-written handler: what the graph costs. `python -m bench` measures, `bench/README.md` tells."""

__all__: list[str] = []
