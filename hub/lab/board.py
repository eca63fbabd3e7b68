"""How far each order of the demo has come, read from the store as values to be shown."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from hub.domain.exchange import Direction
from hub.domain.messages import CarrierMoment
from hub.domain.orders import ChangeKind, FulfillmentState, Order, PromiseKind
from hub.domain.status import Word, word_at
from hub.lab.firms import CAST
from hub.lab.plays import Play
from hub.store import DocumentRow, ExceptionRow, Store, Transaction

INTENDED = (
    "no-source",
    "backorder-beyond-promise",
    "change-unanswered",
    "invoice-differs",
    "parcel-trouble",
)
"""The exceptions that the demo makes on purpose and leaves for a person."""

ORDERS = frozenset({"850", "940", "Order", "OrderRequest", "order"})
NOTICES = frozenset(
    {"856", "945", "Despatch", "DespatchAdvice", "ShipNoticeRequest", "ship_notice"}
)
RECEIPTING = frozenset({"x12", "depot"})
"""Languages whose papers are acknowledged by receipts."""

OVERCOME = ("overdue-shipment", "no-source", "rejected")
"""Those that it makes on purpose and that clear themselves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """One parcel and the newest that its carrier told of it."""

    tracking: str
    moment: CarrierMoment | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """One order: its partners and what went to and fro; `asked` purchase orders in all.

    `first` and `now` are the days by which the last of it was and is to be at the door, None when
    nothing is promised. `waits` says whether a change is still with a partner.
    """

    number: str
    brand: str
    partners: tuple[str, ...]
    asked: int
    sent: int
    receipted: int
    answered: int
    notices: int
    parcels: tuple[Parcel, ...]
    first: date | None
    now: date | None
    changes: int
    waits: bool
    status: str
    ends: Word

    @property
    def ended(self) -> bool:
        """Whether the order ended as the demo intends, every partner having answered."""
        answered = self.asked == self.receipted == self.answered
        return self.status == self.ends and answered and not self.waits


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """The whole demo at one moment; `overcome` are the kinds of exceptions that are closed."""

    orders: tuple[Progress, ...]
    exceptions: tuple[ExceptionRow, ...]
    overcome: frozenset[str]

    def missing(self) -> list[str]:
        """Return what keeps the demo from its intended end, in words."""
        late = [
            f"{one.brand} {one.number} is {one.status!r}, not {str(one.ends)!r} "
            f"({one.asked} asked, {one.receipted} receipted, {one.answered} answered)"
            for one in self.orders
            if not one.ended
        ]
        kinds = [row.kind for row in self.exceptions]
        late += [f"no exception of kind {kind!r}" for kind in INTENDED if kind not in kinds]
        late += [f"none cleared of kind {kind!r}" for kind in OVERCOME if kind not in self.overcome]
        others = [row for row in self.exceptions if row.kind not in INTENDED]
        return [*late, *(f"unintended exception {row.kind!r}: {row.text}" for row in others)]


def look(store: Store, plays: Iterable[Play], *, now: datetime) -> Board:
    """Read where the demo's orders stand as of now; those not placed yet are left out."""
    with store.read() as tx:
        seen = [
            (play, tx.orders.find(brand=play.brand, number=play.order.number)) for play in plays
        ]
        orders = [_progress(tx, play, order, now) for play, order in seen if order is not None]
        rows = tx.exceptions.page(open_only=False, limit=500)
    orders.sort(key=lambda one: (one.brand, one.number))
    return Board(
        orders=tuple(orders),
        exceptions=tuple(row for row in rows if row.closed_at is None),
        overcome=frozenset(row.kind for row in rows if row.closed_at is not None),
    )


def _progress(tx: Transaction, play: Play, order: Order, now: datetime) -> Progress:
    papers = tx.exchange.documents_of_order(order.id)
    asked = [one for one in papers if one.direction is Direction.OUT and one.set_id in ORDERS]
    status = tx.orders.status(brand=play.brand, number=play.order.number)
    changes = [one for one in order.changes if one.kind is not ChangeKind.RESOURCING]
    first, by = _promised(order)
    return Progress(
        number=order.number,
        brand=order.brand,
        partners=tuple(dict.fromkeys(part.partner for part in order.fulfillments)),
        asked=len(asked) + _unwritten(order, asked),
        sent=sum(paper.delivered_at is not None for paper in asked),
        receipted=sum(paper.valid is True or _unreceipted(paper) for paper in asked),
        answered=sum(_answered(paper, papers) for paper in asked),
        notices=sum(one.set_id in NOTICES and one.direction is Direction.IN for one in papers),
        parcels=tuple(
            Parcel(tracking=package.tracking, moment=package.moment)
            for shipment in order.shipments
            for package in shipment.packages
        ),
        first=first,
        now=by,
        changes=len(changes),
        waits=any(one.decided_at is None for one in changes),
        status=word_at(json.loads(status.body), now) if status is not None else "",
        ends=play.ends,
    )


def _unwritten(order: Order, asked: Sequence[DocumentRow]) -> int:
    """Purchase orders that are still to be written."""
    written = {paper.fulfillment_id for paper in asked}
    over = FulfillmentState.CANCELLED
    return sum(part.id not in written and part.state is not over for part in order.fulfillments)


def _promised(order: Order) -> tuple[date | None, date | None]:
    """The last day at the door as it was promised first, and as it is promised now."""
    over = {one.id for one in order.fulfillments if one.state is FulfillmentState.CANCELLED}
    doors = [one for one in order.promises if one.kind is PromiseKind.DELIVER_BY]
    parts = {one.fulfillment_id for one in doors} - over
    firsts = [next(one.day for one in doors if one.fulfillment_id == part) for part in parts]
    stand = [order.promise(part, PromiseKind.DELIVER_BY) for part in parts]
    return max(firsts, default=None), max((one.day for one in stand if one), default=None)


def _answered(paper: DocumentRow, papers: Sequence[DocumentRow]) -> bool:
    """Whether its partner answered; a warehouse does by what it ships."""
    return paper.answered_at is not None or (
        paper.set_id == "940"
        and any(one.set_id == "945" and one.partner == paper.partner for one in papers)
    )


def _unreceipted(paper: DocumentRow) -> bool:
    """Whether its partner's language has no receipts, and it was delivered."""
    silent = CAST[paper.partner].speaks not in RECEIPTING
    return silent and paper.delivered_at is not None
