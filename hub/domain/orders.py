"""An order and everything in it that is not a person: groups, lines, partners' parts, parcels.

Quantities are buckets: `ordered = open + cancelled + shipped`, always, on the order's lines and on
each partner's; `accepted`, `backordered`, `rejected`, `delivered`, `returned`, `unexpected` stand
beside them. People's names, addresses and words are not here: they
lie sealed in the people's table.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import TypeVar

from hub.domain.messages import CarrierMoment, ProductId


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

    def unship(self, quantity: int) -> "Buckets":
        """Move `quantity` from shipped back to open: it never left."""
        return self.ship(-quantity)

    def cancel(self, quantity: int) -> "Buckets":
        """Move `quantity` from open to cancelled; it must be open."""
        return replace(self, open=self.open - quantity, cancelled=self.cancelled + quantity)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLine:
    """One article ordered. Money is minor units; `discount` and `tax` are for the units kept."""

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
    partner: str = ""

    @property
    def kept(self) -> int:
        """The units that are not cancelled: the customer has them or waits for them."""
        return self.buckets.ordered - self.buckets.cancelled

    @property
    def goods(self) -> int:
        """What the units kept cost less their discount, in minor units, before tax."""
        return self.kept * self.unit_price - self.discount

    @property
    def amount(self) -> int:
        """What the line costs the customer, in minor units."""
        return self.goods + self.tax


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
    """The lines of one ship group that one partner fills; `number` is the purchase order number.

    `ship_by` is when the last of it is due. `next_due` is when its other pieces are, where some
    were put off; None where one moment counts for all.
    """

    id: str
    group_id: str
    partner: str
    number: str
    state: FulfillmentState
    currency: str
    created_at: datetime
    ship_by: datetime | None
    lines: tuple[FulfillmentLine, ...]
    next_due: datetime | None = None

    @property
    def due(self) -> datetime | None:
        """When the partner is to ship something next."""
        return self.next_due or self.ship_by


@dataclass(frozen=True, slots=True, kw_only=True)
class PackedLine:
    """Units of an order line in one parcel; `unexpected` of them were not open any more."""

    fulfillment_line_id: str
    line_id: str
    quantity: int
    unexpected: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """One parcel as a partner reported it, and the newest its carrier told of it.

    `expected_on` is the day on which the carrier, or else the ship notice, says it arrives.
    """

    id: str
    tracking: str
    label: str
    lines: tuple[PackedLine, ...]
    moment: CarrierMoment | None = None
    moment_at: datetime | None = None
    expected_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipment:
    """What one ship notice says left a partner for one purchase order.

    `heard_at` is when the hub took it in (None for those of an older version), `voided_at` when it
    was taken back.
    """

    id: str
    fulfillment_id: str
    notice: str
    shipped_at: datetime
    carrier: str
    service: str
    packages: tuple[Package, ...]
    heard_at: datetime | None = None
    voided_at: datetime | None = None

    @property
    def name(self) -> str:
        """What it is called: the notice's number or, without one, its tracking numbers."""
        return notice_name(self.notice, [package.tracking for package in self.packages])

    @property
    def known_packages(self) -> tuple[Package, ...]:
        """The parcels that are known to be the order's: none until one of them has units of it.

        With goods of the order in one, a parcel of which only a number or a label is told counts
        too. Of the others nobody but the partner and its operator is told.
        """
        return self.packages if any(package.lines for package in self.packages) else ()


def notice_name(notice: str, trackings: Iterable[str]) -> str:
    """Return what a shipment is called: its notice's number or, without one, its trackings."""
    return notice or ",".join(trackings)


class PromiseKind(StrEnum):
    """What the customer was promised of a partner's part.

    `DELIVER_NEXT_BY` is the day at the door of the pieces that were not put off, where others were;
    it is made only once it differs from what was agreed.
    """

    SHIP_BY = "ship_by"
    DELIVER_BY = "deliver_by"
    DELIVER_NEXT_BY = "deliver_next_by"


class Evidence(StrEnum):
    """What a promise rests on.

    `REST` is of the pieces that stay when all that was put off leaves a part: nothing was said of
    them, they have the day that they had.
    """

    CALENDAR = "calendar"
    STOCK_DATE = "stock_date"
    ANSWER = "answer"
    REPORT = "report"
    CHANGE = "change"
    SILENCE = "silence"
    SHIPMENT = "shipment"
    CARRIER = "carrier"
    REST = "rest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """A date given for one partner's part; a later one of the same kind replaces it.

    `due` is the last moment at which it is kept, `day` that day as the partner's calendar names it.
    `reason` is a short code that brands have words for: `placed`, `resourced`, `backordered`,
    `rescheduled`, `sooner`, `no_answer`, `not_shipped`, `changed`, `shipped`, `carrier`.
    """

    id: str
    fulfillment_id: str
    kind: PromiseKind
    due: datetime
    day: date
    evidence: Evidence
    reason: str
    made_at: datetime


class ChangeState(StrEnum):
    """How far a change, or one partner's share of it, has come."""

    REQUESTED = "requested"
    CONFIRMED = "confirmed"
    DECLINED = "declined"


class ChangeKind(StrEnum):
    """Who wants what: the customer cancels or changes, or we take a line to another partner."""

    CANCELLATION = "cancellation"
    CHANGE = "change"
    RESOURCING = "resourcing"


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedUnits:
    """Units of a partner's line that are to be taken back."""

    fulfillment_line_id: str
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One partner's share of a change, told by one paper (X12 860).

    `number` counts a purchase order's changes from 1; `until` is when silence is taken for the
    answer that the partner's page names.
    """

    id: str
    fulfillment_id: str
    number: int
    state: ChangeState
    until: datetime | None
    lines: tuple[AskedUnits, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderChange:
    """A change of an order: appended, never an edit.

    `actions` are what was wanted, as the API names them, without anybody's words: an address is the
    id of a sealed person.
    """

    id: str
    kind: ChangeKind
    state: ChangeState
    requested_at: datetime
    requested_by: str
    actions: tuple[Mapping[str, object], ...]
    asks: tuple[Ask, ...] = ()
    reason: str = ""
    decided_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One customer's order. `version` counts every change, `revision` the customer's.

    `shipments` are those that stand; what was taken back is kept in `voided`.
    """

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
    promises: tuple[Promise, ...] = ()
    changes: tuple[OrderChange, ...] = ()
    voided: tuple[Shipment, ...] = ()
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

    def promise(self, fulfillment_id: str, kind: PromiseKind) -> Promise | None:
        """Return the promise of that kind that stands for a partner's part."""
        rows = (
            one
            for one in reversed(self.promises)
            if one.fulfillment_id == fulfillment_id and one.kind is kind
        )
        return next(rows, None)

    def with_change(self, change: OrderChange) -> "Order":
        """Return the order with that change put in place of its former self, or added."""
        if any(former.id == change.id for former in self.changes):
            return replace(self, changes=_put(self.changes, change))
        return replace(self, changes=(*self.changes, change))

    def with_fulfillment(self, fulfillment: FulfillmentOrder) -> "Order":
        """Return the order with that part put in place of its former self."""
        return replace(self, fulfillments=_put(self.fulfillments, fulfillment))

    def with_line(self, line: OrderLine) -> "Order":
        """Return the order with that line put in place of its former self."""
        return replace(self, lines=_put(self.lines, line))


Row = TypeVar("Row", OrderLine, ShipGroup, FulfillmentOrder, OrderChange)


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
