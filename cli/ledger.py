"""`roam ledger`: whether the record of calls between cities is whole, and what it says of a period."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import date, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

if TYPE_CHECKING:
    from channels.declared.agreements import Agreement

STATE = Path(".sandbox/state")
FORMATS = ("text", "csv", "json", "svg")
State = Annotated[Path, typer.Option(envvar="ROAM_STATE", help="The folder of the SQLite files.")]
Root = Annotated[Path, typer.Option(envvar="ROAM_ROOT", help="The folder with roam.yaml and one folder per city.")]


def register(app: typer.Typer) -> None:
    """Adds the commands to the `roam` application."""
    ledger = typer.Typer(help="The usage ledger: check it, count it. 跨城调用账簿:核验与统计。", no_args_is_help=True)
    ledger.command("verify")(verify_command)
    ledger.command("report")(report_command)
    app.add_typer(ledger, name="ledger")


def verify_command(
    state: State = STATE,
    head: Annotated[str, typer.Option(help="A head noted earlier: it must still be in the chain.")] = "",
    count: Annotated[int, typer.Option(help="The number of the record that had this head.", min=-1)] = -1,
) -> None:
    """Read every record again and name what was changed, removed or moved.  Exit: 0 whole, 1 not, 2 nothing to check."""
    from roaming.ledger_store import FILE
    from roaming.ledger_verify import Anchor, told, verify
    from storage import StorageError

    if count >= 0 and not head:
        fail("--count belongs to a --head", 2)
    try:
        verdict = verify(state / FILE, Anchor(head.lower(), count if count >= 0 else None) if head else None)
    except StorageError as fault:
        fail(str(fault), 2)
    for finding in verdict.findings:
        typer.echo(f"ledger: {finding}", err=True)
    if more := verdict.wrong - len(verdict.findings):
        typer.echo(f"ledger: and {more} more", err=True)
    wholeness = "the chain is whole" if verdict.whole else "NOT WHOLE"
    typer.echo(f"ledger: {verdict.count} records, {wholeness}")
    if verdict.head_at:
        typer.echo(f"head {verdict.head}, record {verdict.count}, {told(verdict.head_at)}")
    if not consents_whole(state / "gateway.sqlite") or not verdict.whole:
        raise typer.Exit(1)


def consents_whole(path: Path) -> bool:
    """Check the record of consents beside the ledger, where there is one, and tell."""
    if not path.is_file():
        return True
    import asyncio

    from roaming.consent_log import MIGRATIONS, verify_consents
    from storage import Database, StorageError

    async def checked() -> tuple[int, str | None]:
        async with await Database.open(path, (MIGRATIONS,)) as database:
            found = await verify_consents(database)
        return found.events, None if found.intact else f"event {found.number or 0}: {found.problem}"

    try:
        count, problem = asyncio.run(checked())
    except StorageError as fault:
        count, problem = 0, str(fault)
    if problem:
        typer.echo(f"consents: {problem}", err=True)
    typer.echo(f"consents: {count} events, {'NOT WHOLE' if problem else 'the chain is whole'}")
    return problem is None


def report_command(
    period: Annotated[str, typer.Option(help="2026, 2026-Q4, 2026-11, 2026-11-30, or FIRST..LAST (days of UTC+8).")],
    state: State = STATE,
    root: Root = Path("cities"),
    format: Annotated[str, typer.Option(help="text, csv, json or svg.")] = "text",  # noqa: A002 - the option's name
    out: Annotated[Path | None, typer.Option(help="Write to this file.")] = None,
) -> None:
    """Usage between each pair of cities: calls, outcomes, citizens, speed, fees.  Exit: 0; 2: it cannot be made."""
    from roaming.ledger_picture import picture
    from roaming.ledger_report import BadPeriod, report
    from roaming.ledger_report import period as read_period
    from roaming.ledger_store import FILE
    from roaming.ledger_tables import as_csv, as_json, as_text
    from storage import StorageError

    writers = {"text": as_text, "csv": as_csv, "json": as_json, "svg": picture}
    if format not in writers:
        fail(f"{format!r} is no format; there are {', '.join(FORMATS)}", 2)
    try:
        span = read_period(period)
        told = writers[format](report(state / FILE, span, zone(), agreements_of(root, span.last)))
        write(told, out)
    except (BadPeriod, StorageError) as fault:
        fail(str(fault), 2)
    except OSError as fault:
        fail(f"{out}: {fault.strerror}", 2)


def zone() -> tzinfo:
    """Of the days of a period."""
    from zoneinfo import ZoneInfo

    return ZoneInfo("Asia/Shanghai")


def agreements_of(root: Path, at: date) -> Sequence[Agreement]:
    """The agreements in the files, for their fees; none, and it is told, where they cannot be read."""
    from channels.deployment.snapshot import load

    loaded = load(root, environment="sandbox", at=at)
    if loaded.snapshot is None:
        typer.echo(f"{root}: no usable channel files, so no fees are reckoned", err=True)
        return ()
    return loaded.snapshot.agreements


def write(text: str, out: Path | None) -> None:
    """To the file, or to standard output.  Raises OSError."""
    if out is None:
        sys.stdout.write(text)
    else:
        out.write_text(text, "utf-8")


def fail(message: str, status: int) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(status)
