"""Whether an answer from before still holds, although this process has not heard of any change.

A write forgets what was kept of the citizen and the city in the process that made it; the others have their own memory. The
journal and the deliveries are one for all, so before old rows are shown they are asked what was sent to that city since. What is
older than the journal remembers is not shown.
"""

import logging
from datetime import timedelta

from channels.answer import Page
from channels.calls.unrest import UNREST_SECONDS
from resolvers.context import Context
from roaming.deliveries import Deliveries
from roaming.journal import KEPT
from storage import StorageError

log = logging.getLogger(__name__)
UNREST = timedelta(seconds=UNREST_SECONDS)  # what was read so soon after a write may not show it yet


async def overtaken(context: Context, subject: str | None, city: str, page: Page) -> bool:
    """Has the citizen changed, or tried to change, something in the city since it gave the page? Yes when it cannot be known."""
    if subject is None:
        return False
    since = page.as_of - UNREST
    if since < context.now - KEPT:
        return True
    try:
        journal = context.services.journal
        deliveries = Deliveries(journal.database, journal.worker)
        return await journal.sent_since(subject, city, since) or await deliveries.sent_since(subject, city, since)
    except StorageError as fault:
        log.error("the journal cannot be read: %s", type(fault).__name__)
        return True
