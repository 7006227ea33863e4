"""One SQLite file: transactions are whole, waiting is bounded, every error names the file."""

import asyncio
import sqlite3
import threading
from pathlib import Path

import pytest

from storage import (
    Database,
    Migrations,
    StorageConflict,
    StorageError,
    StorageMigrationError,
    StorageUnusable,
)

NOTES = Migrations("notes", ("CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT;",))


async def test_a_transaction_is_whole_or_nothing(tmp_path: Path) -> None:
    async with await Database.open(tmp_path / "deep" / "x.sqlite", [NOTES]) as database:

        async def fail_halfway() -> None:
            async with database.transaction() as transaction:
                await transaction.execute("INSERT INTO notes (text) VALUES (?)", ("a",))
                assert await database.rows("SELECT * FROM notes") == ()
                raise RuntimeError

        with pytest.raises(RuntimeError):
            await fail_halfway()
        async with database.transaction() as transaction:
            assert await transaction.execute("INSERT INTO notes (text) VALUES (?)", ("b",)) == 1
            assert await transaction.row("SELECT text FROM notes") == {"text": "b"}
        assert await database.rows("SELECT * FROM notes") == ({"id": 1, "text": "b"},)
        assert await database.row("SELECT * FROM notes WHERE id = :id", {"id": 2}) is None


async def test_writers_take_turns(tmp_path: Path) -> None:
    """Two hundred read-then-write steps at once, and no step lost."""
    async with await Database.open(tmp_path / "x.sqlite", [NOTES]) as database:

        async def add() -> None:
            async with database.transaction() as transaction:
                row = await transaction.row("SELECT count(*) AS n FROM notes")
                assert row is not None
                await transaction.execute("INSERT INTO notes (text) VALUES (?)", (str(row["n"]),))

        async with asyncio.TaskGroup() as group:
            for _ in range(200):
                group.create_task(add())
        assert await database.row("SELECT count(*) AS n FROM notes") == {"n": 200}


async def test_a_cancelled_request_leaves_nothing_behind(tmp_path: Path) -> None:
    async with await Database.open(tmp_path / "x.sqlite", [NOTES]) as database:
        inside = asyncio.Event()

        async def hang() -> None:
            async with database.transaction() as transaction:
                await transaction.execute("INSERT INTO notes (text) VALUES ('half')")
                inside.set()
                await asyncio.Event().wait()

        task = asyncio.create_task(hang())
        await inside.wait()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        async with database.transaction() as transaction:
            assert await transaction.rows("SELECT * FROM notes") == ()


async def test_a_cancelled_read_holds_nobody_to_an_old_view(tmp_path: Path) -> None:
    """A request may go away at any step of a read, and its traceback may live on: later reads see what was written since."""
    async with await Database.open(tmp_path / "x.sqlite", [NOTES]) as database:
        gone: list[BaseException] = []
        for number in range(120):
            async with database.transaction() as transaction:
                await transaction.execute("INSERT INTO notes (text) VALUES (?)", (str(number),))
            assert await database.row("SELECT count(*) AS n FROM notes") == {"n": number + 1}
            reading = asyncio.ensure_future(database.row("SELECT * FROM notes"))
            for _ in range(number % 12):
                await asyncio.wait({reading}, timeout=0)
            reading.cancel()
            try:
                await reading
            except asyncio.CancelledError as cancelled:
                gone.append(cancelled)
        assert gone


async def test_the_settings_hold(tmp_path: Path) -> None:
    async with await Database.open(tmp_path / "x.sqlite") as database:
        for pragma, value in (("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1)):
            assert await database.row(f"PRAGMA {pragma}") == {pragma: value}
        assert await database.row("PRAGMA busy_timeout") == {"timeout": 5000}


async def test_a_broken_rule_is_a_conflict_and_reads_cannot_write(tmp_path: Path) -> None:
    path = tmp_path / "x.sqlite"
    async with await Database.open(path, [NOTES]) as database:
        async with database.transaction() as transaction:
            await transaction.execute("INSERT INTO notes (text) VALUES ('a')")
        with pytest.raises(StorageConflict, match=r"x\.sqlite"):
            async with database.transaction() as transaction:
                await transaction.execute("INSERT INTO notes (text) VALUES ('a')")
        with pytest.raises(StorageUnusable, match="readonly"):
            await database.row("DELETE FROM notes")


async def test_too_many_rows_are_an_error_not_a_memory(tmp_path: Path) -> None:
    series = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n"
    async with await Database.open(tmp_path / "x.sqlite") as database:
        assert len(await database.rows(f"{series} LIMIT 10000")) == 10_000
        with pytest.raises(StorageError, match="LIMIT"):
            await database.rows(series)


async def test_a_closed_store_says_so(tmp_path: Path) -> None:
    database = await Database.open(tmp_path / "x.sqlite")
    await database.aclose()
    await database.aclose()
    with pytest.raises(StorageUnusable, match=r"x\.sqlite"):
        await database.row("SELECT 1")


async def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    path = tmp_path / "x.sqlite"
    path.write_text("this is a letter, not a database" * 100)
    with pytest.raises(StorageUnusable, match=r"x\.sqlite.*not a database"):
        await Database.open(path, [NOTES])


async def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageUnusable, match="file/x"):
        await Database.open(tmp_path / "file" / "x.sqlite")


async def test_migrations_apply_once_each_and_in_order(tmp_path: Path) -> None:
    path = tmp_path / "x.sqlite"
    second = "ALTER TABLE notes ADD COLUMN mark TEXT;\nUPDATE notes SET mark = 'x; y';"
    async with await Database.open(path, [NOTES]) as database, database.transaction() as transaction:
        await transaction.execute("INSERT INTO notes (text) VALUES ('a')")
    for _ in range(2):
        async with await Database.open(path, [Migrations("notes", (*NOTES.texts, second))]) as database:
            assert await database.row("SELECT mark FROM notes") == {"mark": "x; y"}


async def test_two_processes_may_start_at_once(tmp_path: Path) -> None:
    opened = await asyncio.gather(*(Database.open(tmp_path / "x.sqlite", [NOTES]) for _ in range(6)))
    for database in opened:
        await database.aclose()


async def test_an_edited_or_unknown_migration_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.sqlite"
    await (await Database.open(path, [NOTES])).aclose()
    with pytest.raises(StorageMigrationError, match="migration 1 of notes was edited"):
        await Database.open(path, [Migrations("notes", ("CREATE TABLE other (x);",))])
    with pytest.raises(StorageMigrationError, match="newer version"):
        await Database.open(path, [Migrations("notes", ())])


async def test_a_failing_migration_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "x.sqlite"
    with pytest.raises(StorageUnusable, match=r"x\.sqlite"):
        await Database.open(path, [Migrations("notes", ("CREATE TABLE a (x);\nCREATE TABEL b (x);",))])
    with sqlite3.connect(path) as connection:
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master")]
    connection.close()
    assert "a" not in names


async def test_a_store_that_cannot_be_opened_leaves_no_thread(tmp_path: Path) -> None:
    """A thread that is still there would speak to a loop that may have ended."""
    (tmp_path / "x.sqlite").mkdir()
    before = threading.active_count()
    with pytest.raises(StorageError):
        await Database.open(tmp_path / "x.sqlite")
    assert [each.name for each in threading.enumerate() if "_connection_worker" in each.name] == []
    assert threading.active_count() <= before + 1  # the one that waited for it
