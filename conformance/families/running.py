"""G — running the channel: people, clocks, names, windows, pages."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

import aiohttp

from channels.declared.providers import Provider
from conformance.session import Family, Session
from conformance.verdict import Told, Verdict, beside_the_point, failed, judged, passed, unmeasured

ROLES: Final = ("OPERATOR", "ONCALL", "DATA_PROTECTION")
DRILL_DAYS: Final = 90
MOST_SKEW_SECONDS: Final = 5.0
PAGES_AT_ONCE: Final = 8
PAGE_SECONDS: Final = 10.0


async def g01(session: Session) -> Verdict:
    contacts = session.snapshot.channels[session.slug].city.contacts
    there = {contact.role for contact in contacts if contact.phone or contact.email}
    missing = [role for role in ROLES if role not in there]
    return judged([(f"缺少 {role} 的电话或邮箱", f"no {role} with a phone or address") for role in missing])


async def g02(session: Session) -> Verdict:
    if session.drill is None:
        return unmeasured("没有演练记录:roam city report --drill", "no drill on record: roam city report --drill")
    age = session.now - session.drill.at
    day = session.drill.at.date().isoformat()
    if age > timedelta(days=DRILL_DAYS):
        return failed(f"上次演练 {day},已过 {DRILL_DAYS} 天", f"last drill {day}, more than {DRILL_DAYS} days ago")
    return passed(f"演练 {day},记录人 {session.drill.by}", f"drill {day}, on record by {session.drill.by}")


async def g03(session: Session) -> Verdict:
    live, _ = session.heard()
    skews: list[float] = []
    for exchange in live.said:
        for heard in exchange.heard:
            reply = exchange.reply
            if reply is not None and heard.reply is reply and (stamp := reply.headers.get("date")):
                skews += _skew(stamp, heard.at, heard.seconds)
    if not skews:
        return unmeasured("返回中没有 Date", "no Date header in the answers")
    # A header of whole seconds, and the time the answer took, are no skew.
    worst = sorted(skews)[len(skews) // 2]
    told = f"{worst:.1f} s"
    return passed(told, told) if worst < MOST_SKEW_SECONDS else failed(f"偏差 {told}", f"the clocks differ by {told}")


def _skew(stamp: str, at: datetime, seconds: float) -> list[float]:
    try:
        theirs = parsedate_to_datetime(stamp)
    except ValueError:
        return []
    theirs = theirs if theirs.tzinfo else theirs.replace(tzinfo=UTC)
    return [max(0.0, abs((at - theirs).total_seconds()) - seconds - 1.0)]


async def g04(session: Session) -> Verdict:
    city = session.channel.city
    missing: list[Told] = [what for what, name in (("city.name", city.name), ("city.app", city.app)) if not name.en]
    missing += [
        (f"{p.code}:没有英文名", f"{p.code}: no English name") for p in _live_services(session) if not p.name.en
    ]
    return judged(missing)


async def g05(session: Session) -> Verdict:
    found = [item for item in session.diagnostics if item.code.startswith("ROAM-32")]
    return judged([f"{item.place.path}:{item.place.line} {item.code}" for item in found])


async def g06(session: Session) -> Verdict:
    if not session.channel.available:
        return failed("频道文件有错误", "the channel's files have errors")
    without = [name for name, backend in session.channel.config.backends.items() if not backend.maintenance]
    if not without:
        return passed()
    if session.soak is not None and session.soak.measured:
        bad = session.soak.bad_at_night()
        return (
            passed("夜间没有故障", "no failures at night")
            if not bad
            else judged([(f"夜间 {bad} 次故障", f"{bad} failures at night")])
        )
    return judged([(f"backends.{name}:没有维护窗口", f"backends.{name}: no maintenance window") for name in without])


async def g07(session: Session) -> Verdict:
    services = _live_services(session)
    if not services:
        return beside_the_point("没有上线服务", "no service is LIVE")
    problems: list[Told] = [
        (f"{p.code} 没有入口", f"{p.code} opens nothing") for p in services if not p.operations and not p.web
    ]
    pages = list(dict.fromkeys(p.web for p in services if p.web)) if session.live is not None else []
    problems += await _unreached([placed(session, page) for page in pages])
    told = f"{len(services)} services, {len(pages)} pages"
    return judged(problems, good=(f"{len(services)} 项服务,{len(pages)} 个网页", told))


def placed(session: Session, page: str) -> str:
    """Where a page stands in this environment: `web_at` moves addresses by their beginning."""
    for start, place in session.channel.config.web_at.items():
        if page.startswith(start):
            return place + page.removeprefix(start)
    return page


async def _unreached(pages: list[str]) -> list[str]:
    found: list[str] = []
    turns = asyncio.Semaphore(PAGES_AT_ONCE)
    timeout = aiohttp.ClientTimeout(total=PAGE_SECONDS)
    async with aiohttp.ClientSession(timeout=timeout, cookie_jar=aiohttp.DummyCookieJar()) as session:

        async def look(page: str) -> None:
            async with turns:
                try:
                    async with session.get(page, allow_redirects=False) as response:
                        if response.status >= 400:
                            found.append(f"{page}: HTTP {response.status}")
                except (aiohttp.ClientError, TimeoutError, OSError, ValueError):
                    found.append(f"{page}: no answer")

        async with asyncio.TaskGroup() as group:
            for page in pages:
                group.create_task(look(page))
    return sorted(found)


def _live_services(session: Session) -> list[Provider]:
    return [provider for provider in session.channel.providers if provider.status == "LIVE"]


RULES: Family = {"G01": g01, "G02": g02, "G03": g03, "G04": g04, "G05": g05, "G06": g06, "G07": g07}
