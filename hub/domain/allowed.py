"""What a viewer may do with an order now: portal, console and API offer exactly these. Pure.

Whether a partner still gives units back is known only when it is asked: an offer is no promise.
"""

from datetime import datetime
from enum import StrEnum

from hub.domain.change_held import leaving
from hub.domain.orders import (
    ChangeState,
    FulfillmentOrder,
    FulfillmentState,
    Order,
)


class Viewer(StrEnum):
    """Who looks at an order."""

    CUSTOMER = "customer"
    CLERK = "clerk"
    API = "api"
    OPERATOR = "operator"
    SUPPLIER = "supplier"


def allowed_actions(order: Order, viewer: Viewer, now: datetime) -> tuple[str, ...]:
    """Return what the viewer may do with the order at this moment, in a fixed sequence.

    `cancel` while open units are left of which no cancellation is running, those being exchanged
    among them; `change` while anything is open; `source`, for those who run the shop, while units
    have no partner. A supplier may `accept` and `reject` what it has not answered and `ship` what
    is open. `now` decides nothing yet: what ends with time does it here.
    """
    if viewer is Viewer.SUPPLIER:
        return _suppliers(order)
    actions = []
    if _free(order) > 0:
        actions.append("cancel")
    if any(line.buckets.open for line in order.lines):
        actions.append("change")
    if viewer in (Viewer.CLERK, Viewer.OPERATOR) and any(map(order.unsourced, order.lines)):
        actions.append("source")
    return tuple(actions)


def part_actions(order: Order, part: FulfillmentOrder) -> tuple[str, ...]:
    """Return what a partner may do with its own part of an order now, in a fixed sequence.

    It answers and ships while units are open, answers a change that waits for it, and invoices what
    it has shipped.
    """
    actions = ["accept", "backorder", "reject", "ship"] if _open(part) else []
    if any(
        ask.fulfillment_id == part.id and ask.state is ChangeState.REQUESTED
        for change in order.changes
        for ask in change.asks
    ):
        actions.append("answer_change")
    if any(line.buckets.shipped for line in part.lines):
        actions.append("invoice")
    return tuple(actions)


def _free(order: Order) -> int:
    """Open units that no cancellation is running for; those to be exchanged are among them."""
    return sum(line.buckets.open - leaving(order, line) for line in order.lines)


def _suppliers(order: Order) -> tuple[str, ...]:
    waiting = [part for part in order.fulfillments if _open(part)]
    actions = []
    if any(part.state is FulfillmentState.OPEN for part in waiting):
        actions += ["accept", "reject"]
    if waiting:
        actions.append("ship")
    return tuple(actions)


def _open(part: FulfillmentOrder) -> bool:
    return any(line.buckets.open for line in part.lines)
