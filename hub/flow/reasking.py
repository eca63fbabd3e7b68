"""A change that is asked again is put to the partner by a paper if none was ever written."""

from datetime import datetime

from hub.domain.change_rows import duty_of
from hub.domain.change_settling import find_ask
from hub.domain.facts import Change, WatchKind
from hub.domain.names import Names
from hub.flow.changing import paper_of, terms_of
from hub.flow.parts import Parts
from hub.store import Transaction


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
