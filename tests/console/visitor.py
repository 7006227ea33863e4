"""Somebody at the console, as their browser's requests: the real sign-in, a cookie jar, forms taken from the page."""

import re
from html import unescape
from typing import Any, Self
from urllib.parse import urlsplit

import aiohttp

LOGIN = "/auth/login?prompt=none&login_hint={who}&return=/console"


class Visitor:
    """One browser's worth of requests to one gateway."""

    def __init__(self, base: str, language: str = "zh") -> None:
        self.base = base
        self._session = aiohttp.ClientSession(
            cookie_jar=aiohttp.CookieJar(unsafe=True), headers={"accept-language": language}
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()

    async def sign_in(self, who: str) -> Self:
        """Through the provider, as far as the console."""
        async with self._session.get(self.base + LOGIN.format(who=who)) as response:
            assert urlsplit(str(response.url)).path == "/console", str(response.url)
        return self

    async def get(self, path: str, **more: Any) -> tuple[int, str]:
        async with self._session.get(self.base + path, **more) as response:
            return response.status, await response.text()

    async def headers(self, path: str) -> dict[str, str]:
        async with self._session.get(self.base + path) as response:
            return {name.lower(): value for name, value in response.headers.items()}

    async def word(self) -> str:
        """The session's word, out of a form of ours."""
        _, page = await self.get("/console")
        found = re.search(r'name="csrf" value="([^"]+)"', page)
        assert found, "no form on the page"
        return unescape(found[1])

    async def post(self, path: str, headers: dict[str, str] | None = None, **fields: str) -> tuple[int, str]:
        """A form as a page sends it; the word is added where `csrf` is not given.  Redirects are not followed."""
        form = fields if "csrf" in fields else {**fields, "csrf": await self.word()}
        async with self._session.post(
            self.base + path, data=form, headers=headers or {"origin": self.base}, allow_redirects=False
        ) as response:
            return response.status, response.headers.get("location", "") or await response.text()
