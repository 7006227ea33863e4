"""Debian's chromium, driven by playwright: one browser for a module, one page for a visit, and a list of every host it spoke to.

Without chromium a test skips, saying so; with ROAM_REQUIRE_ALL=1 such a skip is a failure (tests/conftest.py).
"""

import json
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

CHROMIUM = "/usr/bin/chromium"
DESKTOP = {"viewport": {"width": 1440, "height": 900}}
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True, "device_scale_factor": 2}
Visiting = Callable[..., AbstractContextManager["Visit"]]
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
PATIENCE_MS = 20_000


@dataclass
class Visit:
    """A page under test, and what it asked for and complained about while it was open."""

    page: Any
    urls: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def hosts(self) -> set[str]:
        """Every host asked, over HTTP or WebSocket; what never leaves the browser (data:, blob:) has none."""
        return {host for url in self.urls if (host := urlsplit(url).hostname)}

    def open(self, gateway_url: str, persona: str | None = None) -> None:
        """The page, ready to be typed into; with a persona, signed in as one."""
        self.page.goto(f"{gateway_url}/graphql")
        self.page.wait_for_selector(".graphiql-query-editor .view-line")
        if persona is not None:
            self.sign_in(persona)
            self.page.wait_for_selector(".roam-dot.on")

    def sign_in(self, persona: str) -> None:
        """Through the picker, as a tester does."""
        self.page.click(".roam-face")
        self.page.click(f'[data-persona="{persona}"]')

    def choose(self, operation: str) -> None:
        """A saved operation, by its file's name, from the menu; its tab comes to the front."""
        self.page.select_option(".roam-menu select", operation)

    def run(self) -> None:
        self.page.click(".graphiql-execute-button")

    def until(self, selector: str, text: str) -> None:
        """Wait for text in an element. By locator: the page's policy forbids the eval of `wait_for_function`."""
        self.page.locator(selector, has_text=text).first.wait_for()

    def until_stored(self, key: str, text: str) -> None:
        """Wait for text in localStorage, which the editor writes half a second after the last key."""
        deadline = time.monotonic() + PATIENCE_MS / 1000
        while text not in (self.page.evaluate("key => localStorage.getItem(key) ?? ''", key)):
            assert time.monotonic() < deadline, f"{key} never held {text}"
            self.page.wait_for_timeout(50)

    def answer(self) -> Any:
        """The answer of the tab in front, whole, as JSON: the editor draws only the lines in view."""
        models = "globalThis.__MONACO.editor.getModels()"
        return json.loads(
            self.page.evaluate(f"{models}.find(one => one.uri.path.endsWith('response.json')).getValue()")
        )

    def chips(self) -> list[tuple[str, str]]:
        """(outcome, text) of every coverage row shown."""
        found = self.page.query_selector_all(".roam-chip")
        return [(chip.get_attribute("data-outcome"), chip.inner_text().replace("\n", " ")) for chip in found]


def chromium_or_skip() -> str:
    """The browser's path; skips where there is none."""
    try:
        import playwright.sync_api  # noqa: F401 asked for its presence only
    except ImportError:
        pytest.skip("playwright is not installed")
    found = CHROMIUM if Path(CHROMIUM).exists() else shutil.which("chromium")
    return found or pytest.skip("chromium is not installed (apt-get install chromium)")


@contextmanager
def chromium() -> Iterator[Any]:
    """A browser without a page.  While it is open the thread counts as one that runs an event loop."""
    executable = chromium_or_skip()
    from playwright.sync_api import sync_playwright

    flags = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=flags)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def visit(browser: Any, locale: str = "zh-CN", **screen: Any) -> Iterator[Visit]:
    """One page of somebody who has never been here: no cookie, store or cache of another visit."""
    context = browser.new_context(locale=locale, **(screen or DESKTOP))
    context.set_default_timeout(PATIENCE_MS)
    visit = Visit(context.new_page())
    context.on("request", lambda request: visit.urls.append(request.url))
    visit.page.on("websocket", lambda socket: visit.urls.append(socket.url))
    visit.page.on("pageerror", lambda error: visit.complaints.append(str(error)))
    visit.page.on("console", lambda line: visit.complaints.append(line.text) if line.type == "error" else None)
    try:
        yield visit
    finally:
        context.close()
