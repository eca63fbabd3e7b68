"""What partners say to each other, frozen and free of any standard.

Maps turn a partner's paper into these and back; rules read and make them. Money is integer minor
units of the message's currency, quantities are whole units as the partner counts them (its own
unit and pack, not the hub's). Texts travel unchanged.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from hub.domain.exchange import Purpose
from hub.domain.parties import Address as Address
from hub.domain.parties import ProductId as ProductId
from hub.domain.voids import AnswerVoid
from hub.domain.warehouse import (
    StockAdjustment,
    StockTransfer,
    TransferReceipt,
    WarehouseAdvice,
    WarehouseOrder,
)


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
    """What we ask one partner to send to one consumer, or to send instead (REPLACE, CANCEL).

    Of those `change` is the number of the change, and `refers_to` what the first paper was called
    on the wire (cXML payloadID).
    """

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
    change: str = ""
    refers_to: str = ""


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
    """The answers to one line; `number` is our line number if the partner echoed it.

    `whole` speaks for a line without answers.
    """

    number: str = ""
    products: tuple[ProductId, ...] = ()
    quantity: int | None = None
    unit: str = ""
    cost: int | None = None
    whole: Answer | None = None
    answers: tuple[LineAnswer, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderResponse:
    """A partner's answer to a purchase order. `whole` speaks for lines that are not listed.

    `refers_to` is what the paper of ours that it answers was called on the wire (cXML payloadID).
    """

    purpose: Purpose
    number: str
    answered_on: date | None = None
    whole: Answer | None = None
    partner_order: str = ""
    lines: tuple[OrderResponseLine, ...] = ()
    refers_to: str = ""


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
    `shipped_at` without a zone is the partner's own time of day. `loose` lines stand beside the
    parcels, as papers have them that tie no article to a parcel or say it twice.
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
    loose: tuple[ShippedLine, ...] = ()


class LineChange(StrEnum):
    """What a change asks of one line of a purchase order."""

    ADD = "add"
    CANCEL = "cancel"
    MORE = "more"
    LESS = "less"
    QUANTITY = "quantity"
    KEEP = "keep"


@dataclass(frozen=True, slots=True, kw_only=True)
class PurchaseOrderChangeLine:
    """One line of a change: what is asked and the quantity that is to stand afterwards.

    `former` is the quantity asked before. A line that only stands by (KEEP) is not changed.
    """

    number: str
    change: LineChange
    quantity: int
    former: int = 0
    unit: str
    cost: int
    products: tuple[ProductId, ...]
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PurchaseOrderChange:
    """A change of a purchase order, or its cancellation (`purpose` CANCEL: all that is open).

    `change` numbers the changes of one purchase order from 1. Fields that stay as they were are
    empty: a partner reads what stands here and leaves the rest alone. `ordered_on` is the day of
    the purchase order, by which some partners find it.
    """

    purpose: Purpose
    number: str
    change: str
    changed_on: date
    ordered_on: date
    currency: str = ""
    lines: tuple[PurchaseOrderChangeLine, ...] = ()
    ship_to: Address | None = None
    buyer: str = ""
    buyer_code: str = ""
    consumer_order: str = ""
    carrier: str = ""
    service: str = ""
    routing: str = ""
    ship_by: date | None = None
    gift_message: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeResponse:
    """A partner's answer to a change. `change` is the change's number if the partner echoes it.

    `whole` speaks for lines that are not listed.
    """

    purpose: Purpose
    number: str
    change: str = ""
    answered_on: date | None = None
    whole: Answer | None = None
    lines: tuple[OrderResponseLine, ...] = ()


class Progress(StrEnum):
    """What a partner says of the work on a quantity of a line."""

    IN_WORK = "in_work"
    BACKORDERED = "backordered"
    DELAYED = "delayed"
    SHIPPED = "shipped"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedLine:
    """How one line stands: a quantity, its progress and the days the partner names."""

    progress: Progress = Progress.UNKNOWN
    number: str = ""
    products: tuple[ProductId, ...] = ()
    quantity: int | None = None
    unit: str = ""
    ships_on: date | None = None
    delivery_on: date | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderReport:
    """A partner's report on one purchase order (X12 870): dates move promises, nothing ships.

    `whole`, `ships_on` and `reason` speak for lines that are not listed.
    """

    report: str
    number: str
    purpose: Purpose = Purpose.ORIGINAL
    reported_on: date | None = None
    whole: Progress | None = None
    ships_on: date | None = None
    reason: str = ""
    lines: tuple[ReportedLine, ...] = ()


class Advised(StrEnum):
    """What a partner's application made of a paper of ours."""

    ACCEPTED = "accepted"
    CHANGED = "changed"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True, kw_only=True)
class AdvisedError:
    """One thing a partner's application found; `text` may quote people's words."""

    code: str = ""
    text: str = ""
    segment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """What a partner's application says of one paper of ours (X12 824).

    `reference` is what the partner quotes of it and `refers_to` what kind of number that is
    (`purchase_order`, `invoice`, `shipment` …); `set_id`, `group_number` and `set_number` are its
    control numbers where they are given. One 824 on several papers becomes several of these.
    """

    purpose: Purpose
    advice: str
    verdict: Advised
    advised_on: date | None = None
    reference: str = ""
    refers_to: str = ""
    set_id: str = ""
    group_number: str = ""
    set_number: str = ""
    errors: tuple[AdvisedError, ...] = ()


class ChargeKind(StrEnum):
    """Whether an amount beside the goods is added or taken off."""

    CHARGE = "charge"
    ALLOWANCE = "allowance"


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceCharge:
    """An amount beside the goods (X12 SAC, TXI): freight, handling, tax, an allowance.

    `kind` says which way `amount` goes; a partner that writes a negative one takes it back. `code`
    is a word of `mappings/codes/charges.yaml` or the partner's own code.
    """

    amount: int = 0
    kind: ChargeKind = ChargeKind.CHARGE
    code: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoicedLine:
    """A quantity of one article on an invoice.

    `price` is whole minor units for each unit of count, `price_rest` what a price finer than that
    has on top, in ten-thousandths of a minor unit: 0.1234 dollars are 12 and 3,400. A line without
    a price costs nothing.
    """

    quantity: int
    price: int = 0
    price_rest: int = 0
    number: str = ""
    unit: str = ""
    products: tuple[ProductId, ...] = ()
    description: str = ""
    charges: tuple[InvoiceCharge, ...] = ()


class InvoiceKind(StrEnum):
    """Whether money is asked for or given back."""

    INVOICE = "invoice"
    CREDIT = "credit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoice:
    """What one partner asks to be paid for one purchase order, or gives back (CREDIT).

    `total` is minor units, what is to be paid: lines, their charges and `charges`, tax among them.
    """

    invoice: str
    number: str
    invoiced_on: date | None
    total: int
    purpose: Purpose = Purpose.ORIGINAL
    kind: InvoiceKind = InvoiceKind.INVOICE
    currency: str = ""
    consumer_order: str = ""
    lines: tuple[InvoicedLine, ...] = ()
    charges: tuple[InvoiceCharge, ...] = ()


class ReportKind(StrEnum):
    """Whether a stock report speaks for everything a partner has or only for what it lists."""

    FULL = "full"
    DELTA = "delta"


@dataclass(frozen=True, slots=True, kw_only=True)
class StockRow:
    """What a partner has of one article at one place, as it counts.

    `place` is the partner's warehouse if it names one. `next_on` is when `next_quantity` more are
    expected.
    """

    quantity: int
    products: tuple[ProductId, ...]
    unit: str = ""
    place: str = ""
    next_on: date | None = None
    next_quantity: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StockReport:
    """A stock report, or a piece of one: feeds are read in pieces and never held whole.

    `as_of` without a zone is the partner's own time of day; None means when it arrived. `place`
    speaks for rows that name none.
    """

    purpose: Purpose
    report: str
    kind: ReportKind = ReportKind.FULL
    as_of: datetime | None = None
    place: str = ""
    rows: tuple[StockRow, ...] = ()


class CarrierMoment(StrEnum):
    """What happened to a parcel on its way."""

    PICKED_UP = "picked_up"
    IN_TRANSIT = "in_transit"
    OUT_FOR_DELIVERY = "out_for_delivery"
    ATTEMPTED = "attempted"
    DELIVERED = "delivered"
    EXCEPTION = "exception"
    RETURNED = "returned"


@dataclass(frozen=True, slots=True, kw_only=True)
class CarrierEvent:
    """One event of one parcel as its carrier tells it (X12 214 AT7, or JSON).

    `event` is the carrier's own number of it, empty where there is none: tracking number, moment
    and time tell it apart then. `at` without a zone is local to the place it happened.
    `estimated_on` is the day on which the carrier now expects to deliver. Signatures and places of
    people are not read.
    """

    tracking: str
    moment: CarrierMoment
    at: datetime
    purpose: Purpose = Purpose.ORIGINAL
    event: str = ""
    carrier: str = ""
    number: str = ""
    reason: str = ""
    estimated_on: date | None = None


Message = (
    PurchaseOrder
    | OrderResponse
    | AnswerVoid
    | ShipNotice
    | PurchaseOrderChange
    | ChangeResponse
    | OrderReport
    | Advice
    | Invoice
    | StockReport
    | CarrierEvent
    | WarehouseOrder
    | WarehouseAdvice
    | StockTransfer
    | TransferReceipt
    | StockAdjustment
)
