"""The cellar: everything that is kept, and the only place that knows SQL.

What lives here: `Store` (open, migrate, read, write, submit), the `Transaction` with one shelf
per subject (orders, people, catalog, exchange, duties, facts, exceptions, keys), the archive of
large bodies, and the rows they hand out. What does not: decisions, parsing, the clock, anything
that speaks to a partner. Who may come in: `hub.flow` and the rooms above it; nobody else commits.
"""

from hub.store.accounts import AccountRow, NewAccount
from hub.store.archive import Archive, Kept
from hub.store.brands import Unfinished
from hub.store.depot import TransferRow
from hub.store.duties import LaneRow, Lease, WaitingDuty
from hub.store.exceptions import ExceptionRow
from hub.store.exchange_rows import DocumentRow, InterchangeRow, Sighting, TransmissionRow
from hub.store.facts import SealedFact, StoredReply
from hub.store.given import Counts, Given, Shelf
from hub.store.handed import Handed
from hub.store.headings import HeadingRow
from hub.store.invoices import InvoiceRow
from hub.store.keys import KeyRow
from hub.store.names import NameRow
from hub.store.orders import StatusRow
from hub.store.own import SettingRow
from hub.store.parcels import ParcelEventRow
from hub.store.reports import OrdersCounted
from hub.store.reservations import Held, WaitingLine
from hub.store.restocking import Feed, Merged, Restocking, Weighed
from hub.store.retry import is_away, is_taken_up
from hub.store.seals import Damaged, Erased
from hub.store.sessions import ActRow, NewSession, SessionRow, Tries
from hub.store.sifted import Sieve, Untaken
from hub.store.stock import StockSource
from hub.store.store import Store
from hub.store.supplying import KeptRow, Marked, OfferRow, Shipped
from hub.store.transaction import Transaction
from hub.store.visits import Linked, VisitRow
from hub.store.webhook_rows import DeadMessage, Picked, SecretRow, WebhookRow

__all__ = [
    "AccountRow",
    "ActRow",
    "Archive",
    "Counts",
    "Damaged",
    "DeadMessage",
    "DocumentRow",
    "Erased",
    "ExceptionRow",
    "Feed",
    "Given",
    "Handed",
    "HeadingRow",
    "Held",
    "InterchangeRow",
    "InvoiceRow",
    "Kept",
    "KeptRow",
    "KeyRow",
    "LaneRow",
    "Lease",
    "Linked",
    "Marked",
    "Merged",
    "NameRow",
    "NewAccount",
    "NewSession",
    "OfferRow",
    "OrdersCounted",
    "ParcelEventRow",
    "Picked",
    "Restocking",
    "SealedFact",
    "SecretRow",
    "SessionRow",
    "SettingRow",
    "Shelf",
    "Shipped",
    "Sieve",
    "Sighting",
    "StatusRow",
    "StockSource",
    "Store",
    "StoredReply",
    "Transaction",
    "TransferRow",
    "TransmissionRow",
    "Tries",
    "Unfinished",
    "Untaken",
    "VisitRow",
    "WaitingDuty",
    "WaitingLine",
    "WebhookRow",
    "Weighed",
    "is_away",
    "is_taken_up",
]
