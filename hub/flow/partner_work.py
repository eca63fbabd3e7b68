"""What a partner has to do, as it may see it: its own parts of orders, once they lie with it.

Reads only. Never what the customer paid, an e-mail address, or another partner's lines.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from hub.domain.allowed import part_actions
from hub.domain.asking import Voice
from hub.domain.messages import PurchaseOrderChange
from hub.domain.orders import (
    Ask,
    ChangeState,
    FulfillmentOrder,
    FulfillmentState,
    Order,
    Shipment,
)
from hub.flow.changing import asked_change, paper_of
from hub.flow.parts import Parts
from hub.store import Erased, Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A change that waits for the partner's answer, as it was asked."""

    ask: Ask
    message: PurchaseOrderChange


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One part of an order that lies with a partner.

    `words` are the recipient's opened words, None when they were erased. `zone` is the partner's.
    """

    order: Order
    part: FulfillmentOrder
    words: Mapping[str, object] | None
    voice: Voice
    zone: str
    asked: tuple[Asked, ...]
    shipments: tuple[Shipment, ...]
    actions: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """A page of work; `next` is the cursor to go on from."""

    works: tuple[Work, ...]
    next: int
    more: bool


def queue(
    parts: Parts,
    *,
    partner: str,
    states: Collection[FulfillmentState],
    after: int,
    limit: int,
) -> Queue:
    """Return the partner's work that changed after the cursor, oldest change first.

    `limit` counts orders; one order may hold several parts of the partner.
    """
    now = parts.now()
    with parts.store.read() as tx:
        changed = tx.work.changed(
            partner=partner, brands=parts.brands, states=states, after=after, limit=limit + 1
        )
        page = changed[:limit]
        orders = tx.orders.several([order_id for _, order_id in page])
        works = [
            work
            for _, order_id in page
            for work in _works(tx, parts, orders[order_id], partner=partner, now=now)
            if work.part.state in states
        ]
    last = page[-1][0] if page else after
    return Queue(works=tuple(works), next=last, more=len(changed) > limit)


def find(tx: Transaction, parts: Parts, *, partner: str, number: str, now: datetime) -> Work | None:
    """Return the work of one purchase order; None when nothing of that number lies with it."""
    found = tx.orders.for_purchase_order(partner=partner, number=number)
    if found is None or found[0].brand not in parts.brands:
        return None
    works = _works(tx, parts, found[0], partner=partner, now=now)
    return next((work for work in works if work.part.id == found[1]), None)


def _works(
    tx: Transaction, parts: Parts, order: Order, *, partner: str, now: datetime
) -> Iterator[Work]:
    for part in order.fulfillments:
        if part.partner == partner and lies_with_partner(tx, part.id):
            yield Work(
                order=order,
                part=part,
                words=_words(tx, order, part),
                voice=parts.voice(order.brand),
                zone=parts.partners.get(partner).calendar.zone,
                asked=tuple(_asked(tx, parts, order, part, now)),
                shipments=tuple(one for one in order.shipments if one.fulfillment_id == part.id),
                actions=part_actions(order, part),
            )


def lies_with_partner(tx: Transaction, fulfillment_id: str) -> bool:
    """Say whether a paper on this part was delivered: before that it may still be taken back."""
    return any(paper.delivered_at is not None for paper in tx.exchange.sent_for(fulfillment_id))


def _words(tx: Transaction, order: Order, part: FulfillmentOrder) -> Mapping[str, object] | None:
    try:
        return tx.people.get(order.group(part.group_id).person_id)
    except Erased:
        return None


def _asked(
    tx: Transaction, parts: Parts, order: Order, part: FulfillmentOrder, now: datetime
) -> Iterator[Asked]:
    """What was asked by a paper that lies with the partner and waits for its answer."""
    for change in order.changes:
        for ask in change.asks:
            if ask.fulfillment_id != part.id or ask.state is not ChangeState.REQUESTED:
                continue
            paper = paper_of(tx, order, ask)
            if paper is None or paper.delivered_at is None:
                continue
            try:
                found = asked_change(tx, parts, part.partner, order, ask.id, now)
            except Erased:
                continue
            if found is not None:
                yield Asked(ask=ask, message=found[0])
