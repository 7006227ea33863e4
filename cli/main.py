"""The `roam` command.  Each module of this package adds its own part with `register(app)`."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec

import typer

# One line for each part.  A part is a module with `register(app: typer.Typer) -> None`.
PARTS = (
    "cli.city",
    "cli.agreement",
    "cli.up",
    "cli.token",
    "cli.fault",
    "cli.fmt",
    "cli.secrets",
    "cli.explain",
    "cli.compose",
    "cli.supergateway",
    "cli.ledger",
    "cli.journal",
)

app = typer.Typer(
    name="roam",
    help="CityRoam: one graph over many cities' civic services.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback()
def roam() -> None:
    """CityRoam: one graph over many cities' civic services."""


def parts() -> list[Callable[[typer.Typer], None]]:
    """The `register` of every part that is installed."""
    return [import_module(name).register for name in PARTS if find_spec(name) is not None]


def run() -> None:
    """Entry point of the `roam` command."""
    for register in parts():
        register(app)
    app()


if __name__ == "__main__":
    run()
