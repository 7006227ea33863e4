"""`roam journal`: requests whose outcome nobody knows, and settling one by a person's word.

The gateway asks the cities by itself, as long as they can be asked. What is left here is for a person: someone calls the city,
learns whether the request was carried out, and says so with a reason. The word is kept beside the journal.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from rich.console import Console
from rich.table import Table

from roaming.journal import MIGRATIONS
from roaming.unsettled import BY_HAND, DONE, NOT_DONE, Open, Unsettled
from storage import Database, StorageError

DATABASE = "gateway.sqlite"
DEFAULT_STATE = ".sandbox/state"
LONGEST_REASON = 500
T = TypeVar("T")

journal = typer.Typer(name="journal", help="Requests whose outcome is unknown. 结果不明的请求。", no_args_is_help=True)
State = Annotated[Path | None, typer.Option(help="The gateway's state folder; default: ROAM_STATE.")]


def register(app: typer.Typer) -> None:
    """Adds the commands to the `roam` application."""
    app.add_typer(journal)


@journal.command("list")
def listed(state: State = None, settled: Annotated[bool, typer.Option(help="What people settled.")] = False) -> None:
    """Show what is not settled. 列出尚未核实的请求。"""
    table = Table(box=None, pad_edge=False)
    if settled:
        for column in ("number", "mutation", "city", "decision", "by", "at", "reason"):
            table.add_column(column, no_wrap=column == "number")
        for each in opened(state, lambda held: held.settlements()):
            at = each.at.isoformat(timespec="seconds")
            table.add_row(each.number, each.mutation, each.city, each.decision, each.settler, at, each.reason)
    else:
        for column in ("number", "mutation", "city", "since", "asked", "next"):
            table.add_column(column, no_wrap=True)
        for entry in opened(state, lambda held: held.listed()):
            table.add_row(entry.number, entry.mutation, entry.city, since(entry), str(entry.tries), following(entry))
    Console(width=200).print(table if table.row_count else "nothing 无")


@journal.command("settle")
def settle(
    number: Annotated[str, typer.Argument(help="As `roam journal list` shows it.")],
    decision: Annotated[str, typer.Argument(help="done: it was carried out; not-done: it was not, the key is free.")],
    reason: Annotated[str, typer.Option(help="What you found out, and from whom. No personal data.")],
    by: Annotated[str, typer.Option(help="Who settles it.")],
    state: State = None,
) -> None:
    """Say what became of one request. 核实一个请求的结果。"""
    known = {"done": DONE, "not-done": NOT_DONE}.get(decision)
    if known is None or not 0 < len(reason.strip()) <= LONGEST_REASON or not by.strip():
        typer.echo(f"say done or not-done, with a reason of 1 to {LONGEST_REASON} characters and who you are", err=True)
        raise typer.Exit(2)
    found = opened(
        state,
        lambda held: held.by_hand(
            number,
            decision=known,
            reason=reason.strip(),
            settler=by.strip(),
            result={BY_HAND: True},
            at=datetime.now(UTC),
        ),
    )
    if found is None:
        typer.echo(f"no request {number!r} is open; see: roam journal list", err=True)
        raise typer.Exit(1)
    typer.echo(f"{found.mutation} {found.city} {number}: {known}")


def opened(state: Path | None, ask: Callable[[Unsettled], Awaitable[T]]) -> T:
    """Ask the store of a state folder; one clear line where that cannot be."""
    path = (state or Path(os.environ.get("ROAM_STATE", DEFAULT_STATE))) / DATABASE

    async def asked() -> T:
        async with await Database.open(path, (MIGRATIONS,)) as database:
            return await ask(Unsettled(database, "operator"))

    if not path.is_file():
        typer.echo(f"{path}: no such file; name the gateway's state folder with --state or ROAM_STATE", err=True)
        raise typer.Exit(2)
    try:
        return asyncio.run(asked())
    except StorageError as fault:
        typer.echo(str(fault), err=True)
        raise typer.Exit(2) from None


def since(entry: Open) -> str:
    return (entry.sent_at or entry.at).isoformat(timespec="seconds")


def following(entry: Open) -> str:
    """When the city is asked again; nobody asks what has no `outcome:`."""
    return entry.due[:19] if entry.due else "a person 需人工"
