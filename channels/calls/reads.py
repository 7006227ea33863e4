"""Reads that a city is spared: pages that are kept, the same question under way, and pages that stand in for a city that fails.

Everything here is shared by the snapshots that follow each other.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

import orjson

from channels.answer import Answer, Failure, Page, Position
from channels.ask import Ask
from channels.calls.cache import Key, PageCache
from channels.calls.flights import Flights
from channels.calls.unrest import Unrest
from channels.declared.models import Cache
from channels.failures import PASSING, failure
from channels.protocols.compiled import Compiled
from schema.codes import ErrorCode

WORTH_ASKING_SECONDS: Final = 0.1
Fetch = Callable[[], Awaitable[Answer]]


@dataclass(frozen=True, slots=True)
class Question:
    """A read of one city.  `version` names the files under which it is asked."""

    version: str
    city: str
    operation: Compiled
    ask: Ask
    position: Position

    @property
    def personal(self) -> bool:
        """Is the answer one citizen's only?"""
        operation = self.operation
        return bool(operation.needs) or (operation.cache is not None and operation.cache.scope == "citizen")

    @property
    def key(self) -> Key:
        """Equal for questions with the same answer."""
        # To a template an argument that is null and one that is left out are the same; so they are to the key.
        given = {name: value for name, value in self.ask.args.items() if value is not None}
        options = orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS
        return Key(
            self.version,
            self.city,
            self.operation.id,
            self.ask.subject if self.personal else None,
            orjson.dumps([given, self.ask.assurance], option=options, default=str),
            self.position,
        )


class Reads:
    """The reads of one process.  `now` is loop time in seconds."""

    def __init__(self, cache: PageCache, now: Callable[[], float]) -> None:
        self.cache = cache
        self._now = now
        self._flights: Flights[tuple[Answer, bool]] = Flights()
        self._unrest = Unrest(now)

    async def answer(self, question: Question, fetch: Fetch) -> Answer:
        """Return: a page that is kept, or what `fetch` brings, or a page from before where the city cannot answer."""
        if question.personal and question.ask.subject is None:
            return await fetch()
        key, rule = question.key, question.operation.cache
        if rule is None:
            return await self._shared(key, question, fetch)
        if (page := await self.cache.get(key)) is not None:
            return page
        answer = await self._shared(key, question, fetch)
        if isinstance(answer, Failure) and answer.code in PASSING:
            return await self.cache.stand_in(key, answer) or answer
        return answer

    async def changed(self, subject: str, city: str) -> None:
        """A citizen has changed something in a city: what is kept of theirs is forgotten, and for a while nothing is kept."""
        self._unrest.begin(subject, city)
        await self.cache.purge(subject, city)

    async def _shared(self, key: Key, question: Question, fetch: Fetch) -> Answer:
        ask, epoch = question.ask, self.cache.epoch
        led = False

        async def led_fetch() -> tuple[Answer, bool]:
            nonlocal led
            led = True
            hurried = ask.deadline < self._now() + question.operation.total_seconds
            answer = await fetch()
            if question.operation.cache is not None:
                await self._keep(key, question.operation.cache, answer, epoch)
            return answer, hurried and _out_of_time(answer)

        try:
            # The epoch keeps a read that follows a write from joining one that preceded it.
            while True:
                answer, cut_short = await self._flights.share((key, epoch), led_fetch, ask.deadline)
                if led or not cut_short or self._now() + WORTH_ASKING_SECONDS >= ask.deadline:
                    return answer
                # The one who asked had less time than this caller has.
        except TimeoutError:
            return failure(ErrorCode.BACKEND_TIMEOUT, "waited for the same question under way")

    async def _keep(self, key: Key, rule: Cache, answer: Answer, epoch: int) -> None:
        if isinstance(answer, Page):
            if not self._unrest.holds(key.subject, key.city):
                await self.cache.put(key, answer, rule, epoch=epoch)
        elif answer.code not in PASSING:  # a refusal is the truth now, also for when the city cannot be reached
            await self.cache.forget(key)


def _out_of_time(answer: Answer) -> bool:
    return isinstance(answer, Failure) and answer.code is ErrorCode.BACKEND_TIMEOUT
