"""The round that a live session makes first: each operation, for each test citizen, as everyday use would have it.

A write is made by one citizen, three times: once, again under the same key, and again under the same key with other
arguments.  Most rules only look at what was said here.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from channels.protocols.compiled import Compiled
from conformance.arguments import of_read, of_write
from conformance.live import Exchange, Live
from conformance.personas import FIRST, NOBODY, SECOND, Person

AFTER_LISTS: Final = ("slots.list", "requests.outcome")
FOR_EVERYBODY: Final = ("account.link", "account.launch")
LAST_WRITES: Final = ("appointments.cancel",)
ENOUGH_SILENCE: Final = 3  # a city that hangs would be waited for at every question


@dataclass(frozen=True, slots=True)
class Twice:
    """One write made again: `other` under the same key with other arguments, None where there are no others."""

    first: Exchange
    again: Exchange
    other: Exchange | None


@dataclass(slots=True)
class Tour:
    """`reads`: by operation and kind of person.  `writes`: by operation.  `untried`: operations with nothing to ask."""

    reads: dict[tuple[str, str], Exchange] = field(default_factory=dict)
    writes: dict[str, Twice] = field(default_factory=dict)
    untried: dict[str, str] = field(default_factory=dict)

    @property
    def silent(self) -> bool:
        """Has the city answered nothing at all?"""
        return bool(self.reads) and all(exchange.reply is None for exchange in self.reads.values())

    def of(self, kind: str) -> list[Exchange]:
        """What one person read."""
        return [exchange for (_, who), exchange in self.reads.items() if who == kind]


async def tour(live: Live) -> Tour:
    """Make the round: the first citizen, then the others side by side, then the writes."""
    made = Tour()
    reads = sorted(live.reads(), key=lambda operation: operation.id in AFTER_LISTS or operation.batch is not None)
    first, *others = live.people.values()
    await _read(live, made, reads, first)
    if made.silent:
        return made
    rounds = [Tour() for _ in others]
    async with asyncio.TaskGroup() as group:
        for person, own in zip(others, rounds, strict=True):
            group.create_task(_read(live, own, reads, person))
    for own in rounds:
        made.reads.update(own.reads)
    for operation in sorted(live.writes(), key=lambda operation: operation.id in LAST_WRITES):
        await _write(live, made, operation.id)
    for operation in reads:
        if not any(name == operation.id for name, _ in made.reads):
            made.untried[operation.id] = "nothing to ask for"
    return made


async def _read(live: Live, made: Tour, reads: Sequence[Compiled], person: Person) -> None:
    """What one person reads; given up where the city answers nothing at all."""
    for operation in reads:
        args = await of_read(live, operation, person)
        if args is not None:
            made.reads[operation.id, person.kind] = await live.ask(operation, person, args)
            if made.silent and len(made.reads) >= ENOUGH_SILENCE:
                return


async def _write(live: Live, made: Tour, name: str) -> None:
    operation, writer = live.channel.operations[name], live.people.get(SECOND, live.people[FIRST])
    wish = await of_write(live, operation, writer)
    if wish is None:
        made.untried[name] = "nothing to do it with"
        return
    person, choices = wish
    key = f"conformance-{secrets.token_hex(12)}"
    first = await live.ask(operation, person, choices[0], key=key)
    again = await live.ask(operation, person, choices[0], key=key)
    other = await live.ask(operation, person, choices[1], key=key) if len(choices) > 1 else None
    made.writes[name] = Twice(first, again, other)
    if name in FOR_EVERYBODY:
        for kind, one in live.people.items():
            if kind != NOBODY and one is not person:
                made.reads[name, kind] = await live.ask(operation, one, choices[0])
