"""What a partner has to do, as it may see it: its own parts of orders, once they lie with it.

Reads only. Never what the customer paid, an e-mail address, or another partner's lines.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from hub.domain.allowed import part_actions
from hub.domain.asking import Voice
from hub.domain.destinations import recipient_of
from hub.domain.exchange import Direction
from hub.domain.facts import FactKind
from hub.domain.messages import PurchaseOrderChange
from hub.domain.orders import (
    Ask,
    ChangeState,
    FulfillmentOrder,
    FulfillmentState,
    Order,
    Shipment,
)
from hub.domain.told_parcels import is_same, mailed, told_before
from hub.domain.voiding import UNDO, against, on_the_way
from hub.flow.changing import asked_change, paper_of
from hub.flow.invoicing import invoiced
from hub.flow.parcel_papers import posted_parcels, told_by
from hub.flow.parts import Parts
from hub.flow.unanswering import LastAnswer, last_answer
from hub.store import DocumentRow, Erased, Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A change that waits for the partner's answer, as it was asked.

    `silence` is what no answer counts as: `confirm` or `decline`.
    """

    ask: Ask
    message: PurchaseOrderChange
    silence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispatched:
    """A shipment that stands; `name` is what it is called in paths.

    Until `undo_until` the customer has not been mailed of what was entered at a page; None for what
    came as a file, and for shipments of an older version. `told` says that the customer was mailed
    of what it replaces: it is the correction then that no mail tells before that. `voidable` and
    `correctable` say whether it can be taken back or told otherwise now, `refusal` in words why
    not, empty for nothing. `words` are those of the recipient by which it left, None where they are
    those that stand.
    """

    shipment: Shipment
    name: str
    words: Mapping[str, object] | None
    undo_until: datetime | None
    told: bool
    voidable: bool
    correctable: bool
    refusal: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One part of an order that lies with a partner.

    `words` are the recipient's opened words, None when they were erased. `zone` is the partner's.
    `answer` is its newest answer that stands, None where none was posted.
    """

    order: Order
    part: FulfillmentOrder
    words: Mapping[str, object] | None
    voice: Voice
    zone: str
    asked: tuple[Asked, ...]
    shipments: tuple[Dispatched, ...]
    answer: LastAnswer | None
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
        changed_orders = [orders[order_id] for _, order_id in page]
        works = [
            work
            for work in works_of_several(tx, parts, changed_orders, partner=partner, now=now)
            if work.part.state in states
        ]
    last = page[-1][0] if page else after
    return Queue(works=tuple(works), next=last, more=len(changed) > limit)


def find(tx: Transaction, parts: Parts, *, partner: str, number: str, now: datetime) -> Work | None:
    """Return the work of one purchase order; None when nothing of that number lies with it."""
    found = tx.orders.for_purchase_order(partner=partner, number=number)
    if found is None or found[0].brand not in parts.brands:
        return None
    works = works_of(tx, parts, found[0], partner=partner, now=now)
    return next((work for work in works if work.part.id == found[1]), None)


def works_of(
    tx: Transaction, parts: Parts, order: Order, *, partner: str, now: datetime
) -> Iterator[Work]:
    """Yield the parts of an order that lie with the partner, composed for it."""
    yield from works_of_several(tx, parts, [order], partner=partner, now=now)


def works_of_several(
    tx: Transaction, parts: Parts, orders: Collection[Order], *, partner: str, now: datetime
) -> Iterator[Work]:
    """Do so for many orders at once: papers and people are read for all of them together."""
    papers = tx.exchange.documents_of_orders([order.id for order in orders])
    lying = [
        (order, part)
        for order in orders
        for part in order.fulfillments
        if part.partner == partner and lies_with_partner(papers[order.id], part)
    ]
    went = {one.id: who for order, part in lying for one, who in _went_elsewhere(order, part)}
    people = [*went.values(), *(_person(order, part) for order, part in lying)]
    words = tx.people.several(people)
    former = {shipment: words[who] for shipment, who in went.items() if who in words}
    asked_for = tx.invoices.parts_of([part.id for _, part in lying])
    for order, part in lying:
        units = invoiced(tx, parts, part) if part.id in asked_for else {}
        beside = _Beside(
            papers=papers[order.id],
            words=words.get(_person(order, part)),
            former=former,
            invoiced=units,
        )
        yield _work(tx, parts, order, part, beside, now)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Beside:
    """What was read for many parts together; `words` are None for an erased customer.

    `former` are the words by which shipments left, by their ids, where others stand since.
    """

    papers: Sequence[DocumentRow]
    words: Mapping[str, object] | None
    former: Mapping[str, Mapping[str, object]]
    invoiced: Mapping[str, int]


def _person(order: Order, part: FulfillmentOrder) -> str:
    return order.group(part.group_id).person_id


def _went_elsewhere(order: Order, part: FulfillmentOrder) -> Iterator[tuple[Shipment, str]]:
    """The shipments that left by words that were replaced since, with their recipient."""
    for shipment in order.shipments:
        if shipment.fulfillment_id == part.id:
            recipient = recipient_of(order, shipment)
            if recipient != _person(order, part):
                yield shipment, recipient


def _work(
    tx: Transaction,
    parts: Parts,
    order: Order,
    part: FulfillmentOrder,
    beside: _Beside,
    now: datetime,
) -> Work:
    shipments = tuple(_dispatched(tx, order, part, beside, now))
    spoken = any(line.buckets.accepted or line.buckets.backordered for line in part.lines)
    spoken = spoken or any(line.buckets.rejected for line in part.lines)
    answer = last_answer(tx, order, part, beside.papers, now=now) if spoken else None
    return Work(
        order=order,
        part=part,
        words=beside.words,
        voice=parts.voice(order.brand),
        zone=parts.partners.get(part.partner).calendar.zone,
        asked=tuple(asked_of(tx, parts, order, part, now)),
        shipments=shipments,
        answer=answer,
        actions=(*part_actions(order, part), *_undoing(shipments, answer)),
    )


def _undoing(shipments: Collection[Dispatched], answer: LastAnswer | None) -> Iterator[str]:
    """What can be taken back or put right now."""
    if any(one.voidable for one in shipments):
        yield "void_shipment"
    if any(one.correctable for one in shipments):
        yield "correct_shipment"
    if answer is not None and answer.undoable:
        yield "undo_answer"


def _dispatched(
    tx: Transaction, order: Order, part: FulfillmentOrder, beside: _Beside, now: datetime
) -> Iterator[Dispatched]:
    standing = [one for one in order.shipments if one.fulfillment_id == part.id]
    posted = posted_parcels(beside.papers) if standing else frozenset()
    for one in standing:
        told_with_it = [other for other in standing if other.name == one.name]
        wrong = against(order, told_with_it, invoiced=beside.invoiced, now=now)
        by_page = one.heard_at is not None and told_by(order, one) in posted
        yield Dispatched(
            shipment=one,
            name=one.name,
            words=beside.former.get(one.id),
            undo_until=one.heard_at + UNDO if one.heard_at and by_page else None,
            told=_was_mailed(tx, order, one),
            voidable=not wrong,
            correctable=not on_the_way(told_with_it),
            refusal=" ".join(problem.text for problem in wrong),
        )


def _was_mailed(tx: Transaction, order: Order, shipment: Shipment) -> bool:
    """Whether the customer was mailed of what a shipment replaces; few replace any."""
    if not any(is_same(one, shipment) for one in order.voided):
        return False
    facts = tx.facts.of_order(order.id)
    mails = [one.body for one in facts if one.kind == FactKind.CUSTOMER_TOLD]
    return bool(told_before(order, shipment, mailed(mails)))


def lies_with_partner(papers: Iterable[DocumentRow], part: FulfillmentOrder) -> bool:
    """Say whether a paper on this part was delivered: before that it may still be taken back."""
    return any(
        paper.fulfillment_id == part.id
        and paper.direction is Direction.OUT
        and paper.delivered_at is not None
        for paper in papers
    )


def asked_of(
    tx: Transaction, parts: Parts, order: Order, part: FulfillmentOrder, now: datetime
) -> Iterator[Asked]:
    """Yield what was asked by a paper that lies with the partner and waits for its answer."""
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
                silence = parts.partners.get(part.partner).silence
                yield Asked(ask=ask, message=found[0], silence=silence)
