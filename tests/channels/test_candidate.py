"""What is served when files do not hold: the last good of them, and who is charged."""

import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from channels.declared.secrets import Secrets
from channels.deployment.editions import Editions
from channels.deployment.snapshot import Channel
from channels.revisions.candidate import Candidate, Ground, activations, settled
from channels.revisions.history import (
    MIGRATIONS,
    Action,
    Source,
    act,
    activated,
    mended,
    numbered,
    rejected,
    standing_in,
)
from resolvers.operators.controls import Controls, NotPossible
from resolvers.serving.activation import begun
from resolvers.serving.reloading import keep
from storage import Database

ROOT = Path(__file__).resolve().parents[2]
AT, DAY = datetime(2026, 11, 22, 9, tzinfo=UTC), date(2026, 11, 22)
STORE = "gateway.sqlite"


@dataclass
class Room:
    """A copy of the project's cities, and a history beside it."""

    root: Path
    state: Path
    database: Database
    bare: dict[str, Channel] = field(default_factory=dict)

    @property
    def ground(self) -> Ground:
        names = [line.partition("=")[0] for line in (self.root / "secrets.sandbox").read_text("utf-8").splitlines()]
        secrets = Secrets(dict.fromkeys(names, "x" * 40))
        return Ground(self.root, "sandbox", secrets, None, Editions(self.state / "history"))

    @property
    def controls(self) -> Controls:
        return Controls(self.database, self.root)

    async def served(self, unfit: dict[str, str] | None = None, at: datetime = AT) -> Candidate:
        """One round, recorded."""
        standing = standing_in(self.state / STORE)
        found = settled(self.ground, standing, day=DAY, at=at, known=self.bare, unfit=unfit or {})
        self.bare = dict(found.bare)
        keep(self.ground, found, standing)
        await activated(self.database, found.chosen, AT)
        await rejected(self.database, found.rejected)
        await mended(self.database, tuple(standing.rejected.keys() - found.rejected.keys()), AT)
        return found

    def edit(self, name: str, old: str, new: str) -> None:
        file = self.root / name
        text = file.read_text("utf-8")
        assert old in text
        file.write_text(text.replace(old, new, 1), "utf-8")


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Room]:
    shutil.copytree(ROOT / "cities", tmp_path / "cities")
    async with await Database.open(tmp_path / STORE, (MIGRATIONS,)) as database:
        yield Room(tmp_path / "cities", tmp_path, database)


def source(found: Candidate, name: str) -> Source:
    return found.chosen[name][1]


def status(found: Candidate, slug: str) -> tuple[str, bool]:
    assert found.loaded.snapshot is not None
    channel = found.loaded.snapshot.channels[slug]
    return channel.status, channel.available


async def test_unchanged_cities_are_used_again_as_they_are(room: Room) -> None:
    """A reload costs what changed, and an unchanged city keeps its lines and its pages."""
    first = await room.served()
    room.edit("deyang/channel.yaml", 'roam: "1"', 'roam: "1" # edited')
    second = await room.served()
    assert second.bare["chengdu"] is first.bare["chengdu"]
    assert second.bare["deyang"] is not first.bare["deyang"]
    assert second.chosen["deyang"][0] != first.chosen["deyang"][0]


async def test_a_broken_city_is_served_as_it_last_was_good(room: Room) -> None:
    """The rejection has the place, the line and the caret, in both languages."""
    good = await room.served()
    room.edit("deyang/channel.yaml", "    timeout:", "    timeouts:")
    found = await room.served()
    assert found.chosen["deyang"] == (good.chosen["deyang"][0], "kept")
    assert status(found, "deyang") == ("LIVE", True)
    told = found.rejected["deyang"]
    assert "deyang/channel.yaml:" in told.en
    assert "^^^" in told.en
    assert "错误" in told.zh
    room.edit("deyang/channel.yaml", "    timeouts:", "    timeout:")
    assert source(await room.served(), "deyang") == "files"
    assert not standing_in(room.state / STORE).rejected["deyang"].standing


async def test_an_edit_that_is_refused_again_keeps_its_moment(room: Room) -> None:
    """Every round looks at all the files; when somebody made the mistake must not move with them."""
    await room.served()
    room.edit("deyang/channel.yaml", "    timeout:", "    timeouts:")
    first = await room.served()
    room.edit("chengdu/channel.yaml", 'roam: "1"', 'roam: "1" # edited')
    again = await room.served(at=AT + timedelta(minutes=5))
    assert again.rejected["deyang"] == first.rejected["deyang"]
    room.edit("deyang/channel.yaml", "    timeouts:", "    timeoutss:")
    assert (await room.served(at=AT + timedelta(minutes=9))).rejected["deyang"].at == AT + timedelta(minutes=9)


async def test_a_city_broken_at_the_very_first_start_keeps_its_place(room: Room) -> None:
    """There is nothing to put back; its clients' queries must not break all the same, then or later."""
    (room.root / "deyang" / "channel.yaml").write_text("{ no", "utf-8")
    assert status(await room.served(), "deyang") == ("PAUSED", False)
    assert status(await room.served(), "deyang") == ("PAUSED", False)


async def test_a_new_city_that_takes_anothers_code_costs_nobody_anything(room: Room) -> None:
    """The check finds the error in the city that comes later in the alphabet; the one that changed is charged."""
    await room.served()
    shutil.copytree(room.root / "deyang", room.root / "aba")
    room.edit("aba/channel.yaml", "id: deyang", "id: aba")
    found = await room.served()
    assert found.loaded.snapshot is not None
    assert "aba" not in found.loaded.snapshot.channels
    assert status(found, "deyang") == ("LIVE", True)
    assert "aba" in found.rejected


@pytest.mark.parametrize("text", ["{", 'roam: "1"\nservices: []\n'], ids=["broken", "emptied"])
async def test_a_register_that_costs_cities_is_put_back(room: Room, text: str) -> None:
    """Whoever edits services.yaml is told; no city goes dark for it."""
    await room.served()
    (room.root / "services.yaml").write_text(text, "utf-8")
    found = await room.served()
    assert source(found, "services.yaml") == "kept"
    assert status(found, "chengdu") == ("LIVE", True)


async def test_a_broken_or_missing_gateway_file_is_put_back(room: Room) -> None:
    """Also at a restart: nothing but the files and the history is needed."""
    await room.served()
    (room.root / "roam.yaml").unlink()
    found = await room.served()
    assert found.loaded.snapshot is not None
    assert source(found, "roam.yaml") == "kept"


async def test_a_broken_agreement_is_put_back_and_a_removed_one_is_gone(room: Room) -> None:
    """What two cities signed is not guessed at; what was taken away is not kept."""
    await room.served()
    name = "agreements/2026-002-deyang-transit.yaml"
    (room.root / name).write_text("id: [", "utf-8")
    found = await room.served()
    assert source(found, name) == "kept"
    assert found.loaded.snapshot is not None
    assert "2026-002" in [each.id for each in found.loaded.snapshot.agreements]
    (room.root / name).unlink()
    found = await room.served()
    assert found.loaded.snapshot is not None
    assert "2026-002" not in [each.id for each in found.loaded.snapshot.agreements]


async def test_a_removed_folder_retires_its_city_and_an_emptied_one_does_not(room: Room) -> None:
    """A folder without a channel is an accident; without a folder, somebody meant it."""
    await room.served()
    (room.root / "deyang" / "channel.yaml").rename(room.root / "deyang" / "channel.bak")
    assert status(await room.served(), "deyang") == ("LIVE", True)
    shutil.rmtree(room.root / "deyang")
    assert status(await room.served(), "deyang") == ("RETIRED", True)


async def test_what_does_not_compose_is_charged_to_its_city(room: Room) -> None:
    """The composer says why; the place is the city's own contribution."""
    await room.served()
    room.edit("deyang/channel.yaml", 'roam: "1"', 'roam: "1" # edited')
    found = await room.served(unfit={"deyang": "Type Bill is another one"})
    assert source(found, "deyang") == "kept"
    assert "contribute.graphql:1:1: error ROAM-358" in found.rejected["deyang"].en
    found = await room.served(unfit={"deyang": "INVALID_GRAPHQL: [deyang] 'DeyangShuttle.line' is another one"})
    told = found.rejected["deyang"].en
    assert "contribute.graphql:11:22: error ROAM-358" in told
    assert "^^^^" in told


async def test_a_start_composes_what_was_edited_while_nothing_ran(room: Room) -> None:
    """Else what never composed would be taken for good, and be put back in place of what was."""
    await room.served()
    contribution = room.root / "deyang" / "contribute.graphql"
    text = contribution.read_text("utf-8")
    contribution.write_text(f"{text}type DeyangBox @public {{ bill: Bill }}\n", "utf-8")
    found = begun(room.ground, standing_in(room.state / STORE), AT)
    assert source(found, "deyang") == "kept"
    assert f"contribute.graphql:{text.count(chr(10)) + 1}:32: error ROAM-358" in found.rejected["deyang"].en
    await rejected(room.database, found.rejected)
    again = begun(room.ground, standing_in(room.state / STORE), AT)
    assert again.rejected["deyang"].en == found.rejected["deyang"].en
    contribution.write_text(text, "utf-8")
    assert source(begun(room.ground, standing_in(room.state / STORE), AT), "deyang") == "files"


async def test_what_does_not_compose_at_the_very_first_start_is_a_rejected_edit_like_every_other(room: Room) -> None:
    """Not a line in the log alone: the console shows it, the city keeps its place, and the others serve."""
    contribution = room.root / "deyang" / "contribute.graphql"
    text = contribution.read_text("utf-8")
    contribution.write_text(f"{text}type DeyangBox @public {{ bill: Bill }}\n", "utf-8")
    standing = standing_in(room.state / STORE)
    found = begun(room.ground, standing, AT)
    told = activations(found, standing, AT)["deyang"].last_rejected
    assert told is not None
    assert told.standing
    assert f"contribute.graphql:{text.count(chr(10)) + 1}:32: error ROAM-358" in told.en
    assert "错误 ROAM-358" in told.zh
    assert status(found, "deyang") == ("LIVE", False)
    assert status(found, "ziyang") == ("LIVE", True)


async def test_a_secret_that_changes_costs_the_cities_that_name_it_a_new_line_and_no_other(room: Room) -> None:
    """A key is turned in a folder of files; the files of the city say what they said."""
    folder = room.state / "secrets"
    folder.mkdir()
    text = (room.root / "roam.yaml").read_text("utf-8")
    (room.root / "roam.yaml").write_text(text.replace("file:/run/secrets", f"file:{folder}"), "utf-8")
    names = [line.partition("=")[0] for line in (room.root / "secrets.sandbox").read_text("utf-8").splitlines()]
    held = {name: "x" * 40 for name in names if name != "DEYANG_APP_KEY"}
    ground = replace(room.ground, secrets=Secrets(held))
    (folder / "deyang_app_key").write_text("one\n", "utf-8")
    first = settled(ground, standing_in(room.state / STORE), day=DAY, at=AT)
    (folder / "deyang_app_key").write_text("two\n", "utf-8")
    second = settled(ground, standing_in(room.state / STORE), day=DAY, at=AT, known=first.bare)
    assert second.bare["deyang"] is not first.bare["deyang"]
    assert second.bare["chengdu"] is first.bare["chengdu"]
    assert first.loaded.snapshot is not None
    assert second.loaded.snapshot is not None
    assert first.loaded.snapshot.version == second.loaded.snapshot.version
    snapshots = first.loaded.snapshot, second.loaded.snapshot
    assert [each.secrets.find("DEYANG_APP_KEY") for each in snapshots] == ["one", "two"]


async def test_a_rollback_holds_until_the_files_change(room: Room) -> None:
    """Back to the version before; an edit ends it, a save without a change does not."""
    first = await room.served()
    room.edit("deyang/channel.yaml", 'roam: "1"', 'roam: "1" # second')
    await room.served()
    revision = await room.controls.rollback("deyang", by="li", reason="wrong amounts", at=AT)
    assert revision == first.chosen["deyang"][0]
    found = await room.served()
    assert found.chosen["deyang"] == (revision, "rollback")
    told = activations(found, standing_in(room.state / STORE), AT)["deyang"]
    assert (told.revision, told.source, told.pinned) == (revision, "rollback", False)
    room.edit("deyang/channel.yaml", "# second", "# third")
    assert source(await room.served(), "deyang") == "files"


async def test_a_pin_outlasts_edits_and_a_pause_lies_over_everything(room: Room) -> None:
    """Each is told with who, when and why."""
    await room.served()
    await room.controls.pin("deyang", by="li", reason="inspection", at=AT)
    await room.controls.pause("deyang", by="wang", reason="they move", at=AT)
    room.edit("deyang/channel.yaml", 'roam: "1"', 'roam: "1" # second')
    found = await room.served()
    assert source(found, "deyang") == "pin"
    assert status(found, "deyang") == ("PAUSED", True)
    told = activations(found, standing_in(room.state / STORE), AT)["deyang"]
    assert told.paused is not None
    assert (told.pinned, told.paused.reason, told.paused.by) == (True, "they move", "wang")
    await room.controls.unpin("deyang", by="li", reason="done", at=AT)
    await room.controls.resume("deyang", by="wang", reason="moved", at=AT)
    found = await room.served()
    assert (source(found, "deyang"), status(found, "deyang")) == ("files", ("LIVE", True))


@pytest.mark.parametrize(
    ("slug", "to", "told"),
    [
        ("nowhere", None, "no city nowhere"),
        ("services.yaml", None, "no city services.yaml"),
        ("deyang", None, "no earlier revision"),
        ("deyang", "ffff", "no revision ffff"),
        ("deyang", "", "no earlier revision"),
    ],
)
async def test_what_cannot_be_rolled_back_is_said(room: Room, slug: str, to: str | None, told: str) -> None:
    """And nothing is written down."""
    await room.served()
    with pytest.raises(NotPossible, match=told):
        await room.controls.rollback(slug, to, by="li", reason="x", at=AT)
    assert standing_in(room.state / STORE).actions == 0


@pytest.mark.parametrize("action", ["unpin", "resume"])
async def test_what_does_not_stand_cannot_be_ended(room: Room, action: Action) -> None:
    """An operator who means another city should hear of it."""
    await room.served()
    work = {"unpin": room.controls.unpin, "resume": room.controls.resume}[action]
    with pytest.raises(NotPossible):
        await work("deyang", by="li", reason="x", at=AT)


async def test_an_action_needs_a_reason(room: Room) -> None:
    """Who asks later why a city stood still must find an answer."""
    await room.served()
    with pytest.raises(NotPossible, match="reason"):
        await room.controls.pause("deyang", by="li", reason="  ", at=AT)


async def test_numbers_of_configurations_grow_and_stay_over_restarts(room: Room) -> None:
    """The same files have the same number for every worker; what comes back is a later moment."""
    assert [await numbered(room.database, digest, AT) for digest in ("a", "a", "b", "a")] == [1, 1, 2, 3]


async def test_the_history_keeps_as_many_versions_as_it_is_told(room: Room) -> None:
    """And always the one that serves."""
    editions = room.ground.editions
    await room.served()
    for number in range(4):
        room.edit("deyang/channel.yaml", 'roam: "1"', f'roam: "1" # {number}\n#')
        await room.served()
    assert len(editions.revisions("deyang")) == 5
    last = (await room.served()).chosen["deyang"][0]
    editions.trim("deyang", 2, {last})
    assert last in editions.revisions("deyang")
    assert len(editions.revisions("deyang")) <= 3


async def test_what_operators_did_cannot_be_changed(room: Room) -> None:
    """Rows are added, never changed."""
    await act(room.database, "deyang", "pause", revision="", files="", reason="x", who="li", at=AT)
    with pytest.raises(Exception, match="appended"):
        async with room.database.transaction() as transaction:
            await transaction.execute("DELETE FROM city_actions")


async def test_an_agreement_that_comes_to_its_end_is_no_rejected_edit(room: Room) -> None:
    """The day did it: the check asks people to tend it, and what is served tells citizens that it has ended."""
    await room.served()
    room.edit("agreements/2026-006-ziyang-water.yaml", "until: 2029-06-30", "until: 2026-11-21")
    found = await room.served()
    assert dict(found.rejected) == {}
    snapshot = found.loaded.snapshot
    assert snapshot is not None
    assert "2026-006" in [each.id for each in snapshot.agreements]
    assert [item.code for item in found.loaded.diagnostics if item.severity == "error"] == ["ROAM-316"]
