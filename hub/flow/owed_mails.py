"""Which mails follow from what happened to an order: one duty each, in the brand's mail lane.

A duty names what it is about by ids. What is said is decided when it comes due, from the order as
it is then; of the same order and kind all that is due by then becomes one mail.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType

from hub.domain.change_ends import Known
from hub.domain.facts import Change, Duty, DutyKind, Fact, FactKind
from hub.domain.names import Names
from hub.domain.orders import ChangeKind, Order, PromiseKind
from hub.domain.posted import PostedSet
from hub.domain.voiding import UNDO
from hub.flow.parts import POSTED, Parts
from hub.partners import Brand
from hub.render import change_mail, change_told
from hub.store import Transaction

TOGETHER = timedelta(minutes=1)
"""So long news of parcels waits for news of others."""
_OF_CHANGES = ("cancelled", "changed", "declined")
_OF_PARCELS = frozenset({PostedSet.SHIP_NOTICE, PostedSet.SHIPMENT_CORRECTION})
Owed = tuple[str, dict[str, object]]
"""The kind of a mail and what it is about."""


def mail_lane(brand: str) -> str:
    """Return the lane in which a brand's mails go out."""
    return f"mail/{brand}"


def with_mails(
    tx: Transaction,
    parts: Parts,
    change: Change,
    *,
    document_id: str | None,
    names: Names,
    now: datetime,
) -> Change:
    """Return the change with the mails that its facts call for, each kind at most once.

    None are owed by a hub that has no way to send mails: then the storefront tells its customers.
    `document_id` is the paper that says it, if one does.
    """
    brand = change.order.brand
    if parts.mail is None or brand not in parts.brands:
        return change
    owed = _owed(tx, change, parts.brands[brand])
    duties = [
        Duty(
            id=names.new("dut"),
            lane=mail_lane(brand),
            kind=DutyKind.MAIL,
            set_id=kind,
            subject=change.order.id,
            order_id=change.order.id,
            due_at=now + _patience(tx, kind, document_id),
            body=owed[kind],
        )
        for kind in sorted(owed.keys() & set(parts.brands[brand].mails))
    ]
    return change.then(Change(order=change.order, duties=tuple(duties))) if duties else change


def _patience(tx: Transaction, kind: str, document_id: str | None) -> timedelta:
    """How long a mail waits: for others of its kind, and until nothing is taken back any more."""
    if kind == "delivered":
        return TOGETHER
    if kind not in ("shipped", *_OF_CHANGES):
        return timedelta()
    paper = None if document_id is None else tx.exchange.document(document_id)
    if paper is not None and paper.syntax == POSTED and paper.set_id in _OF_PARCELS:
        return UNDO
    return TOGETHER if kind == "shipped" else timedelta()


def _owed(tx: Transaction, change: Change, brand: Brand) -> dict[str, dict[str, object]]:
    """What each kind of mail is about, drawn together from all facts of the change."""
    found: dict[str, dict[str, object]] = {}
    for fact in change.facts:
        tell = _TOLD.get(fact.kind)
        for kind, about in tell(fact, change.order) if tell else ():
            found[kind] = _joined(found.get(kind, {}), about)
    for kind, about in _ended(tx, change, brand):
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


def _moved(fact: Fact, order: Order) -> Iterator[Owed]:
    """Only the day of arrival: the day of leaving is between us and those who pack."""
    if fact.body.get("kind") != PromiseKind.SHIP_BY:
        yield "moved", {"was": {str(fact.body["fulfillment"]): fact.body["from"]}}


def _shipped(fact: Fact, order: Order) -> Iterator[Owed]:
    yield "shipped", {"shipments": [fact.body["shipment"]]}


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
        FactKind.PROMISE_MOVED: _moved,
        FactKind.ORDER_SHIPPED: _shipped,
        FactKind.PARCEL_DELIVERED: _delivered,
    }
)
"""The facts that customers are told of by mail, if the brand's page says so."""
