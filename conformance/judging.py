"""From cities to their reports: the live sessions where they are wanted, then every rule, then the exemptions.

Rules that only ask go side by side, within the channel's own rate; then those that look at what was said; then those that
measure, and last those that strain the city, so that nothing is measured in their wake. Several cities go through these
phases together, and whoever measures is alone for as long as it measures.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final, TypeAlias, TypeVar

from channels.declared.exemptions import Exemption, exemptions_of
from channels.proofs.credentials import Clock
from conformance.families import TESTS
from conformance.live import opened
from conformance.personas import Person
from conformance.report import Report
from conformance.rules import Rule, rule_book
from conformance.session import Session
from conformance.tour import tour
from conformance.verdict import State, Verdict, unmeasured

ASKING: Final = frozenset({"B02", "B03", "C02", "C07", "D01", "D03", "E01", "E02", "E03", "G07"})
MEASURING: Final = frozenset({"F01", "F02", "F03"})
STRAINING: Final = ("F04", "B05")  # a city that throttles after the burst of B05 would fail F04
ALSO_IN_SILENCE: Final = frozenset({"A05", "C07", "G02"})
WITHOUT_THE_CITY: Final = frozenset({"G02"})  # live by its stage, but told by the operator

People: TypeAlias = Mapping[str, Person] | None
T = TypeVar("T")


async def examine(wanted: Sequence[tuple[Session, People]], clock: Clock) -> list[Report]:
    """Test every rule on cities side by side; their sessions share `alone`.  People None: files and metrics only.

    Return: the reports, in the same order.
    """
    async with AsyncExitStack() as stack:
        sessions = await _each(_met(session, people, clock, stack) for session, people in wanted)
        found: list[dict[str, Verdict]] = [{} for _ in sessions]
        for phase in phases():
            await _each(_tested(session, phase, told) for session, told in zip(sessions, found, strict=True))
    return [_report(session, told, clock()) for session, told in zip(sessions, found, strict=True)]


def phases() -> list[tuple[Rule, ...]]:
    """Every rule once, in the order in which they are tested; those of one phase go side by side."""
    rules = rule_book()
    apart = ASKING | MEASURING | set(STRAINING)
    looking = tuple(rule for rule in rules.rules if rule.id not in apart)
    asking, measuring = (tuple(rule for rule in rules.rules if rule.id in ids) for ids in (ASKING, MEASURING))
    return [asking, looking, measuring, *((rules.by_id[name],) for name in STRAINING)]


async def _each(work: Iterable[Coroutine[Any, Any, T]]) -> list[T]:
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one) for one in work]
    return [task.result() for task in tasks]


async def _met(session: Session, people: People, clock: Clock, stack: AsyncExitStack) -> Session:
    """The session with its city, asked once around; as it was where the city is not to be asked."""
    if people is None or not session.channel.available:
        return session
    live = await stack.enter_async_context(opened(session.channel, session.snapshot, people, clock))
    return replace(session, live=live, tour=await tour(live))


async def _tested(session: Session, phase: Sequence[Rule], found: dict[str, Verdict]) -> None:
    exempt = exemptions_of(session.folder, session.now.date())
    for rule, verdict in zip(phase, await _each(_judged(session, rule) for rule in phase), strict=True):
        found[rule.id] = _exempted(verdict, exempt.get(rule.id))


async def _judged(session: Session, rule: Rule) -> Verdict:
    if rule.stage == "live" and session.live is None and rule.id not in WITHOUT_THE_CITY:
        if not session.channel.available:
            return unmeasured("频道文件有错误", "the channel's files have errors")
        return unmeasured("需要 --live", "needs --live")
    if rule.stage == "live" and session.tour is not None and session.tour.silent and rule.id not in ALSO_IN_SILENCE:
        return unmeasured("该城市没有答复", "the city does not answer")
    return await TESTS[rule.id](session)


def _exempted(verdict: Verdict, exemption: Exemption | None) -> Verdict:
    if exemption is None or verdict.counts:
        return verdict
    until = exemption.until.isoformat()
    told = verdict.text("zh"), verdict.text("en")
    return Verdict(
        State.EXEMPT,
        f"豁免至 {until}:{exemption.reason}({told[0]})",
        f"exempt until {until}: {exemption.reason} ({told[1]})",
        verdict.evidence,
    )


def _report(session: Session, verdicts: Mapping[str, Verdict], at: datetime) -> Report:
    city = session.channel.city
    return Report(
        session.slug,
        city.name,
        city.app,
        at.astimezone(UTC),
        session.snapshot.environment_name,
        session.channel.revision,
        session.live is not None,
        rule_book(),
        verdicts,
    )
