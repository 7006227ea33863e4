"""`roam journal`: what nobody knows is shown, and settled by a person's word with a reason that is kept."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from cli.journal import DATABASE, register
from roaming import First, Journal, Replay
from roaming.journal import MIGRATIONS
from roaming.unsettled import BY_HAND
from storage import Database

NOW = datetime.now(UTC)
app = typer.Typer()
register(app)
app.callback()(lambda: None)


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """A store with one request that was sent and never answered."""

    async def lose() -> None:
        async with await Database.open(tmp_path / DATABASE, (MIGRATIONS,)) as database:
            journal = Journal(database)
            await journal.begin("me", "key", "d", at=NOW, mutation="launch", number="n1")
            await journal.send("me", "n1", city="leshan", request="sealed", at=NOW, lease=timedelta(seconds=1))
            await journal.lose("me", "key", due=NOW)

    asyncio.run(lose())
    return tmp_path


def said(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["journal", *arguments])
    return result.exit_code, result.output


def entry(state: Path) -> object:
    async def begun() -> object:
        async with await Database.open(state / DATABASE, (MIGRATIONS,)) as database:
            return await Journal(database).begin("me", "key", "d", at=NOW)

    return asyncio.run(begun())


def test_what_is_open_is_listed(state: Path) -> None:
    status, text = said("list", "--state", str(state))
    assert status == 0
    assert "n1" in text
    assert "leshan" in text


@pytest.mark.parametrize(("decision", "then"), [("done", Replay({BY_HAND: True})), ("not-done", First())])
def test_a_person_settles_it_and_the_reason_is_kept(state: Path, decision: str, then: object) -> None:
    status, _ = said("settle", "n1", decision, "--reason", "called Leshan", "--by", "ops", "--state", str(state))
    assert status == 0
    assert "n1" not in said("list", "--state", str(state))[1]
    assert "called Leshan" in said("list", "--settled", "--state", str(state))[1]
    assert entry(state) == then


@pytest.mark.parametrize(
    ("arguments", "status", "part"),
    [
        (("settle", "n2", "done", "--reason", "r", "--by", "b"), 1, "no request 'n2' is open"),
        (("settle", "n1", "maybe", "--reason", "r", "--by", "b"), 2, "done or not-done"),
        (("settle", "n1", "done", "--reason", " ", "--by", "b"), 2, "a reason of 1 to"),
    ],
)
def test_a_word_that_says_nothing_settles_nothing(
    state: Path, arguments: tuple[str, ...], status: int, part: str
) -> None:
    code, text = said(*arguments, "--state", str(state))
    assert (code, part in text) == (status, True)


def test_a_folder_without_a_store_is_told(tmp_path: Path) -> None:
    code, text = said("list", "--state", str(tmp_path))
    assert (code, "no such file" in text) == (2, True)
