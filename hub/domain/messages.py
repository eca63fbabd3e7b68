"""What partners say to each other, frozen and free of any standard.

Maps turn a partner's paper into these and back; rules read and make them. Money is integer minor
units of the message's currency, quantities are whole units as the partner counts them (its own
unit and pack, not the hub's). Texts travel unchanged.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from hub.domain.exchange import Purpose


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductId:
    """One way a partner names an article: a kind (`sku`, `gtin`, `vendor`, `buyer`) and the id."""

    kind: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A place and person as printed on a label; `lines` are the street lines in order."""

    name: str
    name2: str = ""
    lines: tuple[str, ...] = ()
    city: str = ""
    region: str = ""
    postal_code: str = ""
    country: str = ""
    phone: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PurchaseOrderLine:
    """One article asked of a partner. `number` is our line number on this purchase order."""

    number: str
    quantity: int
    unit: str
    cost: int
    products: tuple[ProductId, ...]
    description: str = ""
    personalization: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PurchaseOrder:
    """What we ask one partner to send to one consumer."""

    purpose: Purpose
    number: str
    ordered_on: date
    currency: str
    lines: tuple[PurchaseOrderLine, ...]
    ship_to: Address
    buyer: str = ""
    buyer_code: str = ""
    consumer_order: str = ""
    carrier: str = ""
    service: str = ""
    routing: str = ""
    ship_by: date | None = None
    cancel_after: date | None = None
    slip_message: str = ""
    gift_message: str = ""
    instructions: str = ""


class Answer(StrEnum):
    """A partner's word on a quantity of one line."""

    ACCEPTED = "accepted"
    BACKORDERED = "backordered"
    REJECTED = "rejected"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class LineAnswer:
    """A quantity of one line and what becomes of it; `ships_on` where the partner names a date."""

    answer: Answer
    quantity: int | None = None
    unit: str = ""
    ships_on: date | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderResponseLine:
    """The answers to one line; `number` is our line number if the partner echoed it."""

    number: str = ""
    products: tuple[ProductId, ...] = ()
    quantity: int | None = None
    unit: str = ""
    cost: int | None = None
    answers: tuple[LineAnswer, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderResponse:
    """A partner's answer to a purchase order. `whole` speaks for lines that are not listed."""

    purpose: Purpose
    number: str
    answered_on: date | None = None
    whole: Answer | None = None
    partner_order: str = ""
    lines: tuple[OrderResponseLine, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ShippedLine:
    """A quantity of one article in a parcel; `number` is our line number if echoed."""

    quantity: int
    unit: str = ""
    number: str = ""
    products: tuple[ProductId, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """One box: its tracking number and label number as the partner wrote them."""

    tracking: str = ""
    label: str = ""
    lines: tuple[ShippedLine, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ShipNotice:
    """What one partner says it handed to a carrier for one purchase order.

    A notice on several purchase orders becomes several of these with the same `notice`. A
    `shipped_at` without a zone is the partner's own time of day.
    """

    purpose: Purpose
    notice: str
    number: str
    parcels: tuple[Parcel, ...]
    shipped_at: datetime | None = None
    carrier: str = ""
    service: str = ""
    consumer_order: str = ""
    delivery_on: date | None = None


Message = PurchaseOrder | OrderResponse | ShipNotice
