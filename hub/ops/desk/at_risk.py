"""What waits for a person about orders, the promise that is nearest to be broken first."""

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from hub.domain.orders import PromiseKind
from hub.flow.parts import Parts
from hub.ops.desk.awaited import Brands, Card, CardPage, card
from hub.store import Transaction
from hub.store.queue import QueuedRow

MOST_LOOKED_AT = 200
"""So many that wait are weighed, the longest due first."""
_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class AtRisk(CardPage):
    """What is about orders, the promise that ends first at the top; there is no next page.

    `is_cut` says that more waits than was weighed.
    """

    is_cut: bool


def weighed(parts: Parts, *, brands: Brands = None) -> AtRisk:
    """Return what is about an order, by the promise to its customer that ends first.

    With `brands` only what is about orders of theirs. An order with nothing to come is last; of
    the same promise the longest due is first. `promised` of each card is when that promise ends.
    """
    ours = frozenset(parts.brands) if brands is None else brands
    with parts.store.read() as tx:
        rows = tx.queue.about_orders(brands=ours, limit=MOST_LOOKED_AT + 1)
        looked_at = rows[:MOST_LOOKED_AT]
        ends = {row.order_id: _ends(tx, row) for row in looked_at}
    ordered = sorted(looked_at, key=lambda row: (ends[row.order_id] or _NEVER, row.since, row.id))
    cards = tuple(replace(card(parts, row), promised=ends[row.order_id]) for row in ordered)
    return AtRisk(rows=cards, next="", is_cut=len(rows) > MOST_LOOKED_AT)


def at_risk(parts: Parts, *, brands: Brands = None, limit: int) -> tuple[Card, ...]:
    """Return the first of what is weighed."""
    return weighed(parts, brands=brands).rows[:limit]


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
