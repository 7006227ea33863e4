"""A city as a process: its start, its end, and what it says when it cannot start."""

import asyncio
import os
import signal
import socket
import sys
import time
from pathlib import Path

import aiohttp
import pytest

from sandbox.serve import serving
from tests.sandbox.callers import SECRETS, Clock, Deyang, pairwise

ROOT = Path(__file__).parents[2]


async def start(secrets: Path, *arguments: str) -> asyncio.subprocess.Process:
    environ = {**os.environ, "ROAM_SECRETS_DIR": str(secrets)}
    command = (sys.executable, "-m", "sandbox.serve", *arguments)
    pipe = asyncio.subprocess.PIPE
    return await asyncio.create_subprocess_exec(*command, cwd=ROOT, env=environ, stdout=pipe, stderr=pipe)


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    folder = tmp_path / "secrets"
    folder.mkdir()
    for name, value in SECRETS.items():
        (folder / name.lower()).write_text(value + "\n", encoding="utf-8")
    return folder


async def test_sigterm_stops_a_city_at_once_while_a_call_hangs(tmp_path: Path, secrets: Path) -> None:
    city = await start(secrets, "deyang", "--port", "0", "--control", "0", "--state", str(tmp_path))
    assert city.stdout is not None
    base, control = (await city.stdout.readline()).decode().split()[1::2]
    async with aiohttp.ClientSession() as session:
        async with session.put(control + "/fault", json={"fault": "hang"}) as response:
            assert response.status == 200
        hanging = asyncio.create_task(session.get(base + "/api/v1/shuttle/lines"))
        while not (await (await session.get(control + "/calls")).json())["calls"]:  # noqa: ASYNC110  # each turn asks the city
            await asyncio.sleep(0)
        before = time.monotonic()
        city.send_signal(signal.SIGTERM)
        assert await city.wait() == 0
        assert time.monotonic() - before < 2
        with pytest.raises(aiohttp.ClientError):
            await hanging
    assert (await city.communicate())[1] == b""


async def test_a_port_in_use_a_missing_secret_and_an_unknown_city_are_one_line(tmp_path: Path, secrets: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        (tmp_path / "none").mkdir()
        tries = (
            (secrets, ("deyang", "--port", port, "--control", "0"), f"port {port}"),
            (tmp_path / "none", ("deyang", "--port", "0"), "DEYANG_APP_ID is missing"),
            (secrets, ("atlantis",), "no sandbox city"),
        )
        for folder, arguments, said in tries:
            city = await start(folder, *arguments, "--state", str(tmp_path))
            _, text = await city.communicate()
            assert city.returncode == 1
            assert said in text.decode()
            assert text.count(b"\n") == 1


async def test_state_outlives_the_server(tmp_path: Path, clock: Clock, session: aiohttp.ClientSession) -> None:
    """A paid bill stays paid, an issued nonce stays used, whatever restarts."""
    who = pairwise("510600", "test-zhang.510600")
    ask = {
        "userId": who,
        "billNo": "DY202610-1",
        "amount": "38.60",
        "returnUrl": "https://g.example",
        "outTradeNo": "K",
    }
    async with serving("deyang", tmp_path, SECRETS, clock=clock) as site:
        await Deyang(session, site.base_url, clock).data("POST", "/api/v2/bill/pay/order", ask)
    clock.forward(3)
    async with serving("deyang", tmp_path, SECRETS, clock=clock) as site:
        again = await Deyang(session, site.base_url, clock).call(
            "POST", "/api/v2/bill/pay/order", {**ask, "outTradeNo": "L"}
        )
        assert again["code"] == 46001
