"""A city that is opened step by step: to some of the citizens first, to groups that try it, then to all.

A citizen's share in a city is a number from 0 to below 100 that never changes: the same on every worker and after every restart,
another one in every city. Who is below the city's `percent` has it from the first day on, and keeps it when the percentage grows.
It is made of the key under which the store knows the citizen, so that it tells nothing of them.

What came of an opening is in the store. While that cannot be asked, or not written to, what this process knew before counts on: a
city that was closed stays closed, whatever files are put in place meanwhile.

What says nothing of a citizen (services, notices, free slots) is open to all from the first moment; so this is asked only of
operations that send claims.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256

from channels.answer import Bilingual
from channels.deployment.snapshot import Channel
from channels.measured.rollout_log import Run
from schema.codes import ErrorCode

from .shares import Denial

BITS = 53  # what a float holds exactly, so that no share is rounded up to 100
UNASKED = Bilingual(
    "网关的存储无法使用,不知道该城市此前是否已中止开放",
    "the gateway's store cannot be used, so it is not known whether the city was closed before",
)


def share_of(city: str, citizen: str) -> float:
    """The citizen's share in a city; `citizen` is their key in the store (`identity.links.citizen_key`)."""
    digest = sha256(f"rollout\0{city}\0{citizen}".encode()).digest()
    return (int.from_bytes(digest[:8]) >> (64 - BITS)) * 100 / (1 << BITS)


@dataclass(frozen=True, slots=True)
class Opening:
    """How far a city with a `rollout` is open. `stamp`: of the files it was made of; `block`: their rollout in a line.

    `until`: from then on it is open to all; None: not by itself. `aborted`: why it is open to `allow` alone; None: it is not.
    """

    city: str
    stamp: str
    percent: float
    allow: frozenset[str]
    until: datetime | None = None
    aborted: Bilingual | None = None
    block: str = ""

    @classmethod
    def of(cls, channel: Channel, run: Run | None, before: Opening | None = None) -> Opening | None:
        """What the files say and what has come of it; None for a city that is open to all.

        `run`: what the store tells of the city. `before`: what was known last, which counts on where that is no run of these files:
        closed stays closed, and the same rollout keeps its day. Where nothing is known the city is open to `allow` alone.
        """
        rollout = channel.config.rollout
        if rollout is None:
            return None
        made = cls(channel.slug, channel.stamp, rollout.percent, frozenset(rollout.allow), block=rollout.block)
        if run is not None and run.is_of(channel):
            return replace(made, until=rollout.over_at(run.begun_at), aborted=run.why)
        if before is None:
            return replace(made, aborted=UNASKED)
        return replace(made, until=before.until if before.block == made.block else None, aborted=before.aborted)

    def over(self, at: datetime) -> bool:
        """Whether the city is open to all by now. One that was aborted stays closed."""
        return self.aborted is None and self.until is not None and at >= self.until

    def is_for(self, citizen: str, groups: Collection[str], at: datetime) -> bool:
        """Whether the city is open to a citizen; `citizen` as for `share_of`."""
        if not self.allow.isdisjoint(groups) or self.over(at):
            return True
        return self.aborted is None and share_of(self.city, citizen) < self.percent


def not_open_yet(channel: Channel) -> Denial:
    """The refusal of a city that is being opened and not open to this citizen. Why it was closed again is for operators."""
    zh, en = channel.city.name.zh, channel.city.name.text("en")
    reason: Mapping[str, str] = {
        "zh": f"{zh}正在分步开放,暂未向您开放;公开信息照常可查。",
        "en": f"{en} is being opened step by step and is not open to you yet; its public information is.",
    }
    return Denial(ErrorCode.NOT_OFFERED, offered=False, reason=reason)
