"""What was told of parcels before a ship notice named them, and whose word counts for which."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from hub.domain import carriers, delivery
from hub.domain.exchange import Purpose
from hub.domain.facts import Change
from hub.domain.messages import CarrierEvent
from hub.domain.orders import Order
from hub.flow.parts import Parts
from hub.store import ParcelEventRow, Transaction

EARLIER = timedelta(days=30)
"""What happened so long before a parcel left was another's: carriers use numbers again."""


def believed(parts: Parts, order: Order, scope: str) -> frozenset[str] | None:
    """Return the partners' parts whose parcels the teller may speak of, None for none.

    `scope` is `brand:<id>`, `partner:<id>` or `carrier:<id>`.
    """
    kind, _, teller = scope.partition(":")
    every = frozenset(part.id for part in order.fulfillments)
    if kind == "carrier" or (kind == "brand" and order.brand == teller):
        return every
    own = frozenset(part.id for part in order.fulfillments if part.partner == teller)
    return own if kind == "partner" and own else None


def caught_up(tx: Transaction, parts: Parts, before: Order, change: Change) -> Change:
    """Return the change with what was told earlier of the parcels that are new in it, or known."""
    change = _known_now(tx, before, change)
    known = {package.id for one in before.shipments for package in one.packages}
    new: dict[str, datetime] = {}
    for one in change.order.shipments:
        for package in one.packages:
            if package.id not in known and package.tracking:
                new[carriers.plain(package.tracking)] = one.shipped_at
    if not new:
        return change
    tx.parcels.lock(new)
    for row in tx.parcels.events(new):
        parts_meant = believed(parts, change.order, row.scope)
        early = row.happened_at < new[row.tracking] - EARLIER
        if parts_meant is not None and not early:
            later = delivery.told(change.order, [_event(row)], of=parts_meant)
            change = change.then(later)
    return change


def _known_now(tx: Transaction, before: Order, change: Change) -> Change:
    """The change with what carriers told of parcels that stood and are the order's only now.

    Older versions told it at once, before anything in the parcel was known: that is no news.
    """
    stood = {package.id for one in before.shipments for package in one.packages}
    known = {package.id for one in before.shipments for package in one.known_packages}
    light = delivery.come_to_light(change.order, stood - known)
    if not light.facts:
        return change
    told = {_moment_of(one.body) for one in tx.facts.of_order(before.id)}
    news = tuple(one for one in light.facts if _moment_of(one.body) not in told)
    return change.then(replace(light, facts=news))


def _moment_of(body: Mapping[str, object]) -> tuple[object, object, datetime | None]:
    """Which parcel a fact tells of, what became of it and when, whatever zone that is told in."""
    at = body.get("happened_at")
    happened = datetime.fromisoformat(at) if isinstance(at, str) else None
    return body.get("package"), body.get("moment"), happened


def _event(row: ParcelEventRow) -> CarrierEvent:
    return CarrierEvent(
        purpose=Purpose.ORIGINAL,
        event=row.id,
        tracking=row.tracking,
        moment=row.moment,
        at=row.happened_at,
        carrier=row.carrier,
        reason=row.reason,
        estimated_on=row.estimated_on,
    )
