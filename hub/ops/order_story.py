"""Where an order is and how it came there: quantities, partners, papers, parcels, facts.

Values only, free of people's data; the command line and the pages render them. Reads one snapshot
of the store and writes nothing.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from hub.domain.change_ends import came_to
from hub.domain.exchange import Direction
from hub.domain.facts import FactKind
from hub.domain.orders import Buckets, ChangeState, Order, OrderChange
from hub.flow.parts import Parts
from hub.ops import change_words
from hub.ops.explain import Stamp, stamps, trade_name
from hub.render.words import unquoted
from hub.store import DocumentRow, SealedFact, Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One partner that could have filled a line, whether it was chosen, and why."""

    partner: str
    won: bool
    quantity: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the customer's order. Money is minor units."""

    number: str
    sku: str
    description: str
    unit_price: int
    quantities: Buckets
    unsourced: int
    candidates: tuple[Asked, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PartLine:
    """What one partner is asked for of one line; `cost` is minor units per pack."""

    number: str
    line: str
    sku: str
    unit: str
    units_per_pack: int
    cost: int
    quantities: Buckets


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One purchase order: the part of the order that one partner fills."""

    id: str
    partner: str
    number: str
    state: str
    currency: str
    ship_by: datetime | None
    lines: tuple[PartLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """One parcel as its partner reported it; `lines` are line numbers and units.

    `moment` is the newest that its carrier told, a `CarrierMoment`, "" for nothing yet. While it is
    not `known` to be the order's, as its paper waits for somebody, its customer does not see it.
    """

    partner: str
    notice: str
    carrier: str
    service: str
    tracking: str
    shipped_at: datetime
    lines: tuple[tuple[str, int], ...]
    moment: str = ""
    moment_at: datetime | None = None
    known: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """One document of the order, ours with its stamps."""

    id: str
    direction: str
    partner: str
    set_id: str
    trade_name: str
    number: str
    state: str
    at: datetime
    stamps: tuple[Stamp, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One thing about the order that waits for a person, or did; `taken_by` has it, or ""."""

    id: str
    kind: str
    partner: str
    text: str
    next_step: str
    since: datetime
    closed_at: datetime | None
    taken_by: str
    taken_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Changing:
    """One change of the order and how far it came; `asked` and `reason` are words.

    `state` is `requested`, `confirmed`, `confirmed in part` or `declined`, `who` whoever asked for
    it as commands are kept. `waits_for` are partners that have not answered, `until` is when their
    silence decides.
    """

    id: str
    kind: str
    state: str
    asked: tuple[str, ...]
    reason: str
    who: str
    asked_at: datetime
    decided_at: datetime | None
    waits_for: tuple[str, ...]
    until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """One fact; `position` is its place in the ledger, None until it is sealed."""

    at: datetime
    kind: str
    text: str
    position: int | None
    body: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderStory:
    """Everything about one order that is not a person."""

    id: str
    brand: str
    number: str
    status: str
    channel: str
    placed_at: datetime
    currency: str
    total: int
    version: int
    lines: tuple[Line, ...]
    purchase_orders: tuple[Part, ...]
    parcels: tuple[Parcel, ...]
    documents: tuple[Paper, ...]
    exceptions: tuple[Waiting, ...]
    changes: tuple[Changing, ...]
    timeline: tuple[Happened, ...]


def find(parts: Parts, *, brand: str | None, number: str) -> list[OrderStory]:
    """Return the stories of the orders of that number, at one brand or at all that have orders."""
    with parts.store.read() as tx:
        brands = [brand] if brand is not None else tx.brands.with_orders()
        orders = [tx.orders.find(brand=each, number=number) for each in brands]
        return [story(tx, parts, order) for order in orders if order is not None]


def story(tx: Transaction, parts: Parts, order: Order) -> OrderStory:
    """Return the story of one order as the transaction sees it."""
    status = tx.orders.status(brand=order.brand, number=order.number)
    facts = tx.facts.of_order(order.id)
    return OrderStory(
        id=order.id,
        brand=order.brand,
        number=order.number,
        status=status.word if status else "",
        channel=str(order.channel),
        placed_at=order.placed_at,
        currency=order.currency,
        total=order.total,
        version=order.version,
        lines=tuple(_lines(tx, order)),
        purchase_orders=tuple(_parts(order)),
        parcels=tuple(_parcels(order)),
        documents=tuple(_paper(parts, row) for row in tx.exchange.documents_of_order(order.id)),
        exceptions=tuple(_waiting(tx, order)),
        changes=tuple(_changing(order, change, facts) for change in order.changes),
        timeline=tuple(_happened(fact, order) for fact in facts),
    )


def _changing(order: Order, change: OrderChange, facts: Sequence[SealedFact]) -> Changing:
    running = [ask for ask in change.asks if ask.state is ChangeState.REQUESTED]
    partners = (order.fulfillment(ask.fulfillment_id).partner for ask in running)
    return Changing(
        id=change.id,
        kind=str(change.kind),
        state=came_to(order, change, facts),
        asked=tuple(
            unquoted(one) for one in change_words.asked(order, change, change_words.added(facts))
        ),
        reason=unquoted(change_words.reason(change.reason)),
        who=change.requested_by,
        asked_at=change.requested_at,
        decided_at=change.decided_at,
        waits_for=tuple(dict.fromkeys(partners)),
        until=max((ask.until for ask in running if ask.until), default=None),
    )


def _lines(tx: Transaction, order: Order) -> Iterator[Line]:
    candidates = tx.orders.candidates(order.id)
    for line in order.lines:
        yield Line(
            number=line.number,
            sku=line.sku,
            description=line.description,
            unit_price=line.unit_price,
            quantities=line.buckets,
            unsourced=order.unsourced(line),
            candidates=tuple(
                Asked(partner=one.partner, won=one.won, quantity=one.quantity, reason=one.reason)
                for one in candidates
                if one.line_id == line.id
            ),
        )


def _parts(order: Order) -> Iterator[Part]:
    for part in order.fulfillments:
        lines = tuple(
            PartLine(
                number=line.number,
                line=order.line(line.line_id).number,
                sku=line.sku,
                unit=line.unit,
                units_per_pack=line.units_per_pack,
                cost=line.cost,
                quantities=line.buckets,
            )
            for line in part.lines
        )
        yield Part(
            id=part.id,
            partner=part.partner,
            number=part.number,
            state=str(part.state),
            currency=part.currency,
            ship_by=part.ship_by,
            lines=lines,
        )


def _parcels(order: Order) -> Iterator[Parcel]:
    for shipment in order.shipments:
        partner = order.fulfillment(shipment.fulfillment_id).partner
        for package in shipment.packages:
            yield Parcel(
                partner=partner,
                notice=shipment.notice,
                carrier=shipment.carrier,
                service=shipment.service,
                tracking=package.tracking,
                shipped_at=shipment.shipped_at,
                lines=tuple(
                    (order.line(one.line_id).number, one.quantity) for one in package.lines
                ),
                moment=str(package.moment or ""),
                moment_at=package.moment_at,
                known=bool(shipment.known_packages),
            )


def _paper(parts: Parts, row: DocumentRow) -> Paper:
    return Paper(
        id=row.id,
        direction=str(row.direction),
        partner=row.partner,
        set_id=row.set_id,
        trade_name=trade_name(parts, row),
        number=row.number,
        state=str(row.state),
        at=row.at,
        stamps=stamps(parts, row) if row.direction is Direction.OUT else (),
    )


def _waiting(tx: Transaction, order: Order) -> Iterator[Waiting]:
    for row in tx.exceptions.of_order(order.id):
        yield Waiting(
            id=row.id,
            kind=row.kind,
            partner=row.partner,
            text=row.text,
            next_step=row.next_step,
            since=row.opened_at,
            closed_at=row.closed_at,
            taken_by=row.taken_by,
            taken_at=row.taken_at,
        )


def _happened(fact: SealedFact, order: Order) -> Happened:
    return Happened(
        at=fact.at,
        kind=fact.kind,
        text=told(fact.kind, fact.body, order),
        position=fact.position,
        body=fact.body,
    )


def told(kind: str, body: Mapping[str, object], order: Order) -> str:
    """Return a fact of an order in words; ids of lines become the numbers that people know."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", kind).capitalize()
    rows = _rows(body.get("lines")) or ([body] if "line" in body else [])
    lines = ", ".join(_units(each, order) for each in rows)
    partner = body.get("partner")
    if kind == FactKind.PROMISE_MOVED:
        what = str(body.get("kind", "")).replace("_", " ")
        return f"{words}: {what} {body.get('from')} → {body.get('to')} ({body.get('reason')})"
    if kind == FactKind.CUSTOMER_TOLD:
        return f"{words} by mail: {body.get('mail')}"
    return words + (f": {lines}" if lines else "") + (f" ({partner})" if partner else "")


def _rows(value: object) -> Sequence[object]:
    return value if isinstance(value, list | tuple) else ()


def _units(row: object, order: Order) -> str:
    if not isinstance(row, Mapping):
        return str(row)
    number = next((line.number for line in order.lines if line.id == row.get("line")), "?")
    quantity = row.get("quantity")
    return f"line {number}" + (f" × {quantity}" if quantity is not None else "")
