"""What we and a warehouse that holds our goods say to each other, frozen and free of any standard.

No prices: the goods are ours. Quantities are whole units as the warehouse counts them. What these
messages do to an order is `hub.domain.warehouse_orders`, to the stock `hub.domain.warehouse_stock`.
"""

from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum

from hub.domain.exchange import Purpose
from hub.domain.parties import Address, ProductId


@dataclass(frozen=True, slots=True, kw_only=True)
class WarehouseOrderLine:
    """One article to be picked. `number` is our line number on this order, echoed in the answer."""

    number: str
    quantity: int
    unit: str
    products: tuple[ProductId, ...]
    description: str = ""
    personalization: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WarehouseOrder:
    """What a warehouse is to ship to one consumer (X12 940).

    `purpose` REPLACE says how the whole order is to stand now, CANCEL that nothing more of it is to
    leave; `change` then numbers what we asked, from 1. Words for the packers are lines of at most
    80 characters, none of them blank: the paper has no room for others.
    """

    purpose: Purpose
    number: str
    ship_to: Address
    lines: tuple[WarehouseOrderLine, ...] = ()
    change: str = ""
    ordered_on: date | None = None
    buyer: str = ""
    consumer_order: str = ""
    carrier: str = ""
    routing: str = ""
    ship_by: date | None = None
    slip_message: tuple[str, ...] = ()
    gift_message: tuple[str, ...] = ()
    instructions: tuple[str, ...] = ()


class PickState(StrEnum):
    """What a warehouse says of the picking of a line."""

    COMPLETE = "complete"
    PARTIAL = "partial"
    BACKORDERED = "backordered"
    CANCELLED = "cancelled"
    UNDER_WAY = "under_way"


@dataclass(frozen=True, slots=True, kw_only=True)
class Picked:
    """A line in one carton: ordered, shipped and their difference, whose sign partners choose.

    `number` is our line number if echoed. The warehouse repeats a line in each of its cartons.
    """

    state: PickState
    reason: str = ""
    ordered: int | None = None
    shipped: int | None = None
    difference: int | None = None
    unit: str = ""
    number: str = ""
    products: tuple[ProductId, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Carton:
    """One box: its label (SSCC) and tracking number as the warehouse wrote them."""

    label: str = ""
    tracking: str = ""
    picks: tuple[Picked, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WarehouseAdvice:
    """What left a warehouse for one order, and what was picked short (X12 945).

    `shipped_at` is the time of day where the paper has one. `tracking` speaks for cartons that have
    none of their own.
    """

    number: str
    notice: str = ""
    shipped_on: date | None = None
    shipped_at: time | None = None
    purpose: Purpose = Purpose.ORIGINAL
    carrier: str = ""
    routing: str = ""
    tracking: str = ""
    consumer_order: str = ""
    cartons: tuple[Carton, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferLine:
    """A quantity of one article that goes to a warehouse."""

    number: str
    quantity: int
    unit: str
    products: tuple[ProductId, ...]
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StockTransfer:
    """Goods of ours on their way to a warehouse, told so that it expects them (X12 943)."""

    number: str
    shipped_on: date
    warehouse: str
    lines: tuple[TransferLine, ...]
    routing: str
    carrier: str = ""
    expected_on: date | None = None


class Condition(StrEnum):
    """Why units of a delivery are not among those received in good order."""

    DAMAGED = "damaged"
    SHORT = "short"
    OVER = "over"
    QUALITY = "quality"
    WRONG = "wrong"
    GOOD = "good"
    REJECTED = "rejected"
    HELD = "held"


@dataclass(frozen=True, slots=True, kw_only=True)
class Discrepancy:
    """Units of a received line that are not as they should be."""

    quantity: int
    condition: Condition
    unit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedLine:
    """Units of one article received in good order, and what was not."""

    quantity: int
    unit: str = ""
    number: str = ""
    products: tuple[ProductId, ...] = ()
    discrepancies: tuple[Discrepancy, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferReceipt:
    """What a warehouse received of a transfer (X12 944). `number` is the transfer's."""

    receipt: str
    received_on: date
    number: str = ""
    lines: tuple[ReceivedLine, ...] = ()


class Adjusting(StrEnum):
    """What an adjustment does: moves the count by its sign, or puts goods on hold or off it."""

    COUNT = "count"
    HOLD = "hold"
    RELEASE = "release"


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjustedLine:
    """A signed quantity of one article: below zero it is gone."""

    adjusting: Adjusting
    quantity: int
    reason: str = ""
    unit: str = ""
    number: str = ""
    products: tuple[ProductId, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StockAdjustment:
    """What a warehouse corrects of what it holds for us, and why (X12 947)."""

    adjustment: str
    adjusted_on: date
    purpose: Purpose = Purpose.ORIGINAL
    lines: tuple[AdjustedLine, ...] = ()
