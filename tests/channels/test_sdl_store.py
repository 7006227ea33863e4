"""The last good SDL outlives the process that read it, and a broken file costs nothing but itself."""

from pathlib import Path

import pytest

from channels.subgraphs.sdl_store import SdlStore


def test_what_was_kept_is_loaded_again(tmp_path: Path) -> None:
    """A gateway that starts while the city is down serves the fields it knew."""
    SdlStore(tmp_path / "sdl").keep("chengdu", "type City { name: String } # 成都")
    assert SdlStore(tmp_path / "sdl").load("chengdu") == "type City { name: String } # 成都"


def test_a_later_sdl_replaces_the_earlier_and_leaves_no_other_file(tmp_path: Path) -> None:
    """Written whole or not at all: no half file is ever under the name that is read."""
    store = SdlStore(tmp_path)
    store.keep("chengdu", "one")
    store.keep("chengdu", "two")
    assert store.load("chengdu") == "two"
    assert [path.name for path in tmp_path.iterdir()] == ["chengdu.graphql"]


def test_no_file_and_no_text_are_nothing(tmp_path: Path) -> None:
    """The store is a help, never a condition."""
    (tmp_path / "deyang.graphql").write_bytes(b"\xff\xfe")
    (tmp_path / "ziyang.graphql").mkdir()
    store = SdlStore(tmp_path)
    assert [store.load(slug) for slug in ("chengdu", "deyang", "ziyang")] == [None, None, None]


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    """Who asked logs it; the graph goes on."""
    (tmp_path / "sdl").write_text("a file")
    with pytest.raises(FileExistsError):
        SdlStore(tmp_path / "sdl").keep("chengdu", "x")
