"""The rows of an order that figures are summed from: functions of the order alone.

Whoever writes an order writes them with it and by the same comparison; no statement runs here.
"""

from collections.abc import Sequence
from typing import Any

from hub.domain.orders import Buckets, FulfillmentOrder, Order, PromiseKind
from hub.store.statements import micros, micros_or_none

DAY = 86_400_000_000  # microseconds

Rows = dict[str, dict[str, Any]]


def order_sums(order: Order) -> Rows:
    """Write what of an order is counted, by its id."""
    buckets = [line.buckets for line in order.lines]
    row = {
        "id": order.id,
        "day": micros(order.placed_at) // DAY,
        "channel": order.channel.value,
        "brand": order.brand,
        **_summed(buckets, ("ordered", "cancelled", "returned")),
    }
    return {order.id: row}


def part_sums(order: Order) -> Rows:
    """Write what of each partner's part is counted, by the part's id."""
    return {part.id: _part(order, part) for part in order.fulfillments}


def _part(order: Order, part: FulfillmentOrder) -> dict[str, Any]:
    promised = [
        promise.due
        for promise in order.promises
        if promise.fulfillment_id == part.id and promise.kind is PromiseKind.SHIP_BY
    ]
    left = [one.shipped_at for one in order.shipments if one.fulfillment_id == part.id]
    buckets = [line.buckets for line in part.lines]
    return {
        "id": part.id,
        "partner": part.partner,
        "brand": order.brand,
        "day": micros(order.placed_at) // DAY,
        "created_at": micros(part.created_at),
        "number": part.number,
        "order_number": order.number,
        "state": part.state.value,
        "ship_by": micros_or_none(part.ship_by),
        "promised_at": micros_or_none(min(promised, default=None)),
        "left_at": micros_or_none(max(left, default=None)),
        **_summed(buckets, ("ordered", "open", "rejected", "cancelled", "unexpected")),
    }


def _summed(buckets: Sequence[Buckets], names: Sequence[str]) -> dict[str, int]:
    return {name: sum(getattr(one, name) for one in buckets) for name in names}
