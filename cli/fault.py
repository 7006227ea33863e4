"""`roam fault CITY [FAULT]`: switches a sandbox city into a fault, or shows how its switch stands.

Finds the city where `roam up` was last started from this folder, or at ROAM_SANDBOX_PORT.
"""

import difflib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

HOME = Path(".sandbox")


class UnknownCity(Exception):
    """The sandbox has no such city; the message names near ones."""


def register(app: typer.Typer) -> None:
    """Adds the command to the `roam` application."""
    app.command("fault")(fault)


def fault(
    city: Annotated[str, typer.Argument(help="A city's slug.")],
    fault: Annotated[
        str,
        typer.Argument(
            help="none, slow, late, refuse, hang, lost, vanish, 5xx, html, truncated, wrong_type, bad_row, duplicate_row, newcode, no_field, pii, envelope, gbk, clock, wrong_key, bad_token or limited."
        ),
    ] = "",
    operation: Annotated[str, typer.Option(help="Only calls of this operation, e.g. bills.list, or path.")] = "",
    count: Annotated[int, typer.Option(help="How many calls it meets; 0: until switched off.")] = 0,
) -> None:
    """Switch a sandbox city's fault, or show it. 让某座沙箱城市出故障,或查看其状态。"""
    from sandbox import switch

    try:
        control = control_url(city, os.environ, HOME)
        shown = switch.put(control, fault, operation or None, count or None) if fault else switch.show(control)
    except switch.NoAnswer:
        _fail(f"{city} does not answer at {control}; start it with `roam up`")
    except (UnknownCity, switch.SwitchRefused) as error:
        _fail(str(error))
    else:
        typer.echo(f"{city}: {_described(shown)}")


def control_url(city: str, environ: Mapping[str, str], home: Path) -> str:
    """Where a city's fault switch is.  Raises UnknownCity."""
    from sandbox import running
    from sandbox.ports import BASE_PORT, Ports
    from sandbox.table import CITIES

    if city not in CITIES:
        near = difflib.get_close_matches(city, CITIES, n=1)
        raise UnknownCity(
            f"no sandbox city {city!r}{f' (did you mean {near[0]}?)' if near else ''}; known: {', '.join(CITIES)}"
        )
    base = environ.get("ROAM_SANDBOX_PORT", "")
    if not base.isdigit() and city in (noted := running.controls(home)):
        return noted[city]
    return Ports.fixed([city], base=int(base) if base.isdigit() else BASE_PORT).cities[city].control_url


def _described(shown: Mapping[str, Any]) -> str:
    words = [str(shown["fault"])]
    if shown.get("operation"):
        words.append(f"for {shown['operation']}")
    if shown.get("count"):
        words.append(f"{shown['count']} more times")
    return " ".join(words)


def _fail(message: str) -> None:
    typer.echo(message, err=True)
    raise typer.Exit(1)
