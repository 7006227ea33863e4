"""The whole sandbox, started once for all tests that need it: real cities, a real identity provider, the gateway."""

import os
from collections.abc import Iterator
from functools import cache, partial
from pathlib import Path
from typing import Any

import pytest

from sandbox.up import Stack
from tests.client import Citizen, Faults, FrontEnd
from tests.web.browser import Visiting, chromium, visit

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Five cities on free ports, with a state of their own."""
    with Stack.start(ROOT / "cities", tmp_path_factory.mktemp("sandbox")) as running:
        yield running


@pytest.fixture(scope="session")
def citizen(stack: Stack) -> Citizen:
    """`citizen("deng")` is a front-end with deng's own access token; `citizen(None)` has none."""
    return citizens(stack)


def citizens(stack: Stack) -> Citizen:
    """Front-ends of one sandbox, each signed in once."""

    @cache
    def signed_in(persona: str | None, acr: str = "") -> FrontEnd:
        return FrontEnd(stack.gateway_url, stack.token(persona, acr) if persona else None)

    return signed_in


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A real one, shared by the visits of a module."""
    with chromium() as running:
        yield running


@pytest.fixture
def visiting(browser: Any) -> Visiting:
    """`with visiting("zh-CN", **PHONE) as visit:` is a new visitor's page."""
    return partial(visit, browser)


@pytest.fixture
def faults(stack: Stack) -> Iterator[Faults]:
    """`faults("deyang", "hang")` switches a city's fault; every switch is off again after the test."""
    switched: set[str] = set()

    def switch(slug: str, fault: str, operation: str | None = None, count: int | None = None) -> object:
        switched.add(slug)
        return stack.fault(slug, fault, operation, count)

    yield switch
    for slug in switched:
        stack.fault(slug, "none")


def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> None:
    """With ROAM_REQUIRE_ALL=1 nothing may be left out for want of a server: such a skip is a failure."""
    if (
        os.environ.get("ROAM_REQUIRE_ALL") == "1"
        and call.excinfo is not None
        and call.excinfo.errisinstance(pytest.skip.Exception)
    ):
        reason = str(call.excinfo.value)
        call.excinfo = pytest.ExceptionInfo.from_exception(AssertionError(f"skipped, but ROAM_REQUIRE_ALL=1: {reason}"))
