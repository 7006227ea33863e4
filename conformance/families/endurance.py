"""F — how fast and how steadily the city answers: in a bounded session, and over two weeks of the gateway's metrics."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from channels.measured.metric_days import SOAK_DAYS, Soak
from channels.protocols.compiled import Compiled
from conformance.arguments import of_read
from conformance.live import Exchange, Live
from conformance.load import Wave, Waves
from conformance.personas import FIRST
from conformance.session import LOAD_SECONDS, Family, Session
from conformance.verdict import Told, Verdict, beside_the_point, judged, passed, unmeasured
from schema.codes import ErrorCode

CALLS: Final = 30
AT_ONCE: Final = 3
MOST_AGAIN: Final = 8  # waves made again because this machine was too busy
ERROR_SHARE: Final = 0.01
LISTS_SECONDS: Final = {"F02": 1.5, "F03": 0.5}
NOTABLE_SECONDS: Final = 0.5  # the tightest budget
STEPS: Final = (0.25, 0.5, 0.75, 1.0)
DOWN: Final = frozenset(
    {
        ErrorCode.BACKEND_UNREACHABLE,
        ErrorCode.BACKEND_TIMEOUT,
        ErrorCode.BACKEND_CONTRACT_BROKEN,
        ErrorCode.BACKEND_REJECTED,
        ErrorCode.RATE_LIMITED,
    }
)


@dataclass(frozen=True, slots=True)
class Timed:
    """Seconds of an operation's calls, in order of size.  `certain`: without those that were late while this machine was busy."""

    seconds: tuple[float, ...]
    certain: tuple[float, ...]


async def timings(session: Session) -> Mapping[str, Timed]:
    """How long CALLS calls of each read operation took.  Measured once a session.

    A call without an answer counts as long as it may take at all.
    """
    live, _ = session.heard()

    async def measured() -> dict[str, Timed]:
        return {
            operation.id: await _timed(session, live, operation, args)
            for operation in live.reads()
            if (args := await of_read(live, operation, live.people[FIRST])) is not None
        }

    found: Mapping[str, Timed] = await live.once("timings", measured)
    return found


async def _timed(session: Session, live: Live, operation: Compiled, args: Mapping[str, Any]) -> Timed:
    waves, kept, again = Waves(live, operation.backend, session.alone), list[Wave](), 0
    while len(kept) < CALLS // AT_ONCE:
        wave = await waves.make(AT_ONCE, lambda: live.ask(operation, live.people[FIRST], args, manner="unpaced"))
        if wave.starved and any(map(_late, wave.calls)) and again < MOST_AGAIN:
            again += 1
        else:
            kept.append(wave)
    taken = [(_seconds(operation, call), wave.starved and _late(call)) for wave in kept for call in wave.calls]
    certain = sorted(seconds for seconds, doubtful in taken if not doubtful)
    return Timed(tuple(sorted(seconds for seconds, _ in taken)), tuple(certain))


def _late(call: Exchange) -> bool:
    return call.code is ErrorCode.BACKEND_TIMEOUT or (call.code not in DOWN and call.seconds > NOTABLE_SECONDS)


def _seconds(operation: Compiled, call: Exchange) -> float:
    return operation.total_seconds + 1 if call.code in DOWN else call.seconds


def p95(ordered: tuple[float, ...]) -> float:
    """The value that 95 of 100 do not exceed."""
    return ordered[min(len(ordered) - 1, -(-len(ordered) * 95 // 100) - 1)]


async def f01(session: Session) -> Verdict:
    live, _ = session.heard()
    budgets = {operation.id: operation.total_seconds for operation in live.reads()}
    return _within(await timings(session), budgets)


async def f02(session: Session) -> Verdict:
    return await _lists(session, LISTS_SECONDS["F02"])


async def f03(session: Session) -> Verdict:
    return await _lists(session, LISTS_SECONDS["F03"])


async def _lists(session: Session, seconds: float) -> Verdict:
    live, _ = session.heard()
    measured = await timings(session)
    lists = {operation.id: seconds for operation in live.reads() if operation.many and operation.id in measured}
    if not any(operation.many for operation in live.reads()):
        return beside_the_point("没有列表操作", "no list operations")
    return _within({name: measured[name] for name in lists}, lists)


def _within(measured: Mapping[str, Timed], budgets: Mapping[str, float]) -> Verdict:
    if not measured:
        return unmeasured("没有可计时的操作", "nothing could be timed")
    told = {name: f"{name} {p95(timed.seconds) * 1000:.0f} ms" for name, timed in measured.items()}
    over = [name for name, timed in measured.items() if p95(timed.seconds) > budgets[name]]
    slow = [name for name in over if (certain := measured[name].certain) and p95(certain) > budgets[name]]
    if over and not slow:
        return unmeasured(f"本机太忙,测不准:{told[over[0]]}", f"this machine was too busy to tell: {told[over[0]]}")
    slowest = max(measured, key=lambda name: p95(measured[name].seconds))
    return judged(
        [f"p95 {told[name]} > {budgets[name] * 1000:.0f} ms" for name in slow],
        good=(f"最慢 p95 {told[slowest]}", f"slowest p95 {told[slowest]}"),
        seen=tuple(told.values()),
    )


async def f04(session: Session) -> Verdict:
    live, _ = session.heard()
    problems: list[Told] = []
    seen: list[tuple[str, str]] = []
    busy: list[tuple[str, str]] = []
    for name, backend in live.channel.config.backends.items():
        operation = next((one for one in live.reads() if one.backend == name and one.many and one.batch is None), None)
        if operation is None:
            continue
        args, most = await of_read(live, operation, live.people[FIRST]) or {}, backend.bulkhead.max_concurrent
        waves = await _ramp(session, live, operation, args, most)
        # A call that only waited too long while this machine had no core for us is nobody's failure.
        calls = [
            call for wave in waves for call in wave.calls if wave.sound or call.code is not ErrorCode.BACKEND_TIMEOUT
        ]
        bad = [call for call in calls if call.code in DOWN]
        told = (
            f"backends.{name}:最多 {most} 路并发,{session.load_seconds:g} 秒,{len(calls)} 次中 {len(bad)} 次失败",
            f"backends.{name}: {len(bad)} of {len(calls)} failed at up to {most} at once for {session.load_seconds:g} s",
        )
        if calls and len(bad) / len(calls) >= ERROR_SHARE:
            codes = ", ".join(sorted({str(call.code) for call in bad}))
            problems.append((f"{told[0]}({codes})", f"{told[1]} ({codes})"))
        elif not _held(waves, most):
            busy.append(
                (f"backends.{name}:本机太忙,测不出 {most} 路并发", f"this machine was too busy for {most} at once")
            )
        else:
            seen.append(told)
    if not problems and busy:
        return unmeasured(*busy[0])
    if not problems and not seen:
        return beside_the_point("没有列表操作", "no list operations")
    if session.load_seconds < LOAD_SECONDS:
        seen.append((f"时长由 {LOAD_SECONDS:g} 秒缩短", f"shortened from {LOAD_SECONDS:g} s"))
    return judged(problems, good=("; ".join(zh for zh, _ in seen), "; ".join(en for _, en in seen)))


async def _ramp(session: Session, live: Live, operation: Compiled, args: Mapping[str, Any], most: int) -> list[Wave]:
    """Waves that grow to the declared concurrency; a few more, when it has time, where this machine was too busy for the largest."""
    now = asyncio.get_running_loop().time
    waves, made, again = Waves(live, operation.backend, session.alone), list[Wave](), 0
    started, seconds = now(), session.load_seconds
    while (gone := now() - started) < seconds or not made or (not _held(made, most) and again < MOST_AGAIN):
        late = gone >= seconds
        again += late
        share = next((step for step in STEPS if gone / seconds <= step), 1.0)
        made.append(
            await waves.make(
                max(1, round(most * share)),
                lambda: live.ask(operation, live.people[FIRST], args, manner="unpaced", probe=True),
                patient=late and bool(made),
            )
        )
    return made


def _held(waves: list[Wave], most: int) -> bool:
    """Was there a wave of the full size in which everything counts?"""
    return any(wave.sound and len(wave.calls) == most for wave in waves)


async def f05(session: Session) -> Verdict:
    return _available(session.soak, 0.995)


async def f06(session: Session) -> Verdict:
    return _available(session.soak, 0.999)


async def f07(session: Session) -> Verdict:
    if (short := _too_short(session.soak)) is not None or session.soak is None:
        return short or _nothing()
    return judged([f"{name}: {count}" for name, count in sorted(session.soak.broken().items())])


def _available(soak: Soak | None, wanted: float) -> Verdict:
    if (short := _too_short(soak)) is not None or soak is None:
        return short or _nothing()
    share = soak.availability()
    if share is None:
        return _nothing()
    told = f"{share * 100:.3f} %"
    return passed(told, told) if share >= wanted else judged([f"{told} < {wanted * 100:g} %"])


def _too_short(soak: Soak | None) -> Verdict | None:
    if soak is None or not soak.tallies:
        return _nothing()
    if not soak.measured:
        count = SOAK_DAYS - len(soak.missing)
        days = tuple(day.isoformat() for day in soak.missing)
        return unmeasured(f"近 {SOAK_DAYS} 天里有数据的:{count} 天", f"metrics of {count} of {SOAK_DAYS} days", *days)
    return None


def _nothing() -> Verdict:
    return unmeasured("没有网关指标", "the gateway has kept no metrics of this city")


RULES: Family = {"F01": f01, "F02": f02, "F03": f03, "F04": f04, "F05": f05, "F06": f06, "F07": f07}
