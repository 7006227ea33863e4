"""The `roam` command: each module is one group of commands and registers itself with `cli.main`."""

__all__: list[str] = []
