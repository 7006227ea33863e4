"""From a city to its report: the live session where one is wanted, then every rule, then the exemptions.

Rules that strain the city come last, so that nothing is measured in their wake.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from channels.credentials import Clock
from channels.exemptions import Exemption, exemptions_of
from conformance.families import TESTS
from conformance.live import opened
from conformance.personas import Person
from conformance.report import Report
from conformance.rules import Rule, rule_book
from conformance.session import Session
from conformance.tour import tour
from conformance.verdict import State, Verdict, unmeasured

STRAINING: Final = ("F04", "B05")
ALSO_IN_SILENCE: Final = frozenset({"A05", "C07", "G02"})
WITHOUT_THE_CITY: Final = frozenset({"G02"})  # live by its stage, but told by the operator


async def examine(session: Session, people: Mapping[str, Person] | None, clock: Clock) -> Report:
    """Test every rule.  `people` None: files and metrics only.  Return: the report."""
    async with AsyncExitStack() as stack:
        if people is not None and session.channel.available:
            live = await stack.enter_async_context(opened(session.channel, session.snapshot, people, clock))
            session = replace(session, live=live, tour=await tour(live))
        verdicts = await _tested(session)
    return _report(session, verdicts, clock())


async def _tested(session: Session) -> dict[str, Verdict]:
    exempt = exemptions_of(session.folder, session.now.date())
    found: dict[str, Verdict] = {}
    for rule in sorted(rule_book().rules, key=lambda rule: rule.id in STRAINING):
        verdict = await _judged(session, rule)
        found[rule.id] = _exempted(verdict, exempt.get(rule.id))
    return found


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
