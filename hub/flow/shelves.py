"""What may be sold of an article, over all partners that may be asked for it: only read."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from hub.domain.catalog import PartnerItem
from hub.domain.stock import Availability, Reserved, StockLevel, available
from hub.flow.parts import Parts
from hub.store import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerShelf:
    """One partner's: its level if any, what was done to it since, what may be sold.

    `reserved` are the units that orders speak for, never below zero. `moved` is what a warehouse
    said since the level that it received (above zero), lost or found. `asked` is false for a
    partner that no order is sent to now.
    """

    partner: str
    asked: bool
    level: StockLevel | None
    reserved: int
    moved: int
    availability: Availability


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """All partners' of one article. `available` is None when somebody's stock is not counted.

    `as_of` is the oldest moment that the number rests on. `stale` says that a report older than its
    page trusts is among them, whether or not it is sold from. `next_quantity` more are announced
    for `next_on`, which is no promise.
    """

    sku: str
    partners: tuple[PartnerShelf, ...]
    available: int | None
    as_of: datetime | None
    stale: bool
    next_on: date | None
    next_quantity: int


def shelves(tx: Transaction, parts: Parts, skus: Collection[str]) -> dict[str, Shelf]:
    """Return the shelves of those articles that are in the catalogue."""
    known, offers = tx.catalog.items(skus), tx.catalog.offers(skus)
    return of_offers(tx, parts, {sku: offers.get(sku, []) for sku in known})


def of_offers(
    tx: Transaction, parts: Parts, offers: Mapping[str, Sequence[PartnerItem]]
) -> dict[str, Shelf]:
    """Return the shelf of each article with these offers, in their order."""
    now = parts.now()
    # Reservations before levels: what a level has released may be cleaned away at any moment.
    reserved = tx.reservations.of(offers)
    moved = tx.reservations.moved(offers) if _warehouses(parts, offers) else {}
    levels = tx.stock.levels([(one.partner, sku) for sku, ones in offers.items() for one in ones])
    found = {}
    for sku, ones in offers.items():
        rows = []
        for offer in ones:
            key = (offer.partner, sku)
            state = _of_partner(parts, offer, levels.get(key), reserved.get(key, ()), now)
            rows.append(_parted(state, moved.get(key, ())))
        found[sku] = _together(sku, rows, today=now.date())
    return found


def _warehouses(parts: Parts, offers: Mapping[str, Sequence[PartnerItem]]) -> bool:
    """Whether any of them can have movements; reads of others need not ask."""
    partners = {one.partner for ones in offers.values() for one in ones}
    return any(one.holds_ours for one in parts.partners.all if one.id in partners)


def _parted(shelf: PartnerShelf, moved: Sequence[Reserved]) -> PartnerShelf:
    """Return a shelf with what moved told apart from what orders speak for."""
    units = _counting(shelf.level, moved)
    return replace(shelf, reserved=shelf.reserved - units, moved=-units)


def _counting(level: StockLevel | None, reserved: Sequence[Reserved]) -> int:
    return sum(one.quantity for one in reserved if level is None or one.counts(level.as_of))


def _of_partner(
    parts: Parts,
    offer: PartnerItem,
    level: StockLevel | None,
    reserved: Sequence[Reserved],
    now: datetime,
) -> PartnerShelf:
    valid = offer.valid_from is None or offer.valid_from <= now.date()
    asked = offer.partner in parts.routes and valid
    if offer.partner in parts.routes:
        rules = parts.partners.get(offer.partner).stock
        state = available(level, reserved, rules=rules, now=now)
    else:
        state = Availability(now=0)
    return PartnerShelf(
        partner=offer.partner,
        asked=asked,
        level=level,
        reserved=_counting(level, reserved),
        moved=0,
        availability=state,
    )


def _together(sku: str, rows: Sequence[PartnerShelf], *, today: date) -> Shelf:
    asked = [row for row in rows if row.asked]
    states = [row.availability for row in asked]
    units = [state.now for state in states]
    counted = [row for row in asked if row.availability.now is not None]
    giving = [row for row in counted if row.availability.now] or counted
    moments = [row.level.as_of for row in giving if row.level is not None]
    announced = [
        row.level
        for row in counted
        if row.level is not None and row.level.next_on is not None and row.level.next_on >= today
    ]
    next_on = min((level.next_on for level in announced if level.next_on), default=None)
    return Shelf(
        sku=sku,
        partners=tuple(rows),
        available=None if None in units else sum(unit or 0 for unit in units),
        as_of=min(moments, default=None),
        stale=any(state.stale for state in states),
        next_on=next_on,
        next_quantity=sum(level.next_quantity for level in announced if level.next_on == next_on),
    )
