"""The fault switches behind the gateway's own address: for pages of this machine, of this gateway, in a sandbox only."""

import json
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest

from edge.switches import Switches, controls_in
from sandbox.switch import show
from sandbox.up import Stack

OURS = {"x-roam-switch": "1"}


@pytest.fixture
def well(stack: Stack) -> Iterator[None]:
    yield
    stack.fault("mianyang", "none")


@pytest.mark.usefixtures("well")
async def test_every_city_is_listed_and_one_is_switched(stack: Stack) -> None:
    url = f"{stack.gateway_url}/sandbox/faults"
    async with aiohttp.ClientSession() as session:
        async with session.get(url) as response:
            told = await response.json()
        assert [city["slug"] for city in told["cities"]] == list(stack.cities)
        assert {"none", "slow", "refuse", "bad_row"} <= set(told["faults"])
        async with session.put(f"{url}/mianyang", json={"fault": "slow", "count": 2}, headers=OURS) as response:
            assert (response.status, await response.json()) == (200, {"fault": "slow", "count": 2})
    assert show(stack.control_url("mianyang")) == {"fault": "slow", "count": 2}


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 403),
        ({**OURS, "origin": "https://evil.example"}, 403),
        ({**OURS, "origin": "null"}, 403),
        ({**OURS, "host": "evil.example:8000"}, 403),
    ],
    ids=["no header of ours", "another site", "a hidden site", "another name for this machine"],
)
async def test_no_other_site_can_switch(stack: Stack, headers: dict[str, str], status: int) -> None:
    """A tester's browser also shows other pages."""
    url = f"{stack.gateway_url}/sandbox/faults/deyang"
    async with aiohttp.ClientSession() as session, session.put(url, json={"fault": "slow"}, headers=headers) as answer:
        assert answer.status == status
        assert "access-control-allow-origin" not in answer.headers
    assert show(stack.control_url("deyang"))["fault"] == "none"


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("deyang", b"", 400),
        ("deyang", b"[]", 400),
        ("deyang", b'{"fault": "slow", "url": "http://10.0.0.1"}', 400),
        ("deyang", b'{"fault": "x' + b"x" * 5000 + b'"}', 400),
        ("deyang", b'{"fault": "earthquake"}', 422),
        ("nowhere", b'{"fault": "slow"}', 404),
    ],
)
async def test_a_wish_that_makes_no_sense_is_told_so(stack: Stack, path: str, body: bytes, status: int) -> None:
    url = f"{stack.gateway_url}/sandbox/faults/{path}"
    async with aiohttp.ClientSession() as session, session.put(url, data=body, headers=OURS) as answer:
        assert answer.status == status
        assert await answer.json()


def test_a_switch_that_is_not_on_this_machine_is_none(tmp_path: Path) -> None:
    """However the process is set up, the gateway never becomes a way into another network."""
    file = tmp_path / "running.json"
    far = {
        "b": "https://example.org",
        "c": "http://10.0.0.7:8202",
        "d": "http://127.0.0.1:8202/x",
        "../e": "http://[::1]:1",
    }
    file.write_text(json.dumps({"controls": {"a": "http://127.0.0.1:8202", **far}}))
    assert controls_in(file) == {"a": "http://127.0.0.1:8202"}


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"controls": []}', '{"controls": {"a": 1}}'])
def test_a_file_that_is_none_switches_nothing(tmp_path: Path, text: str) -> None:
    file = tmp_path / "running.json"
    file.write_text(text)
    assert controls_in(file) == controls_in(tmp_path / "missing.json") == {}


def test_without_a_file_there_are_no_switches() -> None:
    assert Switches.of("") is None
