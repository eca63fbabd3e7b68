"""What waits for a person about orders, the promise that is nearest to be broken first."""

import json
from collections.abc import Iterator, Sequence
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

    `brands` are those whose orders were weighed; `is_cut` says that more waits than was weighed.
    """

    brands: frozenset[str]
    is_cut: bool


def weighed(parts: Parts, *, brands: Brands = None, taken_by: str | None = None) -> AtRisk:
    """Return what is about an order, by the promise to its customer that ends first.

    With `brands` only what is about orders of theirs, with `taken_by` only the cases of that one
    ("" is nobody's). An order with nothing to come is last; of
    the same promise the longest due is first. `promised` of each card is when that promise ends.
    """
    with parts.store.read() as tx:
        ours = frozenset(tx.brands.with_orders()) if brands is None else brands
        rows = tx.queue.about_orders(brands=ours, taken_by=taken_by, limit=MOST_LOOKED_AT + 1)
        cards = tuple(_weighed(tx, parts, rows[:MOST_LOOKED_AT]))
    return AtRisk(rows=cards, next="", brands=ours, is_cut=len(rows) > MOST_LOOKED_AT)


def mine(parts: Parts, *, who: str, brands: Brands = None, limit: int) -> tuple[Card, ...]:
    """Return the first of somebody's open cases, as they are weighed.

    Those about no order are among them, and last.
    """
    with parts.store.read() as tx:
        rows = [row for row in tx.queue.taken(who) if brands is None or row.brand in brands]
        return tuple(_weighed(tx, parts, rows[:MOST_LOOKED_AT]))[:limit]


def _weighed(tx: Transaction, parts: Parts, rows: Sequence[QueuedRow]) -> Iterator[Card]:
    ends = {row.order_id: _ends(tx, row) for row in rows}
    for row in sorted(rows, key=lambda row: (ends[row.order_id] or _NEVER, row.since, row.id)):
        yield replace(card(parts, row), promised=ends[row.order_id])


def at_risk(parts: Parts, *, brands: Brands = None, limit: int) -> tuple[Card, ...]:
    """Return the first of what is weighed."""
    return weighed(parts, brands=brands).rows[:limit]


def _ends(tx: Transaction, row: QueuedRow) -> datetime | None:
    """When the first open promise of arrival ends; None when nothing is to come."""
    if row.order_id is None:
        return None
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
