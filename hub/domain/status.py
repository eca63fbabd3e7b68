"""The customer's words: computed from quantities, promises and the time of asking.

`document` is what storefronts read; its word is right until `next_change_at`, after which `word_at`
finds the new one from the same document without any fact. Nobody's supplier, cost or name is in it.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from hub.domain.orders import FulfillmentOrder, FulfillmentState, Order, OrderLine, Shipment


class Word(StrEnum):
    """The ten words a customer reads."""

    CONFIRMED = "Confirmed"
    BEING_PREPARED = "Being prepared"
    PART_SHIPPED = "Part shipped"
    SHIPPED = "Shipped"
    ON_ITS_WAY = "On its way"
    OUT_FOR_DELIVERY = "Out for delivery"
    DELIVERED = "Delivered"
    DELAYED = "Delayed"
    CANCELLED = "Cancelled"
    RETURNED = "Returned/Refunded"


def document(order: Order, *, version: int, now: datetime) -> dict[str, Any]:
    """Return the status document of an order as of `now`, ready for JSON."""
    late_from = _late_from(order)
    document: dict[str, Any] = {
        "order": order.number,
        "brand": order.brand,
        "version": version,
        "placed_at": order.placed_at.isoformat(),
        "lines": [_line(order, line) for line in order.lines],
        "parcels": [parcel for shipment in order.shipments for parcel in _parcels(order, shipment)],
        "ship_by": late_from.isoformat() if late_from else None,
    }
    document["status"] = str(word_at(document, now))
    late = late_from is not None and now >= late_from
    document["next_change_at"] = late_from.isoformat() if late_from and not late else None
    return document


def _line(order: Order, line: OrderLine) -> dict[str, Any]:
    buckets = line.buckets
    return {
        "line": line.number,
        "sku": line.sku,
        "description": line.description,
        "ordered": buckets.ordered,
        "open": buckets.open,
        "being_prepared": min(buckets.open, _being_prepared(order, line)),
        "backordered": min(buckets.open, buckets.backordered),
        "shipped": buckets.shipped,
        "delivered": buckets.delivered,
        "returned": buckets.returned,
        "cancelled": buckets.cancelled,
    }


def _being_prepared(order: Order, line: OrderLine) -> int:
    """Units that somebody said yes to and has not shipped yet."""
    parts = [
        part.buckets
        for fulfillment in order.fulfillments
        for part in fulfillment.lines
        if part.line_id == line.id
    ]
    return sum(min(part.open, max(0, part.accepted - part.shipped)) for part in parts)


def _parcels(order: Order, shipment: Shipment) -> Sequence[dict[str, Any]]:
    return [
        {
            "carrier": shipment.carrier,
            "service": shipment.service,
            "tracking": package.tracking,
            "shipped_at": shipment.shipped_at.isoformat(),
            "lines": [
                {"line": order.line(line.line_id).number, "quantity": line.quantity}
                for line in package.lines
            ],
        }
        for package in shipment.packages
    ]


def _late_from(order: Order) -> datetime | None:
    """The first moment at which something promised has not been shipped."""
    waiting = [part.ship_by for part in order.fulfillments if part.ship_by and _is_open(part)]
    return min(waiting, default=None)


def _is_open(part: FulfillmentOrder) -> bool:
    ended = part.state in (FulfillmentState.CLOSED, FulfillmentState.CANCELLED)
    return not ended and any(line.buckets.open for line in part.lines)


def word_at(document: Mapping[str, Any], now: datetime) -> Word:
    """Return the one word for a status document at the time of asking."""
    lines = document["lines"]
    total = {
        name: sum(line[name] for line in lines)
        for name in ("ordered", "open", "shipped", "delivered", "returned", "being_prepared")
    }
    ended = _ended(total)
    if ended is not None:
        return ended
    ship_by = document["ship_by"]
    if total["open"] and ship_by is not None and now >= datetime.fromisoformat(ship_by):
        return Word.DELAYED
    if total["shipped"]:
        return Word.PART_SHIPPED if total["open"] else Word.SHIPPED
    return Word.BEING_PREPARED if total["being_prepared"] else Word.CONFIRMED


def _ended(total: Mapping[str, int]) -> Word | None:
    if total["open"]:
        return None
    if not total["shipped"]:
        return Word.CANCELLED
    if total["returned"] >= total["shipped"]:
        return Word.RETURNED
    return Word.DELIVERED if total["delivered"] >= total["shipped"] else None
