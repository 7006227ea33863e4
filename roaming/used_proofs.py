"""Which proofs were used on any worker: remembered in the Redis that counts crossings (`identity.dpop.UsedProofs`).

A use is a count, and the first is 1: of several workers that get one proof at once, one hears so. A Redis that does not
answer knows nothing, and nobody is let in on a proof (deny on doubt); what needs no proof does not come by here.
"""

import asyncio
from datetime import datetime, timedelta

import structlog
from limits.aio.storage import Storage

from identity.dpop import KEPT
from identity.refusal import RefusalReason, TokenRefused

from .counts import ANSWER_SECONDS, FAULTS

SLACK = timedelta(seconds=5)  # the workers' clocks differ a little, and the Redis' runs from when it was told
KEPT_SECONDS = int((KEPT + SLACK).total_seconds())

log = structlog.get_logger("proofs")


class UsedAnywhere:
    """Proofs used in this deployment. The Redis sees their hashes alone, and forgets them by its own clock."""

    def __init__(self, counts: Storage) -> None:
        self._counts = counts

    async def first_use(self, name: bytes, now: datetime) -> bool:
        """As UsedProofs has it. Raises TokenRefused STORE_UNREACHABLE."""
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                # One that was counted and not answered is counted again by the repetition: refused, never taken twice.
                return await self._counts.incr(f"proof/{name.hex()}", KEPT_SECONDS) == 1
        except FAULTS as fault:
            log.error("used_proofs_unreachable", kind=type(fault).__name__)
            raise TokenRefused(RefusalReason.STORE_UNREACHABLE) from None
