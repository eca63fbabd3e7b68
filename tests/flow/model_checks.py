"""What must hold after every step of the model test: the hub counts as the book does.

Also how the hub's own choices, whom to ask for what, are taken over into the book.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeVar

from hub.domain import status
from hub.domain.facts import DutyKind
from hub.domain.orders import ChangeKind, ChangeState, FulfillmentLine, FulfillmentOrder, Order
from hub.domain.totals import owed
from hub.store import ExceptionRow, Transaction
from tests.flow.model_book import Ask, Asked, Book, Ended, Key
from tests.flow.model_world import World

T = TypeVar("T")


def parts_of(order: Order) -> Iterator[tuple[FulfillmentOrder, FulfillmentLine]]:
    """Every partner's line of an order."""
    for part in order.fulfillments:
        for line in part.lines:
            yield part, line


def sent_parts(tx: Transaction, order: Order) -> set[str]:
    """The purchase orders of an order that are written."""
    owed_papers = [duty for duty in tx.duties.of_order(order.id) if duty.kind is DutyKind.SEND]
    waiting = {duty.subject for duty in owed_papers}
    return {part.number for part in order.fulfillments if part.id not in waiting}


def adopt(book: Book, order: Order) -> None:
    """Take over whom the hub asked for what, if there was so much to ask for."""
    for part, line in parts_of(order):
        key = Key(part.number, line.number)
        if key in book.asked:
            continue
        wanted = Key(order.number, order.line(line.line_id).number)
        assert 0 < line.buckets.ordered <= book.unasked(wanted), f"{key} asks for too much"
        book.asked[key] = Asked(
            key=key,
            partner=part.partner,
            sku=line.sku,
            wanted=wanted,
            ordered=line.buckets.ordered,
        )
    _adopt_asks(book, order)


def _adopt_asks(book: Book, order: Order) -> None:
    known = {(ask.purchase_order, ask.number) for ask in book.asks}
    for change in order.changes:
        for ask in change.asks:
            part = order.fulfillment(ask.fulfillment_id)
            if (part.number, ask.number) in known:
                continue
            numbers = {line.id: line.number for line in part.lines}
            units = {numbers[one.fulfillment_line_id]: one.quantity for one in ask.lines}
            for line, count in units.items():
                theirs = book.asked[Key(part.number, line)]
                assert 0 < count <= theirs.open - book.running(theirs), "more taken back than there"
            book.asks.append(Ask(part.number, ask.number, change.id, units))
            if change.kind is ChangeKind.RESOURCING:
                book.resourcing.add(change.id)


def counted_alike(book: Book, order: Order) -> None:
    """Every line has its units where the book has them."""
    for line in order.lines:
        key, units = Key(order.number, line.number), line.buckets
        mine = book.wanted[key]
        beyond = sum(part.unexpected for part in book.parts_of(key))
        found = (units.ordered, units.open, units.cancelled, units.shipped, units.unexpected)
        counted = (mine.ordered, book.open(key), mine.cancelled, book.shipped(key), beyond)
        assert found == counted, f"{key}: ordered, open, cancelled, shipped, unexpected"
        assert units.ordered == units.open + units.cancelled + units.shipped
        assert units.delivered <= units.shipped + units.unexpected
    for part, line in parts_of(order):
        theirs, buckets = book.asked[Key(part.number, line.number)], line.buckets
        told = (buckets.ordered, buckets.cancelled, buckets.shipped, buckets.unexpected)
        assert told == (theirs.ordered, theirs.cancelled, theirs.shipped, theirs.unexpected)
    assert all(order.unsourced(line) >= 0 for line in order.lines), "asked for more than is wanted"
    for change in order.changes:
        for ask in change.asks:
            mine_ask = book.ask(order.fulfillment(ask.fulfillment_id).number, ask.number)
            waits = ask.state is ChangeState.REQUESTED
            assert waits is (mine_ask.ended is Ended.OPEN), f"{mine_ask} is {ask.state}"


def costs_its_sum(order: Order) -> None:
    """The order costs what its lines cost that are not cancelled."""
    kept = sum(line.kept * line.unit_price for line in order.lines)
    assert order.total == owed(order) == kept


def status_is_its_own(world: World, order: Order) -> None:
    """The stored status document is what the order makes of it now."""
    row = world.house.parts.store.status(brand=order.brand, number=order.number)
    assert row is not None
    now = world.clock.time
    told = status.as_of(json.loads(row.body), now)
    made = json.loads(json.dumps(status.document(order, version=order.version, now=now)))
    assert told == made


def waits_for_somebody(tx: Transaction, order: Order, stuck: Mapping[str, ExceptionRow]) -> None:
    """Whatever is open is asked of somebody and awaited, or a person was told."""
    for line in order.lines:
        if order.unsourced(line):
            assert f"no-source:{line.id}" in stuck, f"line {line.number} waits silently"
        else:
            assert f"no-source:{line.id}" not in stuck, "told of what is not so any more"
    unsent = {duty.subject for duty in tx.duties.of_order(order.id)}
    for part in order.fulfillments:
        if any(line.buckets.open for line in part.lines) and part.id not in unsent:
            assert tx.watches.find(f"overdue-shipment:{part.id}"), f"{part.number} is not awaited"
    for change in order.changes:
        for ask in change.asks:
            if ask.state is ChangeState.REQUESTED:
                assert tx.watches.find(f"change:{ask.id}"), f"change {ask.number} is not awaited"
    told = {row.kind for row in stuck.values() if row.order_id == order.id}
    if any(line.buckets.unexpected for line in order.lines):
        assert "unexpected-shipment" in told


def sold_is_there(book: Book, world: World) -> None:
    """Nobody is asked for more than ever lay on its shelf."""
    sold = Counter[tuple[str, str]]()
    for part in book.asked.values():
        sold[part.partner, part.sku] += part.ordered - part.cancelled
    for (partner, sku), units in sold.items():
        there = world.shops[partner].ever[sku]
        assert units <= there, f"{units} of {sku} are sold, {partner} never had more than {there}"


def reserved_is_owed(tx: Transaction, book: Book, world: World, orders: Sequence[Order]) -> None:
    """Open units are reserved, no more and no less, where reports include what is shipped."""
    if world.form.includes != "shipped":
        return
    names = {
        line.id: Key(part.number, line.number) for order in orders for part, line in parts_of(order)
    }
    reserved = Counter[Key]()
    for held, happened_at in tx.reservations.all():
        if happened_at is None:
            reserved[names[held.fulfillment_line_id]] += held.quantity
    open_units = Counter({key: part.open for key, part in book.asked.items() if part.open})
    assert +reserved == open_units
