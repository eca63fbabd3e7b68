"""What a partner refuses or sends late goes to others once its answer cannot be taken back.

What is refused others are asked for; for what is late, it is asked first whether it leaves it to
them. A program that posts its answers may take them back as well, and is treated alike.
"""

from datetime import datetime

from hub.domain.facts import Change, Watch, WatchKind
from hub.domain.messages import Message, OrderResponse
from hub.domain.names import at_moment
from hub.domain.orders import Order
from hub.domain.voiding import UNDO
from hub.flow.backordering import late_by_now, resource_backorders
from hub.flow.orders import remember_by_clock
from hub.flow.parts import POSTED, Parts
from hub.flow.sourcing import source
from hub.store import DocumentRow, Transaction


def may_be_undone(row: DocumentRow, message: Message) -> bool:
    """Say whether a paper is an answer that its sender may take back for a while."""
    return row.syntax == POSTED and isinstance(message, OrderResponse)


def kept_back(order: Order, fulfillment_id: str, *, now: datetime) -> Change:
    """Return the change by which nobody else is asked yet for what a part's partner answered."""
    watch = Watch(
        hold=refused_hold(fulfillment_id),
        kind=WatchKind.SOURCE,
        partner=order.fulfillment(fulfillment_id).partner,
        subject=fulfillment_id,
        due_at=now + UNDO,
        order_id=order.id,
    )
    return Change(order=order, watches=(watch,))


def refused_hold(fulfillment_id: str) -> str:
    """Return the name under which others are not asked yet for what was refused or is late."""
    return f"refused:{fulfillment_id}"


def source_refused(tx: Transaction, parts: Parts, watch: Watch, *, now: datetime) -> None:
    """Ask others for what was refused, as far as nobody was asked meanwhile, and for what is late.

    That is what is late by then: who confirmed it since is asked nothing.
    """
    tx.watches.end(watch.hold)
    order = tx.orders.load(watch.order_id or "")
    names = at_moment(watch.hold, now)
    change = source(tx, parts, order, names=names, now=now)
    late = late_by_now(tx, order, watch.subject, answered_at=watch.due_at - UNDO)
    change = resource_backorders(
        tx, parts, change, watch.subject, beyond=late, names=names, now=now
    )
    if change == Change(order=order):
        return
    remember_by_clock(
        tx, parts, order, change, watch=watch, why={"refused": watch.subject}, at=now, names=names
    )
