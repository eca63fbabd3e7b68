"""How far each order of the demo has come, read from the store as values to be shown."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from hub.domain.exchange import Direction
from hub.domain.orders import Order
from hub.lab.orders import Play
from hub.store import DocumentRow, ExceptionRow, Store, Transaction

INTENDED = ("no-source", "rejected")
"""The exceptions that the demo makes on purpose: a line nobody can fill, a misprinted paper."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """One order: its partners and what went to and fro; `asked` purchase orders in all."""

    number: str
    brand: str
    partners: tuple[str, ...]
    asked: int
    sent: int
    receipted: int
    answered: int
    notices: int
    parcels: int
    status: str
    ends: str

    @property
    def ended(self) -> bool:
        """Whether the order ended as the demo intends, every partner having answered."""
        return self.status == self.ends and self.asked == self.receipted == self.answered


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """The whole demo at one moment."""

    orders: tuple[Progress, ...]
    exceptions: tuple[ExceptionRow, ...]

    def missing(self) -> list[str]:
        """Return what keeps the demo from its intended end, in words."""
        late = [
            f"{one.brand} {one.number} is {one.status!r}, not {one.ends!r} "
            f"({one.asked} asked, {one.receipted} receipted, {one.answered} answered)"
            for one in self.orders
            if not one.ended
        ]
        kinds = [row.kind for row in self.exceptions]
        late += [f"no exception of kind {kind!r}" for kind in INTENDED if kind not in kinds]
        others = [row for row in self.exceptions if row.kind not in INTENDED]
        return [*late, *(f"unintended exception {row.kind!r}: {row.text}" for row in others)]


def look(store: Store, plays: Iterable[Play]) -> Board:
    """Read where the demo's orders stand; those not placed yet are left out."""
    with store.read() as tx:
        seen = [
            (play, tx.orders.find(brand=play.brand, number=play.order.number)) for play in plays
        ]
        orders = [_progress(tx, play, order) for play, order in seen if order is not None]
        stuck = tx.exceptions.page(open_only=True, limit=100)
    return Board(
        orders=tuple(orders),
        exceptions=tuple(stuck),
    )


def _progress(tx: Transaction, play: Play, order: Order) -> Progress:
    papers = tx.exchange.documents_of_order(order.id)
    asked = [paper for paper in papers if paper.direction is Direction.OUT]
    status = tx.orders.status(brand=play.brand, number=play.order.number)
    return Progress(
        number=order.number,
        brand=order.brand,
        partners=_once(part.partner for part in order.fulfillments),
        asked=len(order.fulfillments),
        sent=sum(paper.delivered_at is not None for paper in asked),
        receipted=sum(paper.valid is True for paper in asked),
        answered=sum(paper.answered_at is not None for paper in asked),
        notices=_count(papers, "856"),
        parcels=sum(len(shipment.packages) for shipment in order.shipments),
        status=status.word if status is not None else "",
        ends=play.ends,
    )


def _count(papers: Sequence[DocumentRow], set_id: str) -> int:
    return sum(paper.set_id == set_id and paper.direction is Direction.IN for paper in papers)


def _once(partners: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(partners))
