"""What a decision leaves behind: facts, duties to tell others, what is stuck, effects on an order.

A Change is everything one input does to one order; the store writes it in one transaction.
Facts are in the past tense and carry ids, quantities and dates, never people's data.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hub.domain.exchange import Problem
from hub.domain.orders import Order


class FactKind(StrEnum):
    """Everything that can have happened, in the past tense."""

    ORDER_PLACED = "OrderPlaced"
    LINES_SOURCED = "LinesSourced"
    LINES_UNSOURCED = "LinesUnsourced"
    PURCHASE_ORDER_SENT = "PurchaseOrderSent"
    PURCHASE_ORDER_RECEIPTED = "PurchaseOrderReceipted"
    LINES_CONFIRMED = "LinesConfirmed"
    LINES_BACKORDERED = "LinesBackordered"
    LINES_DECLINED = "LinesDeclined"
    ORDER_SHIPPED = "OrderShipped"
    UNEXPECTED_SHIPPED = "UnexpectedShipped"
    SHIPMENT_VOIDED = "ShipmentVoided"
    ANSWER_VOIDED = "AnswerVoided"
    DOCUMENT_REJECTED = "DocumentRejected"
    DOCUMENT_REFUSED = "DocumentRefused"
    DOCUMENT_ADVISED = "DocumentAdvised"
    PROMISE_MADE = "PromiseMade"
    PROMISE_MOVED = "PromiseMoved"
    RECEIPT_OVERDUE = "ReceiptOverdue"
    RESPONSE_OVERDUE = "ResponseOverdue"
    SHIPMENT_OVERDUE = "ShipmentOverdue"
    CHANGE_REQUESTED = "ChangeRequested"
    CHANGE_SENT = "ChangeSent"
    CHANGE_CONFIRMED = "ChangeConfirmed"
    CHANGE_DECLINED = "ChangeDeclined"
    LINES_CANCELLED = "LinesCancelled"
    LINES_ADDED = "LinesAdded"
    PROGRESS_REPORTED = "ProgressReported"
    INVOICE_RECEIVED = "InvoiceReceived"
    PARCEL_MOVED = "ParcelMoved"
    PARCEL_DELIVERED = "ParcelDelivered"
    PARCEL_TROUBLED = "ParcelTroubled"
    STOCK_REPORTED = "StockReported"
    CUSTOMER_TOLD = "CustomerTold"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One thing that happened; `body` holds ids, quantities and ISO dates only."""

    kind: FactKind
    body: Mapping[str, object]


class DutyKind(StrEnum):
    """What is owed to a partner, or by mail to a customer."""

    SEND = "send"
    RECEIPT = "receipt"
    CHANGE = "change"
    MAIL = "mail"
    TRANSFER = "transfer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """Owed over one lane.

    `subject` is a fulfillment, an interchange we received, an ask of a change, an order (mail), or
    goods sent to a warehouse.
    """

    id: str
    lane: str
    kind: DutyKind
    set_id: str
    subject: str
    order_id: str | None
    due_at: datetime
    body: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stuck:
    """Something that waits for a person: one open exception per `hold`, with its next step."""

    hold: str
    kind: str
    text: str
    next_step: str
    partner: str = ""
    problems: tuple[Problem, ...] = ()
    due_at: datetime | None = None


class WatchKind(StrEnum):
    """What is awaited and told of when it does not come; SOURCE is a refusal that may still end."""

    RECEIPT = "receipt"
    RESPONSE = "response"
    SHIPMENT = "shipment"
    CHANGE = "change"
    FEED = "feed"
    SOURCE = "source"


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """Something awaited until a moment; one for each `hold`.

    `subject` is a fulfillment, a document, an ask, or a partner.
    """

    hold: str
    kind: WatchKind
    partner: str
    subject: str
    due_at: datetime
    order_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What a document did to one line; unique on (business key, subject, ordinal)."""

    business_key: str
    subject: str
    ordinal: int
    what: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One partner that could have filled a line and why it won or lost."""

    line_id: str
    partner: str
    won: bool
    quantity: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Everything one input does to one order; `order` is it afterwards, version not yet raised.

    `ended` are the holds of watches whose waiting is over; what was told of them is cleared.
    """

    order: Order
    facts: tuple[Fact, ...] = ()
    duties: tuple[Duty, ...] = ()
    stuck: tuple[Stuck, ...] = ()
    cleared: tuple[str, ...] = ()
    effects: tuple[Effect, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    problems: tuple[Problem, ...] = ()
    watches: tuple[Watch, ...] = ()
    ended: tuple[str, ...] = ()

    def then(self, later: "Change") -> "Change":
        """Return both changes as one, the later order standing."""
        return Change(
            order=later.order,
            facts=self.facts + later.facts,
            duties=self.duties + later.duties,
            stuck=self.stuck + later.stuck,
            cleared=self.cleared + later.cleared,
            effects=self.effects + later.effects,
            candidates=self.candidates + later.candidates,
            problems=self.problems + later.problems,
            watches=self.watches + later.watches,
            ended=self.ended + later.ended,
        )
