"""What a paper on the wire came to, in words: what it is, its state, why, and what it changed.

Values only; the command line and the pages render them, as text or as JSON. Reads one snapshot of
the store and writes nothing. Orders are told by `hub.ops.order_story`.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from hub.domain.answering import BEFORE
from hub.domain.exchange import Direction, DocumentState, Severity, TransmissionState
from hub.domain.facts import Effect
from hub.domain.orders import Order
from hub.domain.posted import PostedSet
from hub.domain.reopening import TAKEN
from hub.flow.parts import Parts
from hub.ops.lying import lying
from hub.ops.places import Flaw, Piece, flaws, pieces
from hub.ops.whose import named, numbers_of
from hub.store import DocumentRow, Transaction, TransmissionRow
from hub.store.spoken import SpokenOrder

MOST_ORDERS = 100
"""So many orders of one paper are read for what it did to them."""

# What a set is to the trade, by the message that its map reads or writes.
_TRADE = {
    "PurchaseOrder": "purchase order",
    "OrderResponse": "answer to a purchase order",
    "ShipNotice": "ship notice",
    "PurchaseOrderChange": "change of a purchase order",
    "ChangeResponse": "answer to a change",
    "Invoice": "invoice",
    "StockReport": "stock report",
    "OrderReport": "report about an order",
    "Advice": "advice",
    "CarrierEvent": "news of a parcel",
    "WarehouseOrder": "order to a warehouse",
    "WarehouseAdvice": "shipping advice of a warehouse",
    "StockTransfer": "transfer of stock",
    "TransferReceipt": "receipt of a transfer",
    "StockAdjustment": "adjustment of stock",
}
_POSTED = {
    PostedSet.ORDER_RESPONSE: "answer to a purchase order",
    PostedSet.SHIP_NOTICE: "ship notice",
    PostedSet.CHANGE_RESPONSE: "answer to a change",
    PostedSet.INVOICE: "invoice",
    PostedSet.STOCK_REPORT: "stock report",
    PostedSet.SHIPMENT_VOID: "shipment taken back",
    PostedSet.SHIPMENT_CORRECTION: "shipment corrected",
    PostedSet.ANSWER_VOID: "answer taken back",
}

_STATES = {
    DocumentState.RECEIVED: "was kept and has not been judged yet",
    DocumentState.ACCEPTED: "has a right syntax and waits to be applied",
    DocumentState.REJECTED: "was rejected: its syntax forbids to use it, nothing of it was applied",
    DocumentState.APPLIED: "was applied whole",
    DocumentState.PARTLY_APPLIED: "was applied in part: what is listed below was left out",
    DocumentState.REFUSED: "was refused: it can be read, but nothing of it could be used",
    DocumentState.PARKED: "is parked: it waits for a person, nothing more happens by itself",
}

_DELIVERIES = {
    TransmissionState.RECEIVED: "was kept and has not been split yet",
    TransmissionState.SPLIT: "was split into its papers",
    TransmissionState.DUPLICATE: "came before with the same bytes; nothing of it counts again",
    TransmissionState.PARKED: "is parked: it cannot be split",
    TransmissionState.READY: "is ready to leave",
    TransmissionState.DELIVERED: "was delivered",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Did:
    """One effect of a paper on an order; `line` is "" for what is not about one line.

    `order_id` is "" where it is about none of the lines of the paper's orders.
    """

    order_id: str
    line: str
    sku: str
    text: str
    what: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """One of the independent stamps of a paper of ours; `at` is None while it is not there.

    `text` says what happened, or that it did not yet.
    """

    name: str
    at: datetime | None
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Carrier:
    """The delivery in which a paper lies."""

    id: str
    name: str
    direction: str
    state: str
    size: int
    sha256: str
    at: datetime
    attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentStory:
    """Everything about one paper; `verdict` is one sentence, `next_steps` what a person can do.

    Of the orders that it speaks of, `spoken`, the last is `order_number` of `brand`.
    """

    id: str
    verdict: str
    direction: str
    partner: str
    channel: str
    set_id: str
    trade_name: str
    version: str
    number: str
    group: str
    state: str
    at: datetime
    settled_at: datetime | None
    purpose: str
    purchase_order: str
    order_number: str
    brand: str
    order_id: str | None
    spoken: tuple[SpokenOrder, ...]
    problems: tuple[Flaw, ...]
    effects: tuple[Did, ...]
    stamps: tuple[Stamp, ...]
    answers: tuple[Carrier, ...]
    answered_by: str | None
    carrier: Carrier
    offset: int
    length: int
    attempts: int
    hashes: Mapping[str, str]
    next_steps: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TransmissionStory:
    """Everything about one delivery and which papers lie in it."""

    id: str
    verdict: str
    partner: str
    channel: str
    carrier: Carrier
    problems: tuple[Flaw, ...]
    duplicate_of: str | None
    documents: tuple[str, ...]
    next_steps: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bytes:
    """The bytes of a paper or a delivery, cut into segments, and what is wrong with them.

    `elsewhere` are those of `problems` that stand in none of these segments.
    """

    id: str
    offset: int
    length: int
    pieces: tuple[Piece, ...]
    problems: tuple[Flaw, ...]
    elsewhere: tuple[Flaw, ...]
    raw: bytes


def document(parts: Parts, document_id: str) -> DocumentStory:
    """Return the story of one paper; raises KeyError when there is none of that id."""
    with parts.store.read() as tx:
        row = tx.exchange.document(document_id)
        carrier = _carrier(tx.exchange.transmission(row.transmission_id))
        return _document_story(tx, parts, row, carrier)


def _document_story(
    tx: Transaction, parts: Parts, row: DocumentRow, carrier: Carrier
) -> DocumentStory:
    trade, spoken = trade_name(parts, row), tuple(tx.exchange.spoken_of(row.id))
    named = (one.order_id for one in spoken[:MOST_ORDERS] if one.order_id)
    orders = tx.orders.several({*named, *([row.order_id] if row.order_id else [])})
    order = orders.get(row.order_id or "")
    told = flaws(row.problems)
    return DocumentStory(
        id=row.id,
        verdict=_verdict(row, trade, _about(tx, row, spoken, order, told), carrier),
        direction=str(row.direction),
        partner=row.partner,
        channel=row.channel,
        set_id=row.set_id,
        trade_name=trade,
        version=row.version,
        number=row.number,
        group=f"{row.function} {row.group_number}".strip(),
        state=str(row.state),
        at=row.at,
        settled_at=row.settled_at,
        purpose=row.purpose,
        purchase_order=row.order_number,
        order_number=order.number if order else "",
        brand=order.brand if order else "",
        order_id=row.order_id,
        spoken=spoken,
        problems=told,
        effects=tuple(
            _did(effect, orders.values())
            for effect in tx.exchange.effects_of(row.id)
            if not effect.subject.endswith((BEFORE, TAKEN))
        ),
        stamps=stamps(parts, row) if row.direction is Direction.OUT else (),
        answers=tuple(_answers(tx, row)),
        answered_by=row.answered_by,
        carrier=carrier,
        offset=row.offset,
        length=row.length,
        attempts=row.attempts,
        hashes=row.hashes,
        next_steps=tuple(_next_steps(row)),
    )


def trade_name(parts: Parts, row: DocumentRow) -> str:
    """Return what a paper is to the trade; "" when its channel has no map for it any more."""
    if row.set_id in frozenset(PostedSet):
        return _POSTED[PostedSet(row.set_id)]
    try:
        channel = parts.partners.channel(f"{row.partner}/{row.channel}")
    except KeyError:
        return ""
    if parts.formats[channel.format].is_receipt(row.set_id):
        return "receipt"
    page = parts.maps.pages.get(channel.maps.get(row.set_id, ""))
    return _TRADE.get(page.message.__name__, "") if page else ""


def _about(
    tx: Transaction,
    row: DocumentRow,
    spoken: Sequence[SpokenOrder],
    order: Order | None,
    told: Sequence[Flaw],
) -> str:
    """Which purchase order it is on, and for which order where it is one alone."""
    wrong = next((one for one in told if one.severity == Severity.ERROR), None)
    number = named(tx, row, spoken, wrong)
    about = f" on purchase order {number}" if number else ""
    if order is not None and len(numbers_of(spoken)) < 2:
        about += f" for order {order.number} of {order.brand}"
    return about


def _verdict(row: DocumentRow, trade: str, about: str, carrier: Carrier) -> str:
    name = f"{row.set_id} {row.number}" + (f" ({trade})" if trade else "")
    if row.direction is Direction.IN:
        return f"{name} from {row.partner}{about} {_STATES[row.state]}."
    told = _sent_state(row, carrier)
    return f"{name} to {row.partner}{about} {told}."


def _sent_state(row: DocumentRow, carrier: Carrier) -> str:
    if row.valid is False:
        return "was delivered, and rejected by the partner"
    if row.delivered_at is None:
        tries = f" after {carrier.attempts} attempts" if carrier.attempts else ""
        return f"is written and has not been delivered yet{tries}"
    ends = ["was delivered"]
    ends.append("found valid" if row.valid else "no receipt has come yet")
    ends.append("answered" if row.answered_at else "no answer has come yet")
    return ", ".join(ends)


def stamps(parts: Parts, row: DocumentRow) -> tuple[Stamp, ...]:
    """Return the stamps of a paper of ours, in the order in which they usually come.

    One that nobody waits for is there only once it came: a receipt of a partner that sends none,
    and that the customer was told.
    """
    receipt = "accepted" if row.valid else "rejected"
    wanted = receipts_wanted(parts, row.partner, row.channel)
    no_receipt = "no receipt has come" if wanted else ""
    found = (
        ("delivered", row.delivered_at, "the partner's side has the bytes", "it has not left"),
        ("valid", row.valid_at, f"the partner's receipt: {receipt}", no_receipt),
        ("answered", row.answered_at, "the partner said what it will do", "no answer has come"),
        ("told", row.told_at, "the customer was told", ""),
    )
    return tuple(
        Stamp(name=name, at=at, text=happened if at else f"not yet: {awaited}")
        for name, at, happened, awaited in found
        if at or awaited
    )


def receipts_wanted(parts: Parts, partner: str, channel: str) -> bool:
    """Say whether a channel's papers are answered by receipts (X12 997)."""
    try:
        profile = parts.partners.channel(f"{partner}/{channel}").profile
    except KeyError:
        return False
    return bool(getattr(profile, "receipts", False))


def _did(effect: Effect, orders: Collection[Order]) -> Did:
    line_id = effect.subject.split("/")[0]
    known = [
        (order, line)
        for order in orders
        for part in order.fulfillments
        for line in part.lines
        if line.id == line_id
    ]
    text = _done(effect.what)
    if not known:
        return Did(order_id="", line="", sku="", text=text, what=effect.what)
    order, line = known[0]
    number = order.line(line.line_id).number
    return Did(order_id=order.id, line=number, sku=line.sku, text=text, what=effect.what)


_TURNS = {
    "cancel": "took the shipment back",
    "replace": "took the shipment back, for what is told here instead",
    "unanswered": "took the answer back",
}


def _done(what: Mapping[str, object]) -> str:
    answers = what.get("answers")
    if isinstance(answers, list | tuple):
        return "; ".join(_answer(each) for each in answers) or "answered"
    tracking = f", tracking {what['tracking']}" if what.get("tracking") else ""
    if "turn" in what:
        return _TURNS.get(str(what["turn"]), "took back what was told before")
    if "quantity" in what:
        return f"shipped {what['quantity']}{tracking}"
    return f"a parcel was recorded{tracking}"


def _answer(answer: object) -> str:
    word, quantity, ships_on = (
        [*answer, None, None][:3] if isinstance(answer, list) else ("", "", "")
    )
    units = f" {quantity}" if quantity is not None else ""
    return f"{word}{units}" + (f", ships on {ships_on}" if ships_on else "")


def _answers(tx: Transaction, row: DocumentRow) -> Iterator[Carrier]:
    """What we sent as an answer to the envelope that a paper came in."""
    if row.direction is Direction.IN:
        for answer in tx.exchange.answers_to(row.interchange_id):
            yield _carrier(answer)


def _carrier(row: TransmissionRow) -> Carrier:
    return Carrier(
        id=row.id,
        name=row.name,
        direction=str(row.direction),
        state=str(row.state),
        size=row.size,
        sha256=row.sha256.hex(),
        at=row.at,
        attempts=row.attempts,
    )


def _next_steps(row: DocumentRow) -> Iterator[str]:
    match row.state:
        case DocumentState.RECEIVED | DocumentState.ACCEPTED:
            yield "A worker takes it up: is `hub serve` or `hub work` running?"
        case DocumentState.REJECTED:
            yield "The partner is told by a receipt and has to send it again, corrected."
            yield f"hub doc show {row.id}"
        case DocumentState.REFUSED | DocumentState.PARTLY_APPLIED | DocumentState.PARKED:
            yield f"hub doc show {row.id}"
            if any(one.code in ("unknown-line", "unknown-article") for one in row.problems):
                yield f"Say what its name means: hub catalog names put {row.partner} NAME SKU"
            yield f"Put the cause right, then: hub doc retry {row.id}"
        case DocumentState.COMPOSED if row.valid is False:
            yield "Correct the page or the order; the partner's receipt says what it did not like."
        case DocumentState.COMPOSED if row.delivered_at is None:
            yield "hub lane list"
        case DocumentState.COMPOSED:
            yield f"To send the same bytes again: hub doc retry {row.id}"


def transmission(parts: Parts, transmission_id: str) -> TransmissionStory:
    """Return the story of one delivery; raises KeyError when there is none of that id."""
    with parts.store.read() as tx:
        row = tx.exchange.transmission(transmission_id)
        papers = tx.exchange.documents(transmission_id=row.id)
    way = "from" if row.direction is Direction.IN else "to"
    state, steps = _DELIVERIES[row.state], [f"hub doc show {row.id}"]
    if row.state is TransmissionState.PARKED and row.direction is Direction.OUT:
        state = "is parked: it did not leave"
        steps.append(f"Settle it with the partner, then: hub doc retry {row.id}")
    elif row.state is TransmissionState.PARKED:
        steps.append(f"Ask the partner to send it again whole, or: hub doc retry {row.id}")
    return TransmissionStory(
        id=row.id,
        verdict=f"{row.name} {way} {row.partner} ({row.size} bytes) {state}.",
        partner=row.partner,
        channel=row.channel,
        carrier=_carrier(row),
        problems=flaws(row.problems),
        duplicate_of=row.duplicate_of,
        documents=tuple(paper.id for paper in papers),
        next_steps=tuple(steps),
    )


def contents(parts: Parts, row_id: str, *, most: int) -> Bytes:
    """Return the bytes of a paper, or of a whole delivery, at most `most`; raises KeyError.

    Secrets that a format carries in its papers (cXML) are stars.
    """
    with lying(parts, row_id, most_located=most) as lies:
        raw, problems = lies.read(most), lies.problems
        start, length, syntax = lies.start, lies.length, lies.syntax
    cut = pieces(raw, start=start, syntax=syntax, problems=problems)
    placed = {each for piece in cut for each in piece.flaws}
    told = flaws(problems)
    return Bytes(
        id=row_id,
        offset=start,
        length=length,
        pieces=cut,
        problems=told,
        elsewhere=tuple(each for each in told if each not in placed),
        raw=raw,
    )
