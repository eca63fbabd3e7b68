"""One order on one page, for whoever has its customer on the telephone."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from hub.domain import status
from hub.domain.allowed import Viewer, allowed_actions
from hub.domain.change_ends import came_to
from hub.domain.destinations import recipient_of
from hub.domain.exchange import Problem
from hub.domain.facts import FactKind
from hub.domain.headline import headline
from hub.domain.messages import Address
from hub.domain.names import Names
from hub.domain.orders import Order, OrderChange, ShipGroup, Shipment
from hub.domain.placing import address_of
from hub.errors import Refused
from hub.flow.customer_flags import Flag, Marked, flags_of, history
from hub.flow.noting import note_command
from hub.flow.parts import Parts
from hub.ops import change_words
from hub.ops.desk.moments import Kept, Moment, account_of, channel_of, moments
from hub.ops.desk.shown import partner_name, step
from hub.ops.order_story import OrderStory, Paper, Parcel, Part, Waiting, story
from hub.store import Erased, SealedFact, Transaction
from hub.store.notes import NoteRow

MOST_OTHERS = 20
MOST_NOTE = 4_000  # characters

Brands = frozenset[str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """Who bought: as they last named themselves; empty words once they were erased.

    `flags` stand now, `marked` is how they came to, the newest first.
    """

    id: str
    name: str
    email: str
    phone: str
    standing: str
    known_since: datetime
    orders: int
    flags: tuple[Flag, ...]
    marked: tuple[Marked, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """Where one ship group goes; `address` is None once the customer was erased.

    `parcels` are those that left by an address that another one replaced since: it is told by
    itself then, before the one that stands.
    """

    number: str
    parcels: tuple[str, ...]
    address: Address | None
    method: str
    gift: bool
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LineRow:
    """One line of the order with its units, and the partners that fill it, by name."""

    number: str
    sku: str
    description: str
    unit_price: int
    ordered: int
    open: int
    shipped: int
    delivered: int
    cancelled: int
    backordered: int
    returned: int
    unsourced: int
    partners: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Promised:
    """One promise against how it stands now; `moves` are (from, to, when, reason code).

    `open` counts the units that are still to come by it.
    """

    partner: str
    partner_name: str
    kind: str
    lines: tuple[str, ...]
    first: date
    now: date
    late: bool
    open: int
    days_later: int
    moves: tuple[tuple[date, date, datetime, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRow:
    """One change that was asked for and how far it came; `until` is when silence decides.

    `state` is `requested`, `confirmed`, `confirmed in part` or `declined`. `asked` is what is
    wanted and `reason` why, in words; `who` is the account of the person who entered it, "" for
    none, `by` the channel.
    """

    id: str
    kind: str
    state: str
    asked_at: datetime
    asked_by: str
    decided_at: datetime | None
    until: datetime | None
    reason: str
    asked: tuple[str, ...]
    who: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherOrder:
    """Another order of the same customer; `total` is minor units of `currency`."""

    number: str
    brand: str
    placed_at: datetime
    status: str
    total: int
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPaper:
    """Everything about one order. Money is minor units of `currency`.

    `actions` are what the clerk may do now (`cancel`, `change`, `source`). `waiting` is what waits
    for a person, `timeline` the newest first, and so are `mails`: when the customer was told what.
    """

    id: str
    brand: str
    number: str
    version: int
    status: str
    headline: str
    channel: str
    placed_at: datetime
    currency: str
    shipping: int
    discount: int
    tax: int
    total: int
    customer: Customer
    destinations: tuple[Destination, ...]
    lines: tuple[LineRow, ...]
    parts: tuple[Part, ...]
    parcels: tuple[Parcel, ...]
    promises: tuple[Promised, ...]
    changes: tuple[ChangeRow, ...]
    waiting: tuple[Waiting, ...]
    papers: tuple[Paper, ...]
    notes: tuple[NoteRow, ...]
    timeline: tuple[Moment, ...]
    actions: tuple[str, ...]
    others: tuple[OtherOrder, ...]
    mails: tuple[tuple[datetime, str], ...]


def order_360(parts: Parts, *, number: str, brand: str, brands: Brands = None) -> OrderPaper:
    """Return everything about one order; raises KeyError when these brands have no such order.

    One of a brand that has no page any more can be read, and nothing can be done with it.
    """
    if brands is not None and brand not in brands:
        raise KeyError(number)
    now, house = parts.now(), parts.brands.get(brand)
    with parts.store.read() as tx:
        order = tx.orders.find(brand=brand, number=number)
        row = tx.orders.status(brand=brand, number=number)
        if order is None or row is None:
            raise KeyError(number)
        page: dict[str, Any] = json.loads(row.body)
        told, notes = story(tx, parts, order), tuple(tx.notes.of_order(order.id))
        kept = Kept(
            facts=tx.facts.of_order(order.id),
            behind=tx.facts.behind(order.id),
            papers=tx.exchange.documents_of_order(order.id),
            notes=notes,
        )
        rows = tx.terms.orders(order.customer_id, limit=MOST_OTHERS)
        customer = _customer(tx, order, len(rows))
        destinations = tuple(_destinations(tx, order))
        others = tuple(_others(tx, order, [each for each, _ in rows]))
    return OrderPaper(
        id=order.id,
        brand=order.brand,
        number=order.number,
        version=order.version,
        status=str(status.word_at(page, now)),
        headline=headline(
            page, now, zone=house.clock if house else UTC, unfilled=status.unfilled(order)
        ),
        channel=str(order.channel),
        placed_at=order.placed_at,
        currency=order.currency,
        shipping=order.shipping,
        discount=order.discount,
        tax=order.tax,
        total=order.total,
        customer=customer,
        destinations=destinations,
        lines=tuple(_lines(parts, order)),
        parts=told.purchase_orders,
        parcels=told.parcels,
        promises=tuple(_promises(parts, order, page)),
        changes=tuple(_change(order, each, kept.facts) for each in order.changes),
        waiting=tuple(
            replace(one, next_step=step(one.next_step))
            for one in told.exceptions
            if one.closed_at is None
        ),
        papers=told.documents,
        notes=notes,
        timeline=moments(parts, order, kept, told.documents, told.exceptions),
        actions=allowed_actions(order, Viewer.CLERK, now) if house else (),
        others=others,
        mails=tuple(_mails(told)),
    )


def _customer(tx: Transaction, order: Order, orders: int) -> Customer:
    standing, since = tx.terms.standing(order.customer_id)
    buyer = tx.visits.buyer(order.id)
    try:
        said = address_of(tx.people.get(buyer)) if buyer else Address(name="")
    except Erased:
        said = Address(name="")
    return Customer(
        id=order.customer_id,
        name=said.name,
        email=said.email,
        phone=said.phone,
        standing=standing,
        known_since=since,
        orders=orders,
        flags=flags_of(standing),
        marked=tuple(history(tx, order.customer_id)),
    )


def _destinations(tx: Transaction, order: Order) -> Iterator[Destination]:
    for group in order.groups:
        went: dict[str, list[Shipment]] = {}
        for shipment in order.shipments:
            if order.fulfillment(shipment.fulfillment_id).group_id == group.id:
                went.setdefault(recipient_of(order, shipment), []).append(shipment)
        now = _address(tx, group.person_id)
        for person, sent in went.items():
            if (former := _address(tx, person)) != now:
                yield _destination(order, group, former, sent)
        yield _destination(order, group, now, ())


def _destination(
    order: Order, group: ShipGroup, address: Address | None, sent: Sequence[Shipment]
) -> Destination:
    boxes = [box for shipment in sent for box in shipment.packages]
    return Destination(
        number=group.number,
        parcels=tuple(box.tracking or box.label for box in boxes),
        address=address,
        method=group.method_final or group.method_asked,
        gift=group.gift,
        lines=tuple(line.number for line in order.lines if line.group_id == group.id),
    )


def _address(tx: Transaction, person: str) -> Address | None:
    try:
        return address_of(tx.people.get(person))
    except Erased:
        return None


def _lines(parts: Parts, order: Order) -> Iterator[LineRow]:
    for line in order.lines:
        filling = [
            partner_name(parts, part.partner)
            for part in order.fulfillments
            if any(one.line_id == line.id for one in part.lines)
        ]
        units = line.buckets
        yield LineRow(
            number=line.number,
            sku=line.sku,
            description=line.description,
            unit_price=line.unit_price,
            ordered=units.ordered,
            open=units.open,
            shipped=units.shipped,
            delivered=units.delivered,
            cancelled=units.cancelled,
            backordered=units.backordered,
            returned=units.returned,
            unsourced=order.unsourced(line),
            partners=tuple(dict.fromkeys(filling)),
        )


def _promises(parts: Parts, order: Order, page: Mapping[str, Any]) -> Iterator[Promised]:
    for one in page.get("promises", ()):
        part = order.fulfillments[one["part"] - 1]
        first, now = date.fromisoformat(one["first"]), date.fromisoformat(one["now"])
        yield Promised(
            partner=part.partner,
            partner_name=partner_name(parts, part.partner),
            kind=one["kind"],
            lines=tuple(one["lines"]),
            first=first,
            now=now,
            late=one["late"],
            open=one["open"],
            days_later=(now - first).days,
            moves=tuple(
                (
                    date.fromisoformat(move["from"]),
                    date.fromisoformat(move["to"]),
                    datetime.fromisoformat(move["at"]),
                    move["reason"],
                )
                for move in one["moves"]
            ),
        )


def _change(order: Order, change: OrderChange, facts: Sequence[SealedFact]) -> ChangeRow:
    running = [ask.until for ask in change.asks if ask.until and ask.state == "requested"]
    return ChangeRow(
        id=change.id,
        kind=str(change.kind),
        state=came_to(order, change, facts),
        asked_at=change.requested_at,
        asked_by=change.requested_by,
        decided_at=change.decided_at,
        until=max(running, default=None),
        reason=change_words.reason(change.reason),
        asked=change_words.asked(order, change, change_words.added(facts)),
        who=account_of(change.requested_by),
        by=channel_of(change.requested_by),
    )


def _others(tx: Transaction, order: Order, order_ids: Sequence[str]) -> Iterator[OtherOrder]:
    found = tx.orders.several([each for each in order_ids if each != order.id])
    for other in sorted(found.values(), key=lambda one: one.placed_at, reverse=True):
        row = tx.orders.status(brand=other.brand, number=other.number)
        yield OtherOrder(
            number=other.number,
            brand=other.brand,
            placed_at=other.placed_at,
            status=row.word if row else "",
            total=other.total,
            currency=other.currency,
        )


def _mails(told: OrderStory) -> Iterator[tuple[datetime, str]]:
    for one in reversed(told.timeline):
        if one.kind == FactKind.CUSTOMER_TOLD:
            yield one.at, str(one.body.get("mail", ""))


# --- notes -------------------------------------------------------------------------------------


def add_note(
    parts: Parts, *, number: str, brand: str, text: str, who: str, brands: Brands = None
) -> NoteRow:
    """Write a note on an order, sealed under its customer's key; notes are never changed.

    Raises KeyError when these brands have no such order, Refused for an empty note, one of more
    than 4,000 characters, or an erased customer.
    """
    said = text.strip()
    if not said or len(said) > MOST_NOTE:
        words = f"a note has 1 to {MOST_NOTE:,} characters; this one has {len(said):,}"
        raise Refused([Problem(code="note", text=words)])
    if brand not in parts.brands or (brands is not None and brand not in brands):
        raise KeyError(number)
    seed, now = parts.fresh(), parts.now()

    def work(tx: Transaction) -> NoteRow:
        order = tx.orders.find(brand=brand, number=number)
        if order is None:
            raise KeyError(number)
        names = Names(seed)
        note = NoteRow(id=names.new("note"), at=now, who=who, text=said)
        note_command(
            tx,
            parts,
            {"note": note.id, "order": number, "brand": brand},
            subject=order.id,
            who=who,
            input_id=names.new("inp"),
            at=now,
        )
        tx.notes.add(
            note_id=note.id,
            order_id=order.id,
            customer_id=order.customer_id,
            who=who,
            text=said,
            at=now,
        )
        return note

    try:
        return parts.store.write(work)
    except Erased as fault:
        erased = "the customer was erased; nothing more is written about them"
        raise Refused([Problem(code="erased", text=erased)]) from fault
