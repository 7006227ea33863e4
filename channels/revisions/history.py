"""What was activated when, what was refused and why, and what operators did about it: tables of the gateway's own store.

Nothing in `city_actions` and `city_activations` is ever changed or deleted. A name is a city's slug, or the name of one of the
gateway's own files (`services.yaml`), which have a dot. Every worker, the `roam` command and the console read the same.
The files themselves are kept by `deployment/editions`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Literal, TypeAlias

from storage import Database, Migrations, Watched

Source: TypeAlias = Literal["files", "rollback", "pin", "kept", "retired"]
Action: TypeAlias = Literal["rollback", "pin", "unpin", "pause", "resume", "follow"]

MIGRATIONS = Migrations(
    "history",
    (
        """
        CREATE TABLE city_activations (
            number   INTEGER PRIMARY KEY,
            name     TEXT NOT NULL,
            revision TEXT NOT NULL,
            source   TEXT NOT NULL CHECK (source IN ('files', 'rollback', 'pin', 'kept', 'retired')),
            at       TEXT NOT NULL
        ) STRICT;
        CREATE INDEX city_activations_of ON city_activations (name, number);
        CREATE TABLE city_actions (
            number   INTEGER PRIMARY KEY,
            name     TEXT NOT NULL,
            action   TEXT NOT NULL CHECK (action IN ('rollback', 'pin', 'unpin', 'pause', 'resume', 'follow')),
            revision TEXT NOT NULL,
            files    TEXT NOT NULL,
            reason   TEXT NOT NULL,
            who      TEXT NOT NULL,
            at       TEXT NOT NULL
        ) STRICT;
        CREATE INDEX city_actions_of ON city_actions (name, number);
        CREATE TABLE city_rejections (
            number    INTEGER PRIMARY KEY,
            name      TEXT NOT NULL,
            revision  TEXT NOT NULL,
            zh        TEXT NOT NULL,
            en        TEXT NOT NULL,
            at        TEXT NOT NULL,
            mended_at TEXT
        ) STRICT;
        CREATE INDEX city_rejections_of ON city_rejections (name, number);
        CREATE TABLE config_versions (
            number INTEGER PRIMARY KEY,
            digest TEXT NOT NULL,
            at     TEXT NOT NULL
        ) STRICT;
        CREATE TRIGGER city_actions_stand BEFORE UPDATE ON city_actions
        BEGIN SELECT RAISE(ABORT, 'what operators did is appended, never changed'); END;
        CREATE TRIGGER city_actions_stay BEFORE DELETE ON city_actions
        BEGIN SELECT RAISE(ABORT, 'what operators did is appended, never deleted'); END;
        """,
    ),
)
LAST = "SELECT * FROM {table} WHERE number IN (SELECT max(number) FROM {table} {which} GROUP BY name) ORDER BY number"
RECENT = 100  # entries of one city that `roam city history` tells


@dataclass(frozen=True, slots=True)
class Pause:
    """Why a city is asked nothing for now, by whom and since when."""

    reason: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Hold:
    """A revision that is served whatever the files say.  `pinned`: until it is let go; else until the files, which were
    `files` then, change."""

    revision: str
    files: str
    pinned: bool
    reason: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Rejection:
    """An edit that was not taken: `zh`, `en` tell place, line and caret.  `standing`: nothing newer was taken since."""

    revision: str
    zh: str
    en: str
    at: datetime
    standing: bool


@dataclass(frozen=True, slots=True)
class Activation:
    """One city, or one of the gateway's own files, as it is served.

    `source`: `files`; `rollback` or `pin`; `kept`: the last good one, for what the files say now was refused; `retired`: its
    folder is gone.  `revision` is empty for what was never good.
    """

    slug: str
    revision: str
    activated_at: datetime
    source: Source
    pinned: bool = False
    paused: Pause | None = None
    last_rejected: Rejection | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """What the store says now.  `actions`: the number of the last action, by which a worker sees that there is a new one."""

    active: Mapping[str, Activation] = field(default_factory=lambda: MappingProxyType({}))
    holds: Mapping[str, Hold] = field(default_factory=lambda: MappingProxyType({}))
    pauses: Mapping[str, Pause] = field(default_factory=lambda: MappingProxyType({}))
    rejected: Mapping[str, Rejection] = field(default_factory=lambda: MappingProxyType({}))
    actions: int = 0


def standing_in(file: Path) -> Standing:
    """What a store says that need not be open; nothing where there is none.  Raises: StorageError."""
    if not file.is_file():
        return Standing()
    with Watched(file) as watched:
        if not watched.rows("SELECT name FROM sqlite_master WHERE type = 'table' AND name = 'city_actions'"):
            return Standing()
        holding = "WHERE action IN ('rollback', 'pin', 'unpin', 'follow')"
        pausing = "WHERE action IN ('pause', 'resume')"
        holds = {_text(row, "name"): _hold(row) for row in watched.rows(_last("city_actions", holding))}
        pauses = {_text(row, "name"): _pause(row) for row in watched.rows(_last("city_actions", pausing))}
        rejected = {_text(row, "name"): _rejection(row) for row in watched.rows(_last("city_rejections"))}
        last = watched.rows("SELECT coalesce(max(number), 0) AS number FROM city_actions")[0]["number"]
        return Standing(
            active={_text(row, "name"): _activation(row) for row in watched.rows(_last("city_activations"))},
            holds={name: hold for name, hold in holds.items() if hold},
            pauses={name: pause for name, pause in pauses.items() if pause},
            rejected=rejected,
            actions=int(str(last)),
        )


async def last_action(database: Database) -> int:
    """The number of the last action.  Raises: StorageError."""
    row = await database.row("SELECT coalesce(max(number), 0) AS number FROM city_actions")
    return int(str(row["number"])) if row else 0


async def act(
    database: Database, name: str, action: Action, *, revision: str, files: str, reason: str, who: str, at: datetime
) -> None:
    """Record what an operator did; workers obey within a second.  Raises: StorageError."""
    async with database.transaction() as transaction:
        await transaction.execute(
            "INSERT INTO city_actions (name, action, revision, files, reason, who, at) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (name, action, revision, files, reason, who, at.isoformat()),
        )


async def activated(database: Database, found: Mapping[str, tuple[str, Source]], at: datetime) -> None:
    """Record revision and source by name; what another worker has recorded already is not told twice.  Raises: StorageError."""
    async with database.transaction() as transaction:
        last = {str(r["name"]): (r["revision"], r["source"]) for r in await transaction.rows(_last("city_activations"))}
        for name, (revision, source) in found.items():
            if last.get(name) != (revision, source):
                await transaction.execute(
                    "INSERT INTO city_activations (name, revision, source, at) VALUES (?, ?, ?, ?)",
                    (name, revision, source, at.isoformat()),
                )


async def rejected(database: Database, found: Mapping[str, Rejection]) -> None:
    """Record the edits that are refused now; every other that stood is mended.  Raises: StorageError."""
    at = max((each.at for each in found.values()), default=None)
    async with database.transaction() as transaction:
        last = {str(row["name"]): row for row in await transaction.rows(_last("city_rejections"))}
        for name, each in found.items():
            known = last.get(name)
            if known and (known["revision"], known["en"], known["mended_at"]) == (each.revision, each.en, None):
                continue
            await transaction.execute(
                "INSERT INTO city_rejections (name, revision, zh, en, at) VALUES (?, ?, ?, ?, ?)",
                (name, each.revision, each.zh, each.en, (at or each.at).isoformat()),
            )


async def mended(database: Database, names: tuple[str, ...], at: datetime) -> None:
    """Record that nothing is wrong any more with the files of these names.  Raises: StorageError."""
    async with database.transaction() as transaction:
        for name in names:
            await transaction.execute(
                "UPDATE city_rejections SET mended_at = ? WHERE name = ? AND mended_at IS NULL", (at.isoformat(), name)
            )


async def numbered(database: Database, digest: str, at: datetime) -> int:
    """The number of a configuration: that of the last one where it is the same, else the next.  Raises: StorageError."""
    async with database.transaction() as transaction:
        last = await transaction.row("SELECT number, digest FROM config_versions ORDER BY number DESC LIMIT 1")
        if last and last["digest"] == digest:
            return int(str(last["number"]))
        number = int(str(last["number"])) + 1 if last else 1
        await transaction.execute("INSERT INTO config_versions VALUES (?, ?, ?)", (number, digest, at.isoformat()))
        return number


async def of_city(database: Database, name: str) -> tuple[Mapping[str, object], ...]:
    """Everything recorded of one city, the newest first: `what`, `revision`, `who`, `reason`, `at`.  Raises: StorageError."""
    return await database.rows(
        """
        SELECT * FROM (
            SELECT 'activated ' || source AS what, revision, '' AS who, '' AS reason, at FROM city_activations WHERE name = ?1
            UNION ALL SELECT action, revision, who, reason, at FROM city_actions WHERE name = ?1
            UNION ALL SELECT 'rejected', revision, '', en, at FROM city_rejections WHERE name = ?1
        ) ORDER BY at DESC LIMIT ?2
        """,
        (name, RECENT),
    )


async def served(database: Database, name: str) -> tuple[str, ...]:
    """The revisions that were ever good, each once, that which was taken from the files last, last.  Raises: StorageError."""
    rows = await database.rows(
        "SELECT revision, max(number) AS last FROM city_activations WHERE name = ? AND source = 'files' AND revision <> ''"
        " GROUP BY revision ORDER BY last",
        (name,),
    )
    return tuple(str(row["revision"]) for row in rows)


def _last(table: str, which: str = "") -> str:
    return LAST.format(table=table, which=which)


def _text(row: Mapping[str, object], key: str) -> str:
    return str(row[key])


def _at(row: Mapping[str, object]) -> datetime:
    return datetime.fromisoformat(str(row["at"]))


def _hold(row: Mapping[str, object]) -> Hold | None:
    if row["action"] not in ("rollback", "pin"):
        return None
    revision, files, reason, who = (_text(row, key) for key in ("revision", "files", "reason", "who"))
    return Hold(revision, files, row["action"] == "pin", reason, who, _at(row))


def _pause(row: Mapping[str, object]) -> Pause | None:
    return Pause(_text(row, "reason"), _text(row, "who"), _at(row)) if row["action"] == "pause" else None


def _rejection(row: Mapping[str, object]) -> Rejection:
    return Rejection(_text(row, "revision"), _text(row, "zh"), _text(row, "en"), _at(row), row["mended_at"] is None)


def _activation(row: Mapping[str, object]) -> Activation:
    source: Source = row["source"]  # type: ignore[assignment]  # the table's CHECK holds it
    return Activation(_text(row, "name"), _text(row, "revision"), _at(row), source)


__all__ = [
    "MIGRATIONS",
    "Activation",
    "Hold",
    "Pause",
    "Rejection",
    "Standing",
    "act",
    "activated",
    "last_action",
    "mended",
    "numbered",
    "of_city",
    "rejected",
    "served",
    "standing_in",
]
