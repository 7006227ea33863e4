"""The `roam` command.  Each module of this package adds its own part with `register(app)`."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import NoReturn

import typer

# One line for each part.  A part is a module with `register(app: typer.Typer) -> None`.
PARTS = (
    "cli.city",
    "cli.rollback",
    "cli.new_city",
    "cli.import_catalogue",
    "cli.diff_city",
    "cli.schema_files",
    "cli.report",
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
    "cli.try_city",
)

# Commands that are typed often and need one part alone: loading the others would take longer than their work.
QUICK: Mapping[tuple[str, ...], str] = {
    ("city", "check"): "cli.city",
    ("city", "list"): "cli.city",
    **{("city", name): "cli.rollback" for name in ("history", "pause", "pin", "resume", "rollback", "unpin")},
    ("city", "try"): "cli.try_city",
    ("explain",): "cli.explain",
    ("fmt",): "cli.fmt",
    ("secrets",): "cli.secrets",
}

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


def needed(words: Sequence[str]) -> list[Callable[[typer.Typer], None]]:
    """The parts that the words on the command line need: one of QUICK, or all."""
    quick = quick_part(words)
    return parts() if quick is None else [import_module(quick).register]


def quick_part(words: Sequence[str]) -> str | None:
    """The one part that these words need; None where it takes all."""
    return next((part for command, part in QUICK.items() if tuple(words[: len(command)]) == command), None)


def run() -> None:
    """Entry point of the `roam` command."""
    # Most commands end before there is anything to collect; a sixth of `city check`.
    gc.set_threshold(200_000, 50, 1_000)
    words = sys.argv[1:]
    for register in needed(words):
        register(app)
    try:
        app()
    except SystemExit as done:
        if quick_part(words) is not None and isinstance(done.code, int):
            leave(done.code)
        raise


def leave(code: int) -> NoReturn:
    """End the process as it is: to take it apart first is a quarter of `city check`.  Nothing is open by now."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    run()
