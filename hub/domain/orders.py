"""An order and everything in it that is not a person: groups, lines, partners' parts, parcels.

Quantities are buckets: `ordered = open + cancelled + shipped`, always, on the order's lines and on
each partner's; `accepted`, `backordered`, `rejected`, `delivered`, `returned`, `unexpected` stand
beside them. People's names, addresses and words are not here: they
lie sealed in the people's table.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import TypeVar

from hub.domain.messages import ProductId


class OrderChannel(StrEnum):
    """How the customer came in."""

    WEB = "web"
    PHONE = "phone"
    FAX = "fax"
    MAIL = "mail"
    KIOSK = "kiosk"
    STORE = "store"
    AUCTION = "auction"
    B2B = "b2b"


class FulfillmentState(StrEnum):
    """How far a partner's part of an order has come."""

    OPEN = "open"
    IN_PROGRESS = "in_progress"
    SHIPPED = "shipped"
    CLOSED = "closed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Buckets:
    """Where the units of a line are; `ordered = open + cancelled + shipped` is checked at birth."""

    ordered: int
    open: int
    cancelled: int = 0
    shipped: int = 0
    accepted: int = 0
    backordered: int = 0
    rejected: int = 0
    delivered: int = 0
    returned: int = 0
    unexpected: int = 0

    def __post_init__(self) -> None:
        if self.ordered != self.open + self.cancelled + self.shipped:
            raise ValueError(f"ordered = open + cancelled + shipped does not hold: {self}")
        if min(self.open, self.cancelled, self.shipped, self.unexpected) < 0:
            raise ValueError(f"a quantity is negative: {self}")

    @classmethod
    def new(cls, ordered: int) -> "Buckets":
        """Return the buckets of a line of which nothing has happened yet."""
        return cls(ordered=ordered, open=ordered)

    def ship(self, quantity: int) -> "Buckets":
        """Move `quantity` from open to shipped; it must be open."""
        return replace(self, open=self.open - quantity, shipped=self.shipped + quantity)

    def cancel(self, quantity: int) -> "Buckets":
        """Move `quantity` from open to cancelled; it must be open."""
        return replace(self, open=self.open - quantity, cancelled=self.cancelled + quantity)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLine:
    """One article ordered. Money is minor units; `discount` and `tax` are for the line."""

    id: str
    group_id: str
    number: str
    sku: str
    description: str
    unit_price: int
    discount: int
    tax: int
    buckets: Buckets
    personalization_hash: str = ""

    @property
    def amount(self) -> int:
        """What the line costs the customer, in minor units."""
        return self.buckets.ordered * self.unit_price - self.discount + self.tax


@dataclass(frozen=True, slots=True, kw_only=True)
class ShipGroup:
    """Lines that go to one address by one method; the address itself lies with the people."""

    id: str
    number: str
    person_id: str
    method_asked: str
    method_final: str = ""
    carrier: str = ""
    signature: bool = False
    deliver_by: date | None = None
    gift: bool = False
    hide_prices: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FulfillmentLine:
    """What one partner is asked for of one order line, in our units; the partner counts packs.

    `cost` is minor units per pack, copied at release: an invoice is compared with it.
    """

    id: str
    line_id: str
    number: str
    sku: str
    products: tuple[ProductId, ...]
    unit: str
    units_per_pack: int
    cost: int
    buckets: Buckets


@dataclass(frozen=True, slots=True, kw_only=True)
class FulfillmentOrder:
    """The lines of one ship group that one partner fills; `number` is the purchase order number."""

    id: str
    group_id: str
    partner: str
    number: str
    state: FulfillmentState
    currency: str
    created_at: datetime
    ship_by: datetime | None
    lines: tuple[FulfillmentLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PackedLine:
    """Units of an order line in one parcel; `unexpected` of them were not open any more."""

    fulfillment_line_id: str
    line_id: str
    quantity: int
    unexpected: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """One parcel as a partner reported it."""

    id: str
    tracking: str
    label: str
    lines: tuple[PackedLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipment:
    """What one ship notice says left a partner for one purchase order."""

    id: str
    fulfillment_id: str
    notice: str
    shipped_at: datetime
    carrier: str
    service: str
    packages: tuple[Package, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One customer's order. `version` counts every change, `revision` the customer's."""

    id: str
    brand: str
    number: str
    channel: OrderChannel
    customer_id: str
    currency: str
    placed_at: datetime
    shipping: int
    discount: int
    tax: int
    total: int
    groups: tuple[ShipGroup, ...]
    lines: tuple[OrderLine, ...]
    fulfillments: tuple[FulfillmentOrder, ...] = ()
    shipments: tuple[Shipment, ...] = ()
    revision: int = 1
    version: int = 1

    def line(self, line_id: str) -> OrderLine:
        """Return the line of that id; KeyError is a fault of ours."""
        return _one(self.lines, line_id)

    def group(self, group_id: str) -> ShipGroup:
        """Return the ship group of that id."""
        return _one(self.groups, group_id)

    def fulfillment(self, fulfillment_id: str) -> FulfillmentOrder:
        """Return the partner's part of that id."""
        return _one(self.fulfillments, fulfillment_id)

    def unsourced(self, line: OrderLine) -> int:
        """Return how many open units no partner has been asked for."""
        asked = sum(
            part.buckets.open
            for fulfillment in self.fulfillments
            for part in fulfillment.lines
            if part.line_id == line.id
        )
        return line.buckets.open - asked

    def with_fulfillment(self, fulfillment: FulfillmentOrder) -> "Order":
        """Return the order with that part put in place of its former self."""
        return replace(self, fulfillments=_put(self.fulfillments, fulfillment))

    def with_line(self, line: OrderLine) -> "Order":
        """Return the order with that line put in place of its former self."""
        return replace(self, lines=_put(self.lines, line))


Row = TypeVar("Row", OrderLine, ShipGroup, FulfillmentOrder)


def _one(rows: Iterable[Row], row_id: str) -> Row:
    for row in rows:
        if row.id == row_id:
            return row
    raise KeyError(row_id)


def _put(rows: tuple[Row, ...], row: Row) -> tuple[Row, ...]:
    return tuple(row if former.id == row.id else former for former in rows)


def products_total(lines: Iterable[OrderLine]) -> int:
    """Return what the lines cost together, in minor units."""
    return sum(line.amount for line in lines)
