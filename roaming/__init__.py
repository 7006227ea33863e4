"""What may cross a city border, and what has crossed it once already.

`shares` decides by offer and agreement, `openings` by how far a new city is open, `consented` by consent; `consents` keeps the
citizens' separate consents, as events that are only ever added (`consent_log`), under texts that say what is sent (`terms`);
`quotas` count crossings, and workers that share the counts share the `used_proofs`; `mandates` let one citizen act for another;
`journal` makes a mutation happen once per idempotency key, `unsettled` and `deliveries` keep what is found out or sent later;
`ledger` records every call that crosses a border. Decisions are sync functions over a snapshot and a day; only the stores do I/O.
"""

from .agreements import state_of
from .consent_log import Verdict, verify_consents
from .consents import Consent, Consents
from .drafting import draft
from .journal import Entry, First, Journal, Mismatch, Replay, Unfinished, input_digest
from .ledger import Ledger, LedgerUnavailable, Outcome, Record, Usage, subject_of
from .ledger_store import SqliteLedger
from .shares import Denial, Grant, Share, authorize, shares, standing
from .terms import Terms

__all__ = [
    "Consent",
    "Consents",
    "Denial",
    "Entry",
    "First",
    "Grant",
    "Journal",
    "Ledger",
    "LedgerUnavailable",
    "Mismatch",
    "Outcome",
    "Record",
    "Replay",
    "Share",
    "SqliteLedger",
    "Terms",
    "Unfinished",
    "Usage",
    "Verdict",
    "authorize",
    "draft",
    "input_digest",
    "shares",
    "standing",
    "state_of",
    "subject_of",
    "verify_consents",
]
