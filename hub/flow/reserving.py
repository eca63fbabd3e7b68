"""Reservations follow the quantities of partners' lines; nobody takes or releases them by hand."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from hub.domain.orders import Buckets, FulfillmentLine, FulfillmentOrder, Order
from hub.domain.stock import happened, held, left_at
from hub.flow.parts import Parts
from hub.partners import Partner
from hub.store import Held, Transaction


def reserve(
    tx: Transaction, parts: Parts, before: Order | None, after: Order, *, now: datetime
) -> None:
    """Bring reservations in line with an order that changed; `before` is None for a new one.

    Nothing is kept for partners whose stock nobody counts. When a page turns to counted stock,
    lines that were open before are taken up as they change.
    """
    former = _lines(before)
    fresh: list[Held] = []
    changed: set[tuple[str, str]] = set()
    for part in after.fulfillments:
        partner = counted(parts, part.partner)
        if partner is None:
            continue
        left = None
        for line in part.lines:
            was = former.get(line.id)
            if was == line.buckets:
                continue
            if was is None and line.buckets == Buckets.new(line.buckets.ordered):
                fresh.append(_held(part, line, line.buckets.open))
                continue
            changed.add((part.partner, line.sku))
            if left is None:
                left = _left(before, after, part, partner, now)
            _follow(tx, partner, part, line, was, left.get(line.id, Counter()), now)
    tx.reservations.add(fresh)
    if changed:  # tidying up in passing; what counts is decided by whoever reads
        tx.reservations.clean(tx.stock.levels(changed).values())


def counted(parts: Parts, partner_id: str) -> Partner | None:
    """Return the partner if its stock is counted; None also for one whose page is gone."""
    try:
        partner = parts.partners.get(partner_id)
    except KeyError:
        return None
    return None if partner.stock.level == "unlimited" else partner


def _lines(order: Order | None) -> dict[str, Buckets]:
    if order is None:
        return {}
    return {line.id: line.buckets for part in order.fulfillments for line in part.lines}


def _held(part: FulfillmentOrder, line: FulfillmentLine, units: int) -> Held:
    return Held(fulfillment_line_id=line.id, partner=part.partner, sku=line.sku, quantity=units)


def _follow(
    tx: Transaction,
    partner: Partner,
    part: FulfillmentOrder,
    line: FulfillmentLine,
    was: Buckets | None,
    left: Mapping[datetime, int],
    now: datetime,
) -> None:
    includes = partner.stock.includes
    tx.reservations.hold(_held(part, line, held(line.buckets, includes=includes)))
    more = happened(line.buckets, includes=includes)
    more -= happened(was, includes=includes) if was else 0
    if more < 0:
        tx.reservations.take_back(line.id, -more)
        return
    # What the papers do not date happened now at the latest.
    dated = left if includes == "shipped" else {}
    for at, units in sorted(dated.items()):
        some = min(units, more)
        more -= some
        if some:
            tx.reservations.happened(_held(part, line, some), at=at)
    if more:
        tx.reservations.happened(_held(part, line, more), at=now)


def _left(
    before: Order | None, after: Order, part: FulfillmentOrder, partner: Partner, now: datetime
) -> dict[str, Counter[datetime]]:
    """When units of a part's lines left, by what is new in its shipments."""
    known = {box.id: box for one in before.shipments for box in one.packages} if before else {}
    zone = ZoneInfo(partner.calendar.zone)
    found: dict[str, Counter[datetime]] = {}
    for shipment in after.shipments:
        if shipment.fulfillment_id != part.id:
            continue
        at = left_at(shipment.shipped_at, zone=zone, now=now)
        for package in shipment.packages:
            told = len(known[package.id].lines) if package.id in known else 0
            for packed in package.lines[told:]:
                found.setdefault(packed.fulfillment_line_id, Counter())[at] += packed.quantity
    return found
