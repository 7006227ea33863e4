"""Seeing that files have changed, however an editor saves them."""

import asyncio
import shutil
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from pathlib import Path
from typing import cast

import pytest

from channels.revisions.watching import Fingerprint, changes, fingerprint

SECONDS = 20


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "cities" / "leshan").mkdir(parents=True)
    (tmp_path / "cities" / "leshan" / "channel.yaml").write_text("a", "utf-8")
    return tmp_path / "cities"


def watch(folder: Path, before: Fingerprint) -> AsyncGenerator[Fingerprint, None]:
    return cast("AsyncGenerator[Fingerprint, None]", changes(lambda: [folder], before))


async def seen(found: AsyncIterator[Fingerprint]) -> Fingerprint:
    async with asyncio.timeout(SECONDS):
        return await anext(found)


async def test_a_change_is_told_once_it_stands_still(folder: Path) -> None:
    """Saved in place, put in the place of another, copied in, removed: each is one change."""
    channel = folder / "leshan" / "channel.yaml"
    async with aclosing(watch(folder, fingerprint([folder]))) as found:
        for act in (
            lambda: channel.write_text("longer", "utf-8"),
            lambda: (
                channel.with_suffix(".new").write_text("other", "utf-8")
                and channel.with_suffix(".new").replace(channel)
            ),
            lambda: shutil.copytree(folder / "leshan", folder / "aba"),
            lambda: shutil.rmtree(folder / "aba"),
        ):
            act()
            assert await seen(found) == fingerprint([folder])


async def test_what_changed_before_the_watch_began_is_told(folder: Path) -> None:
    """Between the reading of the files at a start and the first look, an edit must not get lost."""
    before = fingerprint([folder])
    (folder / "leshan" / "channel.yaml").write_text("edited", "utf-8")
    async with aclosing(watch(folder, before)) as found:
        assert await seen(found) == fingerprint([folder])


async def test_a_folder_that_is_named_later_is_looked_at_too(folder: Path, tmp_path: Path) -> None:
    """`roam.yaml` may come to name another folder of secrets."""
    folders, other = [folder], tmp_path / "secrets"
    other.mkdir()
    found = cast("AsyncGenerator[Fingerprint, None]", changes(lambda: folders, fingerprint(folders)))
    async with aclosing(found):
        folders.append(other)
        (other / "a_key").write_text("x", "utf-8")
        assert await seen(found) == fingerprint(folders)


def test_an_editors_own_files_are_no_change(folder: Path) -> None:
    """A swap file is written at every key."""
    before = fingerprint([folder])
    (folder / "leshan" / ".channel.yaml.swp").write_text("x", "utf-8")
    assert fingerprint([folder]) == before
    assert fingerprint([folder / "gone"]) == ()
