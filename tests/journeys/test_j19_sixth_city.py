"""J19: a sixth city joins, breaks, is mended and rolled back while the gateway serves: nobody is dropped, no request fails."""

import asyncio
import json
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from sandbox.up import Stack
from tests.client import FrontEnd

ROOT = Path(__file__).resolve().parents[2]
LESHAN = ROOT / "docs" / "examples" / "leshan"
SUBSCRIPTIONS = 20
SECONDS = 30
CITIES = "{ cities { slug status } }"
BILLS = "query B($cities: [CityId!]!) { me { bills(cities: $cities) { nodes { id } coverage { city { slug } outcome code } } } }"
AVAILABILITY = "subscription A { channelAvailability(cities: [CHENGDU, DEYANG]) { slug availability } }"


@dataclass
class Crowd:
    """Citizens who ask all the time, and those who are subscribed: what went wrong for any of them."""

    asked: int = 0
    failed: list[Any] = field(default_factory=list)
    dropped: list[Any] = field(default_factory=list)


async def keep_asking(session: aiohttp.ClientSession, url: str, token: str, crowd: Crowd) -> None:
    headers = {"authorization": f"Bearer {token}"}
    variables = {"cities": ["CHENGDU", "MEISHAN"]}
    while True:
        async with session.post(url, json={"query": BILLS, "variables": variables}, headers=headers) as response:
            told = await response.json()
        crowd.asked += 1
        if response.status != 200 or "errors" in told:
            crowd.failed.append(told)


async def stay_subscribed(url: str, crowd: Crowd, ready: asyncio.Semaphore) -> None:
    async with connect(url.replace("http", "ws", 1), subprotocols=[Subprotocol("graphql-transport-ws")]) as socket:
        await socket.send(json.dumps({"type": "connection_init"}))
        await socket.recv()
        await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": {"query": AVAILABILITY}}))
        await socket.recv()
        ready.release()
        try:
            async for text in socket:
                message = json.loads(text)
                if message["type"] not in ("next", "ping") or "errors" in message.get("payload", {}):
                    crowd.dropped.append(message)
        except Exception as fault:
            crowd.dropped.append(fault)
            raise
        crowd.dropped.append("closed")


@asynccontextmanager
async def crowd_at(stack: Stack) -> AsyncIterator[Crowd]:
    """Twenty subscriptions and two citizens who never stop asking."""
    crowd, ready, url = Crowd(), asyncio.Semaphore(0), f"{stack.gateway_url}/graphql"
    token = stack.token("mei")
    async with aiohttp.ClientSession() as session, asyncio.TaskGroup() as group:
        tasks = [group.create_task(stay_subscribed(url, crowd, ready)) for _ in range(SUBSCRIPTIONS)]
        for _ in tasks:
            await ready.acquire()
        tasks += [group.create_task(keep_asking(session, url, token, crowd)) for _ in range(2)]
        yield crowd
        for task in tasks:
            task.cancel()


async def until(true: Callable[[], bool]) -> None:
    """Wait for what must come; asks again and again, as an operator would."""
    async with asyncio.timeout(SECONDS):
        while not await asyncio.to_thread(true):
            pass


@pytest.fixture
def root(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "cities", tmp_path / "cities")
    return tmp_path / "cities"


@pytest.fixture
def stack(root: Path, tmp_path: Path) -> Iterator[Stack]:
    with Stack.start(root, tmp_path / "home") as running:
        yield running


def slugs(front: FrontEnd) -> dict[str, str]:
    return {city["slug"]: city["status"] for city in front.ask(CITIES).whole()["cities"]}


def config(front: FrontEnd) -> str:
    return str(front.ask(CITIES).extensions["roam"]["config"])


def log(stack: Stack) -> str:
    return (stack.places.logs / "gateway.log").read_text("utf-8")


def roam(stack: Stack, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command as an operator types it, beside the running gateway."""
    places = stack.places
    environment = {**os.environ, "ROAM_STATE": str(places.state), "ROAM_ROOT": str(places.root), "LANG": "C.UTF-8"}
    command = [sys.executable, "-m", "cli.main", *arguments]
    return subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)


def save(file: Path, text: str) -> None:
    """As editors save: a new file in the place of the old."""
    draft = file.with_name(f".{file.name}.swp")
    draft.write_text(text, "utf-8")
    draft.replace(file)


async def test_a_city_joins_breaks_is_mended_and_rolled_back_while_everybody_goes_on(stack: Stack, root: Path) -> None:
    """What one city's operator does costs nobody else a request, nor a subscription."""
    nobody, channel = FrontEnd(stack.gateway_url), root / "leshan" / "channel.yaml"
    async with crowd_at(stack) as crowd:
        await asyncio.to_thread(shutil.copytree, LESHAN, root / "leshan")
        await until(lambda: "leshan" in slugs(nobody))
        first, good = config(nobody), channel.read_text("utf-8")

        save(channel, good.replace("    timeout:", "    timeouts:", 1))
        await until(lambda: "leshan/channel.yaml:" in log(stack))
        assert slugs(nobody)["leshan"] == "PILOT"
        assert config(nobody) == first

        save(channel, f"{good}# mended\n")
        await until(lambda: config(nobody) != first)
        mended = config(nobody)

        done = await asyncio.to_thread(roam, stack, "city", "rollback", "leshan", "--reason", "the old one was better")
        assert done.returncode == 0, done.stderr
        await until(lambda: config(nobody) != mended)
        # The very files of before; the number tells that it is a later moment.
        assert config(nobody).partition("·")[2] == first.partition("·")[2]
        assert int(config(nobody)[4:].partition("·")[0]) > int(mended[4:].partition("·")[0])
        asked = crowd.asked
        await until(lambda: crowd.asked > asked)
    assert crowd.asked > 0
    assert crowd.failed == []
    assert crowd.dropped == []
    told = roam(stack, "city", "history", "leshan").stdout
    assert "the old one was better" in told
    assert "rejected" in told


def started_again(stack: Stack) -> Stack:
    """The same sandbox, after all its processes ended."""
    stack.stop()
    return Stack.start(stack.places.root, stack.places.home)


async def test_a_broken_file_serves_its_last_good_version_also_after_a_restart(stack: Stack, root: Path) -> None:
    """A night's crash must not turn an unnoticed mistake into a city that is gone; what does not compose is one, too."""
    channel, contribution = root / "deyang" / "channel.yaml", root / "ziyang" / "contribute.graphql"
    save(channel, "{ this is: [not yaml\n")
    await until(lambda: "deyang/channel.yaml:1:" in log(stack))
    text = contribution.read_text("utf-8")
    save(contribution, f"{text}type ZiyangBox @public {{ bill: Bill }}\n")
    unfit = f"ziyang/contribute.graphql:{text.count(chr(10)) + 1}:32: error ROAM-358"
    await until(lambda: unfit in log(stack))
    for started in (lambda: stack, lambda: started_again(stack)):
        with await asyncio.to_thread(started) as running:
            assert unfit in log(running)
            assert "`Bill` has parts that the gateway fills in" in log(running)
            told = FrontEnd(running.gateway_url).ask('{ city(id: ZIYANG) { slug } __type(name: "ZiyangBox") { name } }')
            assert told.whole() == {"city": {"slug": "ziyang"}, "__type": None}
            front = FrontEnd(running.gateway_url, running.token("deng"))
            answer = front.ask(BILLS, cities=["DEYANG", "CHENGDU"])
            coverage = answer.whole()["me"]["bills"]["coverage"]
            assert [(row["city"]["slug"], row["outcome"]) for row in coverage] == [("deyang", "OK"), ("chengdu", "OK")]
            assert "deyang/channel.yaml:1:" in log(running)


async def test_a_paused_city_is_asked_nothing_and_a_removed_one_is_retired(stack: Stack, root: Path) -> None:
    """Both keep their place in the graph: a query that names them still holds, and says why there is nothing."""
    front = FrontEnd(stack.gateway_url, stack.token("deng"))

    def code(city: str) -> str | None:
        rows = front.ask(BILLS, cities=[city]).data["me"]["bills"]["coverage"]
        return str(rows[0]["code"]) if rows[0]["code"] else None

    assert code("DEYANG") is None
    assert roam(stack, "city", "pause", "deyang", "--reason", "their database moves").returncode == 0
    await until(lambda: code("DEYANG") == "CHANNEL_PAUSED")
    assert roam(stack, "city", "resume", "deyang").returncode == 0
    await until(lambda: code("DEYANG") is None)
    shutil.rmtree(root / "deyang")
    await until(lambda: code("DEYANG") == "CHANNEL_RETIRED")
    assert "deyang" not in slugs(front)
    assert roam(stack, "city", "rollback", "nowhere", "--reason", "x").returncode == 1


async def test_a_pinned_city_stays_until_it_is_let_go(stack: Stack, root: Path) -> None:
    """A pin outlasts every edit; a rollback ends with the next one."""
    front, channel = FrontEnd(stack.gateway_url), root / "meishan" / "channel.yaml"
    before = config(front)
    assert roam(stack, "city", "pin", "meishan", "--reason", "inspection").returncode == 0
    save(channel, channel.read_text("utf-8") + "# edited\n")
    save(root / "ziyang" / "channel.yaml", (root / "ziyang" / "channel.yaml").read_text("utf-8") + "# edited\n")
    await until(lambda: config(front) != before)  # Ziyang's edit is served
    pinned = config(front)
    assert roam(stack, "city", "unpin", "meishan", "--reason", "done").returncode == 0
    await until(lambda: config(front) != pinned)


async def test_the_sandbox_starts_the_server_of_a_city_that_joins(stack: Stack, root: Path) -> None:
    """Whoever follows the documents sees the new city's bills, and not only its name."""
    shutil.copytree(LESHAN, root / "leshan")
    assert stack.newcomers() == ("leshan",)
    await asyncio.to_thread(stack.join, "leshan")
    assert stack.newcomers() == ()
    local = FrontEnd(stack.gateway_url, stack.token("test-many@leshan"))

    def answered() -> bool:
        answer = local.ask(BILLS, cities=["LESHAN"])
        return not answer.errors and answer.data["me"]["bills"]["coverage"][0]["outcome"] == "OK"

    await until(answered)
