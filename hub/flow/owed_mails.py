"""Which mails follow from what happened to an order: one duty each, in the brand's mail lane.

A duty names what it is about by ids. What is said is decided when it comes due, from the order as
it is then; of the same order and kind all that is due by then becomes one mail.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType

from hub.domain.facts import Change, Duty, DutyKind, Fact, FactKind
from hub.domain.names import Names
from hub.domain.orders import ChangeKind, Order, OrderChange, PromiseKind
from hub.domain.voiding import UNDO
from hub.domain.wishes import GROUP_ACTIONS, Outcome
from hub.flow.parts import POSTED, Parts
from hub.store import Transaction

TOGETHER = timedelta(minutes=1)
"""So long news of parcels waits for news of others."""
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
    owed = _owed(change)
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
    if kind not in ("shipped", "delivered"):
        return timedelta()
    if kind == "delivered" or document_id is None:
        return TOGETHER
    return UNDO if tx.exchange.document(document_id).syntax == POSTED else TOGETHER


def _owed(change: Change) -> dict[str, dict[str, object]]:
    """What each kind of mail is about, drawn together from all facts of the change."""
    found: dict[str, dict[str, object]] = {}
    for fact in change.facts:
        tell = _TOLD.get(fact.kind)
        for kind, about in tell(fact, change.order) if tell else ():
            found[kind] = _joined(found.get(kind, {}), about)
    if found.get("changed", {}).get("change") == found.get("cancelled", {}).get("change"):
        found.pop("cancelled", None)  # the mail of the change says it as well
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


def _cancelled(fact: Fact, order: Order) -> Iterator[Owed]:
    rows = fact.body.get("lines")
    lines = [
        {"line": row["line"], "quantity": row["quantity"]}
        for row in (rows if isinstance(rows, list) else ())
        if row["quantity"]
    ]
    if lines:
        yield "cancelled", {"change": fact.body.get("change"), "lines": lines}


def _agreed(fact: Fact, order: Order) -> Iterator[Owed]:
    """Fewer units have a mail of their own; who fills an order is nobody else's business."""
    change = _of(fact, order)
    if change is not None and any(_is_more(row) for row in change.actions):
        yield "changed", {"change": change.id}


def _is_more(row: Mapping[str, object]) -> bool:
    return row["action"] in (*GROUP_ACTIONS, "add", "swap") and row["outcome"] != Outcome.TOO_LATE


def _declined(fact: Fact, order: Order) -> Iterator[Owed]:
    """What was too late at once was said at once, where it was asked for."""
    change = _of(fact, order)
    if change is not None and change.asks:
        yield "declined", {"change": change.id}


def _of(fact: Fact, order: Order) -> OrderChange | None:
    """The customer's change that a fact is of."""
    wanted: Sequence[OrderChange] = [one for one in order.changes if one.id == fact.body["change"]]
    return next((one for one in wanted if one.kind is not ChangeKind.RESOURCING), None)


_TOLD: Mapping[FactKind, Callable[[Fact, Order], Iterator[Owed]]] = MappingProxyType(
    {
        FactKind.ORDER_PLACED: _placed,
        FactKind.PROMISE_MOVED: _moved,
        FactKind.ORDER_SHIPPED: _shipped,
        FactKind.PARCEL_DELIVERED: _delivered,
        FactKind.LINES_CANCELLED: _cancelled,
        FactKind.CHANGE_CONFIRMED: _agreed,
        FactKind.CHANGE_DECLINED: _declined,
    }
)
"""The facts that customers are told of by mail, if the brand's page says so."""
