"""What may cross a city border, and what has crossed it once already.

`shares` decides by offer and agreement; `consents` keeps the citizens' separate consents; `journal` makes a mutation happen
once per idempotency key. Decisions are sync functions over a snapshot and a day; only the two stores do I/O.
"""

from .consents import Consent, Consents
from .journal import Entry, First, Journal, Mismatch, Replay, Unfinished, input_digest
from .shares import Denial, Grant, Share, authorize, shares, standing

__all__ = [
    "Consent",
    "Consents",
    "Denial",
    "Entry",
    "First",
    "Grant",
    "Journal",
    "Mismatch",
    "Replay",
    "Share",
    "Unfinished",
    "authorize",
    "input_digest",
    "shares",
    "standing",
]
