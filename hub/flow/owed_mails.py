"""Which mails follow from what happened to an order: one duty each, in the brand's mail lane.

A duty names what it is about by ids. What is said is decided when it comes due, from the order as
it is then; of the same order and kind all that is due by then becomes one mail. Nothing is due
before it can be taken back no more, and later news of the same order and kind waits with it.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType

from hub.domain.change_ends import Known
from hub.domain.facts import Change, Duty, DutyKind, Fact, FactKind
from hub.domain.names import Names
from hub.domain.orders import ChangeKind, FulfillmentOrder, Order, PromiseKind
from hub.domain.pieces import in_two, still_later
from hub.domain.posted import PostedSet
from hub.domain.promise_rows import predecessor
from hub.domain.status import to_arrive
from hub.domain.told_parcels import LEFT, STAYED
from hub.domain.voiding import UNDO
from hub.flow.parcel_papers import OF_PARCELS, posted_parcels, told_by
from hub.flow.parts import POSTED, Parts
from hub.partners import Brand
from hub.render import change_mail, change_told, tells_of_parcels
from hub.store import Transaction

TOGETHER = timedelta(minutes=1)
"""So long news of parcels waits for news of others."""
_OF_CHANGES = ("cancelled", "changed", "declined")
_OF_OTHERS = ("shipped", "delivered")
_MOVED, _VOIDED = FactKind.PROMISE_MOVED, FactKind.SHIPMENT_VOIDED
_UNDONE = MappingProxyType(
    {
        **dict.fromkeys(("shipped", *_OF_CHANGES), OF_PARCELS),
        "moved": OF_PARCELS | {PostedSet.ORDER_RESPONSE},
    }
)
"""The posted papers that can be taken back and with them what a mail of that kind tells."""
Owed = tuple[str, dict[str, object]]
"""The kind of a mail and what it is about."""


def mail_lane(brand: str) -> str:
    """Return the lane in which a brand's mails go out."""
    return f"mail/{brand}"


def with_mails(
    tx: Transaction,
    parts: Parts,
    before: Order | None,
    change: Change,
    *,
    document_id: str | None,
    names: Names,
    now: datetime,
) -> Change:
    """Return the change with the mails that its facts call for, each kind at most once.

    None are owed by a hub that has no way to send mails: then the storefront tells its customers.
    `before` is None for a new order; `document_id` is the paper that says it, if one does.
    """
    brand = change.order.brand
    if parts.mail is None or brand not in parts.brands:
        return change
    _put_off(tx, change, document_id, now)
    owed = _owed(tx, before, change, parts.brands[brand])
    owed = {kind: owed[kind] for kind in owed.keys() & set(parts.brands[brand].mails)}
    waiting = _waiting(tx, change.order) if owed else {}
    duties = [
        Duty(
            id=names.new("dut"),
            lane=mail_lane(brand),
            kind=DutyKind.MAIL,
            set_id=kind,
            subject=change.order.id,
            order_id=change.order.id,
            due_at=max(
                _due(tx, kind, document_id, waiting.get(kind), now),
                _left_for_good(tx, change, owed[kind], now) if kind in _OF_CHANGES else now,
            ),
            body=owed[kind],
        )
        for kind in sorted(owed)
    ]
    return change.then(Change(order=change.order, duties=tuple(duties))) if duties else change


def _waiting(tx: Transaction, order: Order) -> dict[str, datetime]:
    """When the last mail of each kind is due that is owed of an order and was not tried yet."""
    found: dict[str, datetime] = {}
    for one in tx.duties.of_order(order.id):
        if one.lane == mail_lane(order.brand) and not one.attempts:
            found[one.set_id] = max(one.due_at, found.get(one.set_id, one.due_at))
    return found


def _due(
    tx: Transaction, kind: str, document_id: str | None, waiting: datetime | None, now: datetime
) -> datetime:
    """When a mail may go: once nothing of it is taken back any more, with the one that waits.

    None waits longer for others than the first of them had to: a stream of news holds up nothing.
    """
    earliest = now + _window(tx, kind, document_id)
    if waiting is not None:
        return max(earliest, waiting)
    return max(earliest, now + TOGETHER) if kind in _OF_OTHERS else earliest


def _window(tx: Transaction, kind: str, document_id: str | None) -> timedelta:
    """How long what a paper said can be taken back, as far as a mail of that kind tells it."""
    if kind not in _UNDONE or document_id is None:
        return timedelta()
    paper = tx.exchange.document(document_id)
    return UNDO if paper.syntax == POSTED and paper.set_id in _UNDONE[kind] else timedelta()


def _left_for_good(
    tx: Transaction, change: Change, about: Mapping[str, object], now: datetime
) -> datetime:
    """When nothing that a mail of changes says to have left can be taken back any more."""
    order, told = change.order, about.get("changes")
    fresh = [one for one in order.shipments if one.heard_at and now < one.heard_at + UNDO]
    if not fresh or not isinstance(told, Mapping):
        return now
    facts: list[Known] = [*tx.facts.of_order(order.id), *change.facts]
    if not any(tells_of_parcels(order, one, facts) for one in order.changes if one.id in told):
        return now
    posted = posted_parcels(tx.exchange.documents_of_orders([order.id])[order.id])
    ends = [one.heard_at + UNDO for one in fresh if one.heard_at and told_by(order, one) in posted]
    return max((now, *ends))


def _put_off(tx: Transaction, change: Change, document_id: str | None, now: datetime) -> None:
    """Let mails of changes wait on that wait for a shipment to stand: it was told otherwise now."""
    if not any(fact.kind is _VOIDED and fact.body.get("replaced") for fact in change.facts):
        return
    order, until = change.order, now + _window(tx, "cancelled", document_id)
    for one in tx.duties.of_order(order.id):
        waits = one.set_id in _OF_CHANGES and not one.attempts and now < one.due_at < until
        if waits and one.lane == mail_lane(order.brand):
            tx.duties.put_off(one.id, until=until)


def _owed(
    tx: Transaction, before: Order | None, change: Change, brand: Brand
) -> dict[str, dict[str, object]]:
    """What each kind of mail is about, drawn together from all facts of the change."""
    found: dict[str, dict[str, object]] = {}
    for fact in change.facts:
        tell = _TOLD.get(fact.kind)
        for kind, about in tell(fact, change.order) if tell else ():
            found[kind] = _joined(found.get(kind, {}), about)
    further = (*_moved(before, change), *_dated(before, change), *_ended(tx, change, brand))
    for kind, about in further:
        found[kind] = _joined(found.get(kind, {}), about)
    return found


def _joined(former: Mapping[str, object], later: Mapping[str, object]) -> dict[str, object]:
    """Both bodies as one: lists end to end, of days the first told, else the later word."""
    joined = dict(former)
    for key, value in later.items():
        before = joined.get(key)
        if isinstance(before, list) and isinstance(value, list):
            value = [*before, *value]
        elif isinstance(before, dict) and isinstance(value, dict):
            value = {**value, **before}
        joined[key] = value
    return joined


def _placed(fact: Fact, order: Order) -> Iterator[Owed]:
    yield "confirmed", {}


def _moved(before: Order | None, change: Change) -> Iterator[Owed]:
    """Only the day of arrival: the day of leaving is between us and those who pack.

    Where pieces of a part were put off already, it says which, and the day of the others.
    """
    parts = {part.id: part for part in before.fulfillments} if before else {}
    for fact in change.facts:
        if fact.kind is not _MOVED or fact.body.get("kind") == PromiseKind.SHIP_BY:
            continue
        if fact.body.get("lines") == []:
            continue  # what had that day is not of the part any more
        name = str(fact.body["fulfillment"])
        former = parts.get(name)
        whole = before.promise(name, PromiseKind.DELIVER_BY) if before else None
        if before is None or former is None or whole is None:
            yield "moved", {"was": {name: fact.body["from"]}}
            continue
        body: dict[str, object] = {"was": {name: whole.day.isoformat()}}
        if halves := in_two(before, former, to_arrive(before, former)):
            body["next"] = {name: halves.day.isoformat()}
            part = change.order.fulfillment(name)
            body["late"] = {name: dict(still_later(halves, former, part))}
        yield "moved", body


def _dated(before: Order | None, change: Change) -> Iterator[Owed]:
    """The first day of goods that nobody had when the order was placed; a moved one is told so."""
    moved = {fact.body["fulfillment"] for fact in change.facts if fact.kind is _MOVED}
    for fact in change.facts if before is not None else ():
        if fact.kind is FactKind.PROMISE_MADE and fact.body["fulfillment"] not in moved:
            part = change.order.fulfillment(str(fact.body["fulfillment"]))
            if before is not None and _had_no_day(before, change.order, part):
                yield "moved", {"found": [part.id]}


def _had_no_day(before: Order, order: Order, part: FulfillmentOrder) -> bool:
    """Whether units of a part were nobody's, and not because somebody lost them again."""
    former = predecessor(order, part)
    lost = {line.line_id: line.buckets.rejected for line in former.lines} if former else {}
    if former and not any(lost.values()):
        return False
    wanted = {line.line_id for line in part.lines}
    return any(
        before.unsourced(line) > lost.get(line.id, 0) for line in before.lines if line.id in wanted
    )


def _shipped(fact: Fact, order: Order) -> Iterator[Owed]:
    yield "shipped", {LEFT: [fact.body["shipment"]]}


def _taken_back(fact: Fact, order: Order) -> Iterator[Owed]:
    """Of a shipment told otherwise the new one tells; of one nobody was mailed of, no mail does."""
    if not fact.body.get("replaced"):
        yield "shipped", {STAYED: [fact.body["shipment"]]}


def _delivered(fact: Fact, order: Order) -> Iterator[Owed]:
    yield "delivered", {"packages": [fact.body["package"]]}


def _ended(tx: Transaction, change: Change, brand: Brand) -> Iterator[Owed]:
    """One mail for each customer's change that ended, with what was done and what was not.

    Who fills an order is nobody else's business. While somebody is still asked there is none.
    """
    order = change.order
    said = [fact for fact in change.facts if fact.kind in _ANSWERS]
    ids = {str(fact.body["change"]) for fact in said}
    ended = [
        one for one in order.changes if one.id in ids and one.kind is not ChangeKind.RESOURCING
    ]
    facts: list[Known] = [*tx.facts.of_order(order.id), *change.facts] if ended else []
    for one in ended:
        if kind := change_mail(order, one, facts, brand):
            yield kind, change_told(one, facts)


_ANSWERS = (FactKind.CHANGE_CONFIRMED, FactKind.CHANGE_DECLINED)
_TOLD: Mapping[FactKind, Callable[[Fact, Order], Iterator[Owed]]] = MappingProxyType(
    {
        FactKind.ORDER_PLACED: _placed,
        FactKind.ORDER_SHIPPED: _shipped,
        _VOIDED: _taken_back,
        FactKind.PARCEL_DELIVERED: _delivered,
    }
)
"""The facts that customers are told of by mail, if the brand's page says so."""
