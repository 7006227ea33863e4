"""Part of `roam city`."""

import typer


def register(app: typer.Typer) -> None:
    """Joined to `roam city`."""
