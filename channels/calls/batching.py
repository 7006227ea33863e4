"""Many keys in few calls: chunks of at most `max`, asked side by side, answers matched back by key and not by order."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, TypeAlias

from channels.answer import Answer, Failure, Page, Row
from channels.ask import Ask
from channels.declared.models import Batch

AskChunk: TypeAlias = Callable[[list[Any]], Awaitable[Answer]]


async def ask_in_batches(rule: Batch, ask: Ask, ask_chunk: AskChunk, *, at: datetime) -> Answer:
    """Return: rows in the order of the keys asked.

    A key the city does not know is absent, a row that nobody asked for is left out, a key asked twice is sent once.
    One failed chunk fails the whole: a partial answer would look like missing keys.
    """
    keys = list(dict.fromkeys(_keys(rule, ask)))
    if not keys:
        return Page((), 0, None, None, at)
    async with asyncio.TaskGroup() as group:
        tasks = [
            group.create_task(_run(ask_chunk, keys[start : start + rule.max]))
            for start in range(0, len(keys), rule.max)
        ]
    pages: list[Page] = []
    for task in tasks:
        answer = task.result()
        if isinstance(answer, Failure):
            return answer
        pages.append(answer)
    found: dict[str, Row] = {}
    for page in pages:
        for row in page.rows:
            found.setdefault(str(row.get(rule.key)), row)
    rows = tuple(found[str(key)] for key in keys if str(key) in found)
    return Page(rows, sum(page.dropped for page in pages), None, None, min(page.as_of for page in pages))


async def _run(ask_chunk: AskChunk, keys: list[Any]) -> Answer:
    return await ask_chunk(keys)


def _keys(rule: Batch, ask: Ask) -> list[Any]:
    value = ask.args.get(rule.by.removeprefix("args."))
    return list(value) if isinstance(value, list | tuple) else [] if value is None else [value]
