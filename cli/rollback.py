"""`roam city rollback | pin | unpin | pause | resume | history`: what operators do to a city while gateways run.

Written down in the gateway's store (ROAM_STATE); every worker obeys within a second.
"""

from __future__ import annotations

import asyncio
import getpass
import json
import os
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, NoReturn, TypeVar

import typer

from channels.measured import rollout_log
from channels.revisions import history as recorded
from channels.text.dates import SHANGHAI
from cli.city import city
from resolvers.operators.controls import Controls, NotPossible
from storage import Database, StorageError

DATABASE = "gateway.sqlite"
NOT_DONE, COULD_NOT_RUN = 1, 3  # 2 is typer's own, for usage
T = TypeVar("T")

City = Annotated[str, typer.Argument(metavar="CITY", help="The city's folder.")]
Reason = Annotated[str, typer.Option("--reason", help="Why, for the record.")]
To = Annotated[
    str | None, typer.Option("--to", metavar="REVISION", help="Which revision; `roam city history` lists them.")
]
Who = Annotated[str, typer.Option("--who", help="Who does this, for the record; by default the account's name.")]
Root = Annotated[Path, typer.Option(envvar="ROAM_ROOT", help="The folder with roam.yaml and one folder per city.")]
State = Annotated[Path, typer.Option(envvar="ROAM_STATE", help="The folder of the gateway's SQLite files.")]
ROOT, STATE = Path("cities"), Path(".sandbox/state")


def register(app: typer.Typer) -> None:
    """The commands are part of `roam city`, and come with it where it is not there yet."""
    if all(group.typer_instance is not city for group in app.registered_groups):
        app.add_typer(city, name="city")


@city.command()
def rollback(name: City, reason: Reason, to: To = None, who: Who = "", root: Root = ROOT, state: State = STATE) -> None:
    """Serve an earlier revision of a city until its files change. 回滚到以前的版本,直到文件再改。  Exit: 0, 1 not possible, 2 usage, 3 could not run."""
    revision = _with(state, root, lambda own: own.rollback(name, to, by=who or _account(), reason=reason, at=_now()))
    typer.echo(f"{name}: rolled back to {revision}, until its files change")


@city.command()
def pin(name: City, reason: Reason, to: To = None, who: Who = "", root: Root = ROOT, state: State = STATE) -> None:
    """Serve one revision of a city whatever its files say, until `unpin`. 固定一个版本。  Exit as for rollback."""
    revision = _with(state, root, lambda own: own.pin(name, to, by=who or _account(), reason=reason, at=_now()))
    typer.echo(f"{name}: pinned to {revision}")


@city.command()
def unpin(name: City, reason: Reason, who: Who = "", root: Root = ROOT, state: State = STATE) -> None:
    """Follow a city's files again, after pin or rollback. 取消固定或回滚,跟随文件。  Exit as for rollback."""
    _with(state, root, lambda own: own.unpin(name, by=who or _account(), reason=reason, at=_now()))
    typer.echo(f"{name}: follows its files")


@city.command()
def pause(name: City, reason: Reason, who: Who = "", root: Root = ROOT, state: State = STATE) -> None:
    """Ask a city nothing until `resume`; its coverage says CHANNEL_PAUSED. 暂停一座城市。  Exit as for rollback."""
    _with(state, root, lambda own: own.pause(name, by=who or _account(), reason=reason, at=_now()))
    typer.echo(f"{name}: paused")


@city.command()
def resume(name: City, reason: Reason = "resumed", who: Who = "", root: Root = ROOT, state: State = STATE) -> None:
    """Ask a paused city again. 恢复一座城市。  Exit as for rollback."""
    _with(state, root, lambda own: own.resume(name, by=who or _account(), reason=reason, at=_now()))
    typer.echo(f"{name}: resumed")


@city.command()
def history(
    name: City,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    root: Root = ROOT,
    state: State = STATE,
) -> None:
    """Tell what was served of a city, what was refused, and what operators did, the newest first. 查看历史。  Exit: 0, 1 unknown, 3."""
    rows = _with(state, root, lambda own: _told(own.database, name))
    if not rows:
        _stop(f"nothing is recorded of {name}", NOT_DONE)
    if as_json:
        typer.echo(json.dumps([dict(row) for row in rows], ensure_ascii=False, indent=2))
        return
    for row in rows:
        typer.echo(_line(row))


async def _told(database: Database, name: str) -> list[Mapping[str, object]]:
    """What is recorded of a city and of its gradual opening, the newest first."""
    acts, runs = (
        await recorded.of_city(database, name),
        await rollout_log.told_of(database, name, recorded.RECENT),
    )
    return sorted([*acts, *runs], key=lambda row: str(row["at"]), reverse=True)[: recorded.RECENT]


def _line(row: Mapping[str, object]) -> str:
    reason = f": {row['reason']}" if row["reason"] else ""
    who = f"  by {row['who']}" if row["who"] else ""
    at = datetime.fromisoformat(str(row["at"])).astimezone(SHANGHAI)  # the console's clock, for whoever has both open
    return f"{at:%Y-%m-%d %H:%M:%S}+08:00  {row['revision'] or '-':<10}  {row['what']}{who}{reason}"


def _with(state: Path, root: Path, work: Callable[[Controls], Awaitable[T]]) -> T:
    if not (state / DATABASE).is_file():
        _stop(f"{state / DATABASE}: no gateway has run here; set ROAM_STATE or --state", COULD_NOT_RUN)
    try:
        return asyncio.run(_done(state, root, work))
    except NotPossible as reason:
        _stop(reason.zh if os.environ.get("LANG", "").startswith("zh") else reason.en, NOT_DONE)
    except StorageError as fault:
        _stop(f"the store cannot be used: {fault}", COULD_NOT_RUN)


async def _done(state: Path, root: Path, work: Callable[[Controls], Awaitable[T]]) -> T:
    async with await Database.open(state / DATABASE, (recorded.MIGRATIONS, rollout_log.MIGRATIONS)) as database:
        return await work(Controls(database, root))


def _now() -> datetime:
    return datetime.now(UTC)


def _account() -> str:
    """The account's name, for the record."""
    with suppress(OSError, KeyError):
        return getpass.getuser()
    return "unknown"


def _stop(text: str, status: int) -> NoReturn:
    typer.echo(f"roam: {text}", err=True)
    raise typer.Exit(status)
