"""The cellar: everything that is kept, and the only place that knows SQL.

What lives here: `Store` (open, migrate, read, write, submit), the `Transaction` with one shelf
per subject (orders, people, catalog, exchange, duties, facts, exceptions, keys), the archive of
large bodies, and the rows they hand out. What does not: decisions, parsing, the clock, anything
that speaks to a partner. Who may come in: `hub.flow` and the rooms above it; nobody else commits.
"""

from hub.store.archive import Archive, Kept
from hub.store.duties import LaneRow, Lease, WaitingDuty
from hub.store.exceptions import ExceptionRow
from hub.store.exchange_rows import DocumentRow, InterchangeRow, Sighting, TransmissionRow
from hub.store.facts import SealedFact, StoredReply
from hub.store.keys import KeyRow
from hub.store.orders import StatusRow
from hub.store.retry import is_away
from hub.store.seals import Damaged, Erased
from hub.store.store import Store
from hub.store.transaction import Transaction

__all__ = [
    "Archive",
    "Damaged",
    "DocumentRow",
    "Erased",
    "ExceptionRow",
    "InterchangeRow",
    "Kept",
    "KeyRow",
    "LaneRow",
    "Lease",
    "SealedFact",
    "Sighting",
    "StatusRow",
    "Store",
    "StoredReply",
    "Transaction",
    "TransmissionRow",
    "WaitingDuty",
    "is_away",
]
