"""`roam agreement`: which agreements stand, and suspending one at once, while gateways run.

Flags put up here are kept in the gateway's store (ROAM_STATE) and obeyed by every worker at its next request. Flags of the
files are taken away in the files.
"""

from __future__ import annotations

import asyncio
import getpass
import json
import os
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, NoReturn
from zoneinfo import ZoneInfo

import typer

from channels.declared.agreements import Agreement, Suspension
from channels.declared.secrets import Secrets
from channels.deployment.snapshot import Snapshot, load
from roaming import state_of
from roaming.suspensions import MIGRATIONS, Raised, resume, standing_in, suspend
from storage import Database, StorageError

DATABASE = "gateway.sqlite"  # app.DATABASE; importing app would start half a gateway for a command of two lines
CHINA = ZoneInfo("Asia/Shanghai")
COULD_NOT_RUN = 3  # 1: there is no such thing; 2 is typer's own, for usage


class By(StrEnum):
    """Whose flag."""

    provider = "provider"
    consumer = "consumer"
    gateway = "gateway"


agreement = typer.Typer(help="Agreements: list, suspend, resume. 漫游协议:列出、暂停、恢复。", no_args_is_help=True)
Root = Annotated[Path, typer.Option(envvar="ROAM_ROOT", help="The folder with roam.yaml and one folder per city.")]
Env = Annotated[str, typer.Option("--env", envvar="ROAM_ENV", help="Which environment's overlays and secrets.")]
State = Annotated[Path, typer.Option(envvar="ROAM_STATE", help="The folder of the gateway's SQLite files.")]
Id = Annotated[str, typer.Argument(help="The agreement's number, such as 2026-001.")]
Whose = Annotated[By, typer.Option("--by", help="Whose flag it is.")]
City = Annotated[str | None, typer.Option(help="Which consumer, with --by consumer.")]
Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"])]
Who = Annotated[str, typer.Option("--who", help="Who does this, for the record; by default the account's name.")]


def register(app: typer.Typer) -> None:
    app.add_typer(agreement, name="agreement")


@agreement.command("suspend")
def suspend_agreement(
    number: Id,
    by: Whose,
    reason: Annotated[str, typer.Option(help="Told to citizens, with the date.")],
    city: City = None,
    since: Day = None,
    until: Day = None,
    who: Who = "",
    root: Root = Path("cities"),
    env: Env = "sandbox",
    state: State = Path(".sandbox/state"),
) -> None:
    """Put a flag up: from the next request on nothing crosses under the agreement.  Exit: 0, 1 unknown, 3 could not run."""
    found = _agreement(_snapshot(root, env), number)
    first = since.date() if since else _today()
    if not reason.strip():
        _usage("--reason is empty; citizens are told it")
    if until and until.date() < first:
        _usage(f"--until {until.date()} is before {first}")
    flag = Suspension(
        by=by.value,
        city=_consumer(found, by, city),
        since=first,
        until=until.date() if until else None,
        reason=reason.strip(),
    )
    _run(_suspend(state, found.id, flag, who or _account()))
    typer.echo(f"{found.id}: suspended by {_whose(flag)} since {first}: {flag.reason}")


@agreement.command("resume")
def resume_agreement(
    number: Id,
    by: Whose,
    reason: Annotated[str, typer.Option(help="Why, for the record.")] = "resumed",
    city: City = None,
    who: Who = "",
    root: Root = Path("cities"),
    env: Env = "sandbox",
    state: State = Path(".sandbox/state"),
) -> None:
    """Take a flag down that was put up by `suspend`.  Exit: 0, 1 it is not up, 3 could not run."""
    found = _agreement(_snapshot(root, env), number)
    flag = Suspension(by=by.value, city=_consumer(found, by, city), since=_today(), reason=reason.strip() or "resumed")
    if not _run(_resume(state, found.id, flag, who or _account())):
        written = [each for each in found.suspensions if (each.by, each.city) == (flag.by, flag.city)]
        where = "it stands in the agreement's file: take it away there" if written else "it is not up"
        _stop(f"{found.id}: no flag of {_whose(flag)} to take down; {where}", 1)
    typer.echo(f"{found.id}: resumed by {_whose(flag)}")


@agreement.command("list")
def list_agreements(
    at: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day; by default today.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    root: Root = Path("cities"),
    env: Env = "sandbox",
    state: State = Path(".sandbox/state"),
) -> None:
    """List the agreements: state, days left, flags of the files and of the store."""
    day, held = at.date() if at else _today(), _snapshot(root, env)
    try:
        raised = standing_in(state / DATABASE)
    except StorageError as fault:
        _stop(f"the store cannot be used: {fault}", COULD_NOT_RUN)
    rows = [_row(each, [r for r in raised if r.agreement == each.id], day) for each in held.agreements]
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for row in rows:
        typer.echo(
            f"{row['id']}  {row['state']:<9} {row['daysLeft']:>5} days  {row['provider']} → {', '.join(row['consumers'])}  {row['title']}"
        )
        for flag in row["flags"]:
            until = f" until {flag['until']}" if flag["until"] else ""
            typer.echo(f"    {flag['by']} since {flag['since']}{until}: {flag['reason']} ({flag['from']})")


def _row(one: Agreement, raised: Sequence[Raised], day: date) -> dict[str, Any]:
    flags = [
        *((flag, "file") for flag in one.suspensions),
        *((r.flag, f"{r.who}, {r.at:%Y-%m-%d %H:%M} UTC") for r in raised),
    ]
    made = one.model_copy(update={"suspended": tuple(flag for flag, _ in flags)})
    return {
        "id": one.id,
        "title": one.title,
        "state": state_of(made, day).value,
        "provider": one.provider,
        "consumers": list(one.consumers),
        "validUntil": one.valid.until.isoformat(),
        "daysLeft": max(one.valid.days_left(day), 0),
        "flags": [
            {
                "by": _whose(flag),
                "since": flag.since.isoformat(),
                "until": flag.until.isoformat() if flag.until else None,
                "reason": flag.reason,
                "up": flag.raised(day),
                "from": origin,
            }
            for flag, origin in flags
        ],
    }


def _whose(flag: Suspension) -> str:
    return f"{flag.by} {flag.city}" if flag.city else flag.by


def _consumer(one: Agreement, by: By, city: str | None) -> str | None:
    """The city of a consumer's flag. Stops: none is named where there are several, or one that is no consumer."""
    if by is not By.consumer:
        if city:
            _usage("--city goes with --by consumer only")
        return None
    if city is None and len(one.consumers) == 1:
        return one.consumers[0]
    if city not in one.consumers:
        _usage(f"--city {city or 'is missing'}: the consumers of {one.id} are {', '.join(one.consumers)}")
    return city


def _snapshot(root: Path, env: str) -> Snapshot:
    loaded = load(root, environment=env, at=_today(), secrets=Secrets.from_environment(os.environ))
    if loaded.snapshot is None:
        _stop(f"{root}: no usable channel files; run roam city check --root {root}", COULD_NOT_RUN)
    return loaded.snapshot


def _agreement(held: Snapshot, number: str) -> Agreement:
    found = next((each for each in held.agreements if each.id == number), None)
    if found is None:
        _stop(f"no agreement {number}; there are {', '.join(each.id for each in held.agreements)}", 1)
    return found


async def _suspend(state: Path, number: str, flag: Suspension, who: str) -> None:
    async with await Database.open(state / DATABASE, (MIGRATIONS,)) as database:
        await suspend(database, number, flag, at=datetime.now(UTC), who=who)


async def _resume(state: Path, number: str, flag: Suspension, who: str) -> bool:
    async with await Database.open(state / DATABASE, (MIGRATIONS,)) as database:
        return await resume(database, number, flag, at=datetime.now(UTC), who=who)


def _run(work: Any) -> Any:
    try:
        return asyncio.run(work)
    except StorageError as fault:
        _stop(f"the store cannot be used: {fault}", COULD_NOT_RUN)


def _today() -> date:
    return datetime.now(CHINA).date()


def _account() -> str:
    """The account's name, for the record."""
    with suppress(OSError, KeyError):
        return getpass.getuser()
    return "unknown"


def _usage(text: str) -> NoReturn:
    _stop(text, 2)


def _stop(text: str, status: int) -> NoReturn:
    typer.echo(text, err=True)
    raise typer.Exit(status)
