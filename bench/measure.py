"""Rounds over all cases, gateway and handler in turn, so that whatever else the machine does meets both alike."""

import json
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any

from bench.cases import CASES, Case
from bench.load import DAY, Burst, Target, burst, day
from bench.process import cpu_seconds
from bench.stage import NotReady, Server, Stage
from sandbox import switch

SPREAD = 0.05  # an answer's size may vary this much: a count or a time more or less
VARYING = {"asOf", "fromCache", "cursor", "endCursor"}  # what a cursor holds is the gateway's own affair
WARM_UP_SECONDS = 1


@dataclass(frozen=True, slots=True)
class Sample:
    """One burst: CPU time of the server for one request, and requests a second as they came."""

    cpu_micros: float
    per_second: float


@dataclass(frozen=True, slots=True)
class Result:
    """A case on both servers, over all rounds; the middle round counts."""

    case: Case
    answer_bytes: int
    gateway: tuple[Sample, ...]
    handler: tuple[Sample, ...]

    @property
    def ratio(self) -> float:
        """The gateway's CPU time over the handler's."""
        return micros(self.gateway) / micros(self.handler)

    @property
    def ratios(self) -> tuple[float, float]:
        """The lowest and highest ratio of one round."""
        found = [g.cpu_micros / h.cpu_micros for g, h in zip(self.gateway, self.handler, strict=True)]
        return min(found), max(found)


def micros(samples: tuple[Sample, ...]) -> float:
    """The middle CPU time per request, in microseconds."""
    return statistics.median(sample.cpu_micros for sample in samples)


def measured(stage: Stage, *, rounds: int, seconds: int, only: str = "") -> Iterator[Result]:
    """Every case that `only` names a part of. Raises NotReady, load.LoadFailed."""
    cases = [case for case in CASES if only in case.name]
    sizes = {case.name: agreed(stage, case) for case in cases}
    numbers = count(1)
    found: dict[tuple[str, str], list[Sample]] = {}
    for number in range(rounds + 1):  # the first one warms up
        length = seconds if number else WARM_UP_SECONDS
        for case in cases:
            for side, server in sides(stage, case):
                sample = sampled(stage, case, server, side, length, next(numbers), sizes[case.name][side])
                if number:
                    found.setdefault((case.name, side), []).append(sample)
    for case in cases:
        agreed(stage, case)
        mine, theirs = (tuple(found[case.name, side]) for side in ("gateway", "handler"))
        yield Result(case, sizes[case.name]["gateway"], mine, theirs)


def sides(stage: Stage, case: Case) -> tuple[tuple[str, Server], tuple[str, Server]]:
    """The two servers of a case."""
    return ("gateway", stage.gateway if case.kept else stage.uncached), ("handler", stage.handler)


def target(stage: Stage, case: Case, server: Server, side: str) -> Target:
    """Where the question goes and how it is put."""
    token = stage.tokens[case.persona]
    if side == "gateway":
        return Target(f"{server.url}/graphql", token, case.graphql_body)
    return Target(f"{server.url}{case.handler_path}", token, case.handler_body)


def sampled(stage: Stage, case: Case, server: Server, side: str, seconds: int, number: int, expected: int) -> Sample:
    """One burst on one server."""
    before, begun = cpu_seconds(server.pid), time.monotonic()
    got = burst(
        target(stage, case, server, side),
        connections=case.connections,
        seconds=seconds,
        offset=number % 20,
        scratch=stage.scratch,
    )
    used, passed = cpu_seconds(server.pid) - before, time.monotonic() - begun
    check_size(case, side, got, expected)
    return Sample(used / got.requests * 1e6, got.requests / passed)


def check_size(case: Case, side: str, got: Burst, expected: int) -> None:
    """Raises NotReady: these were not the answers that were checked, but errors, say, or partial ones."""
    if not expected * (1 - SPREAD) <= got.answer_bytes <= expected * (1 + SPREAD) + 600:
        raise NotReady(f"{case.name}, {side}: answers of {got.answer_bytes:.0f} bytes, expected {expected}")


def agreed(stage: Stage, case: Case) -> dict[str, int]:
    """Both answer the same data, times and cursors apart. Returns the size of each answer in bytes, by side. Raises NotReady."""
    answers = []
    for side, server in sides(stage, case):
        where = target(stage, case, server, side)
        body = json.loads(where.body.replace(DAY, day(0).encode()))
        _, answer = switch.call("POST", where.url, body, {"authorization": f"Bearer {where.token}"})
        if not isinstance(answer, dict) or "errors" in answer:
            raise NotReady(f"{case.name}: the {side} answers {str(answer)[:300]}")
        answers.append(answer)
    if plain(answers[0]["data"]) != plain(answers[1]["data"]):
        raise NotReady(f"{case.name}: the gateway and the handler do not answer the same data")
    texts = [json.dumps(answer, ensure_ascii=False, separators=(",", ":")).encode() for answer in answers]
    return {"gateway": len(texts[0]), "handler": len(texts[1])}


def plain(value: Any) -> Any:
    """Without what differs from one asking to the next."""
    if isinstance(value, dict):
        return {name: plain(part) for name, part in value.items() if name not in VARYING}
    return [plain(part) for part in value] if isinstance(value, list) else value
