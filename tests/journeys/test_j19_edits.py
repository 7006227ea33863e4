"""J19, the small print: however operators save, what is served is what the files say last, and nobody else notices."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from channels.deployment.editions import revision_of
from channels.revisions.history import standing_in
from sandbox.up import Stack
from starting import DATABASE
from tests.client import FrontEnd
from tests.console.visitor import Visitor
from tests.journeys.test_j19_sixth_city import CITIES, ROOT, config, crowd_at, log, save, slugs, until

BILLS = """query B($cities: [CityId!]!, $before: Date) {
  me { bills(cities: $cities, filter: {dueBefore: $before}) {
    nodes { id source { fromCache } } coverage { city { slug } outcome code } } } }"""
YEARS = count(2040)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project's cities, with patience: a request may be held while files change."""
    folder = tmp_path_factory.mktemp("edits") / "cities"
    shutil.copytree(ROOT / "cities", folder)
    for name, old, new in (
        ("roam.yaml", "fanout_budget: 8s", "fanout_budget: 60s"),
        ("deyang/channel.yaml", "total: 3s", "total: 50s"),
    ):
        text = (folder / name).read_text("utf-8")
        assert old in text
        (folder / name).write_text(text.replace(old, new), "utf-8")
    return folder


@pytest.fixture(scope="module")
def stack(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with Stack.start(root, tmp_path_factory.mktemp("home")) as running:
        yield running


@pytest.fixture
def file(root: Path) -> Iterator[Callable[[str], Path]]:
    """A file below the root, put back after the test as it was before."""
    kept: dict[Path, bytes] = {}

    def named(name: str) -> Path:
        kept[root / name] = (root / name).read_bytes()
        return root / name

    yield named
    for path, raw in kept.items():
        path.write_bytes(raw)


def followed(stack: Stack, slug: str) -> bool:
    """Whether a city is served as its files stand."""
    active = standing_in(stack.places.state / DATABASE).active[slug]
    return (active.revision, active.source) == (revision_of(stack.places.root / slug), "files")


def refused(stack: Stack, name: str) -> str:
    """What stands against the files of a city, or a file of the gateway; empty where nothing does."""
    found = standing_in(stack.places.state / DATABASE).rejected.get(name)
    return found.en if found and found.standing else ""


def outcome(front: FrontEnd, city: str) -> tuple[str, str | None]:
    """What came of asking one city for something never asked before, so that no cache answers."""
    row = front.ask(BILLS, cities=[city], before=f"{next(YEARS)}-01-01").data["me"]["bills"]["coverage"][0]
    return row["outcome"], row["code"]


@dataclass
class Held:
    """A door to a city that opens when it is told to: what comes through it is passed on unchanged, both ways.

    `knocked`: somebody stands before it.
    """

    port: int
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    knocked: asyncio.Event = field(default_factory=asyncio.Event)
    ways: list[asyncio.StreamWriter] = field(default_factory=list)

    async def pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.ways.append(writer)
        first = await reader.read(65_536)
        if not first:  # a probe only knocks
            writer.close()
            return
        self.knocked.set()
        await self.gate.wait()
        there, back = await asyncio.open_connection("127.0.0.1", self.port)
        self.ways.append(back)
        back.write(first)
        await asyncio.gather(piped(reader, back), piped(there, writer))

    async def shut(self) -> None:
        """Hang up: the gateway would keep its connection for the next request."""
        for way in self.ways:
            way.close()
            await way.wait_closed()


async def piped(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65_536):
        writer.write(data)
    writer.close()


@asynccontextmanager
async def held_before(stack: Stack, slug: str) -> AsyncIterator[Held]:
    """The city behind a door that is shut; the gateway's own way to it again afterwards."""
    overlay, port = stack.places.overlays / f"{slug}.yaml", stack.ports.cities[slug].port
    usual, held, front = overlay.read_text("utf-8"), Held(port), FrontEnd(stack.gateway_url)
    server = await asyncio.start_server(held.pass_on, "127.0.0.1")
    before = await asyncio.to_thread(config, front)
    overlay.write_text(usual.replace(f":{port}", f":{server.sockets[0].getsockname()[1]}"), "utf-8")
    await until(lambda: config(front) != before)
    try:
        yield held
    finally:
        held.gate.set()
        last = await asyncio.to_thread(config, front)
        overlay.write_text(usual, "utf-8")
        await until(lambda: config(front) != last)
        server.close()
        await held.shut()


async def test_a_request_under_way_finishes_on_what_it_began_with(
    stack: Stack, file: Callable[[str], Path], root: Path
) -> None:
    """The city is retired by an edit while it works on the answer: who asked before that gets it, who asks after does not."""
    channel = file("deyang/channel.yaml")
    deng = FrontEnd(stack.gateway_url, await asyncio.to_thread(stack.token, "deng"))
    async with held_before(stack, "deyang") as held:
        before = await asyncio.to_thread(config, deng)
        asked = {"cities": ["DEYANG"], "before": f"{next(YEARS)}-01-01"}
        under_way = asyncio.create_task(asyncio.to_thread(lambda: deng.ask(BILLS, **asked)))
        await held.knocked.wait()
        save(channel, channel.read_text("utf-8").replace("status: LIVE", "status: PAUSED", 1))
        await until(lambda: config(deng) != before)
        assert await asyncio.to_thread(outcome, deng, "DEYANG") == ("DENIED", "CHANNEL_PAUSED")
        held.gate.set()
        answer = await under_way
        assert answer.extensions["roam"]["config"] == before
        assert [row["outcome"] for row in answer.whole()["me"]["bills"]["coverage"]] == ["OK"]
        save(channel, channel.read_text("utf-8").replace("status: PAUSED", "status: LIVE", 1))
        await until(lambda: followed(stack, "deyang"))


async def test_quick_saves_end_with_the_last_one(stack: Stack, file: Callable[[str], Path]) -> None:
    """In place, and by rename, also while the one before is being built; nobody who asks meanwhile notices."""
    channel = file("meishan/channel.yaml")
    text, front = channel.read_text("utf-8"), FrontEnd(stack.gateway_url)
    async with crowd_at(stack) as crowd:
        for number in range(6):
            channel.write_text(f"{text}# in place {number}\n", "utf-8")
            await asyncio.to_thread(front.ask, CITIES)
            save(channel, f"{text}# renamed {number}\n")
            if number % 2:
                await until(lambda: followed(stack, "meishan"))  # a change that comes right after a swap is not lost
        await until(lambda: followed(stack, "meishan") and refused(stack, "meishan") == "")
    assert (crowd.failed, crowd.dropped) == ([], [])


async def test_a_half_written_file_is_refused_until_it_is_whole(stack: Stack, file: Callable[[str], Path]) -> None:
    """A copy over a slow line stands still at its half: the city stays as it was, and nothing stands against it later."""
    channel, front = file("ziyang/channel.yaml"), FrontEnd(stack.gateway_url)
    before = channel.read_text("utf-8")
    whole = f"{before}# once more\n"
    with channel.open("w", encoding="utf-8") as copy:
        # Cut within a flow map: nothing that is complete by accident.
        copy.write(whole[: whole.index("{", len(whole) // 2) + 5])
        copy.flush()
        await until(lambda: "ziyang/channel.yaml:" in refused(stack, "ziyang"))
        assert "ziyang" in slugs(front)
        assert slugs(front)["ziyang"] != "PAUSED"
        copy.write(whole[whole.index("{", len(whole) // 2) + 5 :])
    await until(lambda: followed(stack, "ziyang") and refused(stack, "ziyang") == "")


async def test_an_agreement_is_followed_edited_broken_and_removed(stack: Stack, file: Callable[[str], Path]) -> None:
    """What two cities agreed on opens and closes with its file; one that cannot be read stays as it last was good."""
    name = "agreements/2026-002-deyang-transit.yaml"
    agreement = file(name)
    chen = FrontEnd(stack.gateway_url, await asyncio.to_thread(stack.token, "chen"))
    text = agreement.read_text("utf-8")
    assert outcome(chen, "DEYANG")[0] == "OK"
    save(agreement, text.replace("services: [TRANSIT-CODE, WATER-QUERY, WATER-PAY]", "services: [TRANSIT-CODE]"))
    await until(lambda: outcome(chen, "DEYANG")[0] == "DENIED")
    save(agreement, text)
    await until(lambda: outcome(chen, "DEYANG")[0] == "OK")
    save(agreement, text.replace("provider: deyang", "provider: [deyang"))
    await until(lambda: f"{name}:" in refused(stack, name))
    assert outcome(chen, "DEYANG")[0] == "OK"
    agreement.unlink()
    await until(lambda: outcome(chen, "DEYANG")[0] == "DENIED")
    save(agreement, text)
    await until(lambda: outcome(chen, "DEYANG")[0] == "OK" and refused(stack, name) == "")


async def test_a_secret_changed_alone_is_used_at_once(stack: Stack) -> None:
    """A key is turned without a word in any file of the city; the configuration keeps its name, for it says the same."""
    key = stack.places.secrets / "deyang_app_key"
    deng, usual = FrontEnd(stack.gateway_url, await asyncio.to_thread(stack.token, "deng")), key.read_text("utf-8")
    before = config(deng)
    assert outcome(deng, "DEYANG")[0] == "OK"
    try:
        key.write_text("another one, which the city does not know\n", "utf-8")
        await until(lambda: outcome(deng, "DEYANG")[0] == "FAILED")
    finally:
        key.write_text(usual, "utf-8")
    await until(lambda: outcome(deng, "DEYANG")[0] == "OK")
    assert config(deng) == before


async def test_what_did_not_change_lives_on(stack: Stack, file: Callable[[str], Path]) -> None:
    """Kept pages of other cities, and whoever is signed in with a browser."""
    deng = FrontEnd(stack.gateway_url, await asyncio.to_thread(stack.token, "deng"))
    asked: dict[str, Any] = {"cities": ["CHENGDU"], "before": f"{next(YEARS)}-01-01"}

    def kept() -> set[bool]:
        return {row["source"]["fromCache"] for row in deng.ask(BILLS, **asked).whole()["me"]["bills"]["nodes"]}

    async with Visitor(stack.gateway_url) as visitor:
        await visitor.sign_in("operator")
        assert kept() == {False}
        channel, before = file("meishan/channel.yaml"), config(deng)
        save(channel, f"{channel.read_text('utf-8')}# edited\n")
        await until(lambda: config(deng) != before)
        assert kept() == {True}
        status, page = await visitor.get("/console/cities/meishan")
        assert status == 200
        assert revision_of(channel.parent)[:7] in page


async def test_what_does_not_compose_is_told_on_the_console_and_costs_its_city_alone(
    stack: Stack, file: Callable[[str], Path]
) -> None:
    """The file is right by itself; only beside the rest of the graph it is not.  Then the place of the name is told."""
    contribution, front = file("deyang/contribute.graphql"), FrontEnd(stack.gateway_url)
    text, before = contribution.read_text("utf-8"), config(front)
    lines = text.count("\n")
    save(contribution, f"{text}type DeyangBox @public {{ bill: Bill }}\n")
    told = f"deyang/contribute.graphql:{lines + 1}:32: error ROAM-358"
    await until(lambda: told in refused(stack, "deyang"))
    assert "`Bill` has parts that the gateway fills in" in refused(stack, "deyang")
    assert told in log(stack)
    other = file("ziyang/channel.yaml")
    save(other, f"{other.read_text('utf-8')}# edited meanwhile\n")
    await until(lambda: followed(stack, "ziyang") and config(front) != before)
    names = front.ask('{ __type(name: "DeyangBox") { name } }').whole()
    assert names == {"__type": None}
    async with Visitor(stack.gateway_url, "en") as visitor:
        await visitor.sign_in("operator")
        status, page = await visitor.get("/console/cities/deyang")
        assert status == 200
        assert f"deyang/contribute.graphql:{lines + 1}:32" in page
    save(contribution, text)
    await until(lambda: refused(stack, "deyang") == "")
