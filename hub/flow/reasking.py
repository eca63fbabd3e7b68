"""What a shipment had settled is asked again once the shipment is taken back.

A change that waits again is put to the partner by a paper if none was ever written. The answer to
the purchase order is awaited again if none was ever given.
"""

from datetime import datetime

from hub.domain.change_rows import duty_of
from hub.domain.change_settling import find_ask
from hub.domain.facts import Change, FactKind, WatchKind
from hub.domain.names import Names
from hub.domain.orders import FulfillmentOrder, FulfillmentState
from hub.flow.changing import paper_of, terms_of
from hub.flow.following import unanswered
from hub.flow.parts import Parts
from hub.store import Transaction

_SAID = frozenset(
    {
        FactKind.LINES_CONFIRMED,
        FactKind.LINES_BACKORDERED,
        FactKind.LINES_DECLINED,
        FactKind.PROGRESS_REPORTED,
    }
)


def asked_anew(
    tx: Transaction, parts: Parts, change: Change, *, names: Names, now: datetime
) -> Change:
    """Return the change with a duty for each ask that waits again and was never written.

    A shipment had decided it before its paper was due. Nobody is asked twice.
    """
    again = [watch.subject for watch in change.watches if watch.kind is WatchKind.CHANGE]
    if not again:
        return change
    owed = {duty.subject for duty in tx.duties.of_order(change.order.id)}
    duties = []
    for ask_id in again:
        _, ask = find_ask(change.order, ask_id)
        terms = terms_of(parts, change.order.fulfillment(ask.fulfillment_id), now)
        if terms is None or ask_id in owed or paper_of(tx, change.order, ask) is not None:
            continue
        duties.append(duty_of(change.order, ask, terms, names))
    return change.then(Change(order=change.order, duties=tuple(duties))) if duties else change


def answer_awaited_anew(
    tx: Transaction, parts: Parts, change: Change, fulfillment_id: str
) -> Change:
    """Return the change with the answer awaited again that a shipment had stood for.

    The shipment is taken back and nothing else was said of the purchase order. It is due when it
    was due at first: that may have passed, and rings then at the next look.
    """
    if not any(fact.kind is FactKind.SHIPMENT_VOIDED for fact in change.facts):
        return change
    part = change.order.fulfillment(fulfillment_id)
    if part.state is not FulfillmentState.OPEN:
        return change  # what still stands of it was answered, or shipped
    since = _silent_since(tx, parts, change.order.id, part)
    if since is None:
        return change
    watches = unanswered(parts, change.order, part, since=since)
    return change.then(Change(order=change.order, watches=watches))


def _silent_since(
    tx: Transaction, parts: Parts, order_id: str, part: FulfillmentOrder
) -> datetime | None:
    """Since when a partner owes the answer to its part; None when it gave one, or never got it."""
    told = [one for one in tx.facts.of_order(order_id) if one.body.get("fulfillment") == part.id]
    voided = [place for place, one in enumerate(told) if one.kind == FactKind.ANSWER_VOIDED]
    if any(one.kind in _SAID for one in told[voided[-1] if voided else 0 :]):
        return None
    return told[voided[-1]].at if voided else _delivered_at(tx, parts, part)


def _delivered_at(tx: Transaction, parts: Parts, part: FulfillmentOrder) -> datetime | None:
    route = parts.routes.get(part.partner)
    if route is None:
        return None
    papers = (one for one in tx.exchange.sent_for(part.id) if one.set_id == route.set_id)
    return max((one.delivered_at for one in papers if one.delivered_at), default=None)
