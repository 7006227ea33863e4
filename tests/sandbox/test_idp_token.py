"""`roam token`: the real flow from the command line, and one clear line when it cannot."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from cli.token import SignInError, default_issuer, register, sign_in
from sandbox.idp.serving import serving
from tests.identity.conftest import AUDIENCE, read


async def test_a_token_comes_by_the_real_flow(tmp_path: Path) -> None:
    async with serving(tmp_path, AUDIENCE) as site:
        assert {"sub": "deng", "client_id": "roam-cli", "acr": "loa3"}.items() <= read(
            await sign_in(site.door.url, "deng")
        ).items()
        assert read(await sign_in(site.door.url, "test-zhang@deyang", "loa1"))["acr"] == "loa1"


async def test_an_unknown_persona_lists_the_known_ones(tmp_path: Path) -> None:
    async with serving(tmp_path, AUDIENCE) as site:
        with pytest.raises(SignInError, match=r"no persona 'den' \(did you mean deng\?\); known: chen, deng, mei"):
            await sign_in(site.door.url, "den")


async def test_a_level_out_of_reach_is_told(tmp_path: Path) -> None:
    async with serving(tmp_path, AUDIENCE) as site:
        with pytest.raises(SignInError, match="reaches loa3 at most"):
            await sign_in(site.door.url, "deng", "loa4")


async def test_a_provider_that_is_down_is_told(tmp_path: Path) -> None:
    async with serving(tmp_path, AUDIENCE) as site:
        url = site.door.url
    with pytest.raises(SignInError, match=f"{url} does not answer; start it with `roam up`"):
        await sign_in(url, "deng")


def test_the_command_exits_with_one_line(tmp_path: Path) -> None:
    app = typer.Typer()
    app.callback()(lambda: None)
    register(app)
    result = CliRunner().invoke(app, ["token", "deng", "--issuer", "http://127.0.0.1:1"])
    assert result.exit_code == 1
    assert result.stdout == ""
    assert len(result.stderr.splitlines()) == 1


def test_the_issuer_follows_the_settings() -> None:
    assert default_issuer({}) == "http://127.0.0.1:8100"
    assert default_issuer({"ROAM_SANDBOX_PORT": "9100"}) == "http://127.0.0.1:9100"
    assert default_issuer({"ROAM_ISSUER": "https://idp.example", "ROAM_SANDBOX_PORT": "1"}) == "https://idp.example"


async def test_the_process_starts_says_where_and_stops(tmp_path: Path) -> None:
    arguments = ["-m", "sandbox.idp", "--port", "0", "--state", str(tmp_path), "--audience", AUDIENCE]
    process = await asyncio.create_subprocess_exec(
        sys.executable, *arguments, stdout=asyncio.subprocess.PIPE, env={"PATH": os.environ["PATH"]}
    )
    assert process.stdout is not None
    async with asyncio.timeout(30):
        line = (await process.stdout.readline()).decode()
        assert read(await sign_in(line.split()[1], "mei"))["home_city"] == "511400"
        process.send_signal(signal.SIGTERM)
        assert await process.wait() == 0
