"""Numbered changes of the tables of one owner, applied once each.

A text that has been applied is never edited: a later one corrects it. A file that holds an edited or unknown
migration is refused, because guessing at a schema loses data.
"""

import hashlib
import sqlite3
from dataclasses import dataclass
from pathlib import Path

import aiosqlite

from storage.errors import StorageMigrationError

_JOURNAL = """
CREATE TABLE IF NOT EXISTS migrations (
    owner  TEXT NOT NULL,
    number INTEGER NOT NULL,
    digest TEXT NOT NULL,
    PRIMARY KEY (owner, number)
) STRICT, WITHOUT ROWID
"""


@dataclass(frozen=True, slots=True)
class Migrations:
    """The texts of one owner; each is one or more SQL statements, numbered from 1 by its place."""

    owner: str
    texts: tuple[str, ...]


async def migrate(connection: aiosqlite.Connection, path: Path, declared: tuple[Migrations, ...]) -> None:
    """Applies what is missing, each text in a transaction of its own. Raises StorageMigrationError."""
    owners = [migrations.owner for migrations in declared]
    if len(owners) != len(set(owners)):
        raise StorageMigrationError(f"{path}: two sets of migrations share an owner: {', '.join(sorted(owners))}")
    await connection.execute(_JOURNAL)
    for migrations in declared:
        for number, text in enumerate(migrations.texts, start=1):
            await _apply_once(connection, path, migrations.owner, number, text)
        await _refuse_newer(connection, path, migrations)


async def _apply_once(connection: aiosqlite.Connection, path: Path, owner: str, number: int, text: str) -> None:
    digest = hashlib.sha256(text.encode()).hexdigest()
    await connection.execute("BEGIN IMMEDIATE")  # so that of two processes starting at once only one applies it
    try:
        query = "SELECT digest FROM migrations WHERE owner = ? AND number = ?"
        async with connection.execute(query, (owner, number)) as cursor:
            row = await cursor.fetchone()
        if row is None:
            for statement in _statements(text, path):
                await connection.execute(statement)
            await connection.execute("INSERT INTO migrations VALUES (?, ?, ?)", (owner, number, digest))
        elif row[0] != digest:
            raise StorageMigrationError(f"{path}: migration {number} of {owner} was edited after it had been applied")
        await connection.commit()
    except BaseException:
        await connection.rollback()
        raise


async def _refuse_newer(connection: aiosqlite.Connection, path: Path, migrations: Migrations) -> None:
    query = "SELECT max(number) FROM migrations WHERE owner = ?"
    async with connection.execute(query, (migrations.owner,)) as cursor:
        row = await cursor.fetchone()
    newest, known = (row[0] or 0) if row else 0, len(migrations.texts)
    if newest > known:
        what = f"holds migration {newest} of {migrations.owner}, this version knows {known}"
        raise StorageMigrationError(f"{path}: {what}; it was written by a newer version")


def _statements(text: str, path: Path) -> list[str]:
    """`executescript` would commit our transaction, so the text is split by SQLite's own rule."""
    found, pending = [], ""
    for line in text.splitlines(keepends=True):
        pending += line
        if sqlite3.complete_statement(pending):
            found.append(pending)
            pending = ""
    if pending.strip():
        raise StorageMigrationError(f"{path}: a migration text does not end with a semicolon")
    return found
