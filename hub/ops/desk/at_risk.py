"""What waits for a person about orders, the promise that is nearest to be broken first."""

import json
from dataclasses import replace
from datetime import UTC, datetime

from hub.domain.orders import PromiseKind
from hub.flow.parts import Parts
from hub.ops.desk.awaited import Brands, Card, card
from hub.store import Transaction
from hub.store.queue import QueuedRow

MOST_LOOKED_AT = 200
"""So many that wait are weighed, the longest due first."""
MOST_SHOWN = 200
_NEVER = datetime.max.replace(tzinfo=UTC)


def at_risk(parts: Parts, *, brands: Brands = None, limit: int = MOST_SHOWN) -> tuple[Card, ...]:
    """Return what is about an order, by the promise to its customer that ends first.

    With `brands` only what is about orders of theirs. An order with nothing to come is last; of
    the same promise the longest due is first. `promised` of each card is when that promise ends.
    """
    with parts.store.read() as tx:
        rows = tx.queue.page(partner="", kind="", after=None, limit=MOST_LOOKED_AT)
        wanted = [row for row in rows if _wanted(row, parts, brands)]
        ends = {row.order_id: _ends(tx, row) for row in wanted}
    ordered = sorted(wanted, key=lambda row: (ends[row.order_id] or _NEVER, row.since, row.id))
    return tuple(replace(card(parts, row), promised=ends[row.order_id]) for row in ordered[:limit])


def _wanted(row: QueuedRow, parts: Parts, brands: Brands) -> bool:
    return bool(row.order_number) and row.brand in (parts.brands if brands is None else brands)


def _ends(tx: Transaction, row: QueuedRow) -> datetime | None:
    """When the first open promise of arrival ends; None when nothing is to come."""
    status = tx.orders.status(brand=row.brand, number=row.order_number)
    if status is None:
        return None
    promises = json.loads(status.body).get("promises", ())
    return min(
        (
            datetime.fromisoformat(one["due"])
            for one in promises
            if one["open"] and one["kind"] == PromiseKind.DELIVER_BY
        ),
        default=None,
    )
