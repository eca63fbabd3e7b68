"""Which partners are asked for what nobody has been asked for: reads, decides, writes nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from hub.domain import asking
from hub.domain.asking import Asked
from hub.domain.catalog import PartnerItem
from hub.domain.facts import Change
from hub.domain.names import Names
from hub.domain.orders import Order, ShipGroup
from hub.domain.placing import address_of
from hub.domain.sourcing import Sourced, Wanted, choose
from hub.domain.stock import Availability, available
from hub.flow.following import PartnerTerms
from hub.flow.parts import Parts, Route
from hub.partners import Territory
from hub.store import Transaction

Offers = Mapping[str, Sequence[PartnerItem]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a ship group goes, as far as partners' territories care."""

    country: str
    region: str

    @property
    def code(self) -> str:
        """As pages name it: `US-AK`, or `DE` where regions have no code."""
        return f"{self.country}-{self.region}" if self.region else self.country


def source(
    tx: Transaction,
    parts: Parts,
    order: Order,
    *,
    names: Names,
    now: datetime,
    places: Mapping[str, Place] | None = None,
) -> Change:
    """Ask partners for every unit that nobody has been asked for.

    What finds nobody becomes one exception a line. Reads catalogue, stock and reservations; writes
    nothing. Of counted stock nobody else can reserve until this work is over. `places` says where
    the ship groups go, by group id, for those who know; else the sealed address is opened where a
    partner's territory asks for it.
    """
    wanted = {group.id: asking.wanted(order, group.id) for group in order.groups}
    skus = {line.sku for lines in wanted.values() for line in lines}
    if not skus:
        return Change(order=order)
    offers = tx.catalog.offers(skus)
    stock = _stock(tx, parts, offers, now)
    declined = asking.declined_by(order)
    change = Change(order=order)
    for group in order.groups:
        lines = wanted[group.id]
        if not lines:
            continue
        sourced = choose(
            lines,
            offers=offers,
            priorities={name: route.partner.priority for name, route in parts.routes.items()},
            without=declined,
            today=now.date(),
            stock=stock,
            closed=_closed(tx, group, _limited(parts, lines, offers), places),
        )
        _take(stock, sourced)
        change = change.then(_release(parts, change.order, group.id, sourced, names, now))
    return change


def _stock(
    tx: Transaction, parts: Parts, offers: Offers, now: datetime
) -> dict[tuple[str, str], Availability]:
    """What is left of counted stock; nothing is asked where nobody counts."""
    rules = {
        name: route.partner.stock
        for name, route in parts.routes.items()
        if route.partner.stock.level != "unlimited"
    }
    pairs = [
        (offer.partner, sku)
        for sku, each in offers.items()
        for offer in each
        if offer.partner in rules
    ]
    if not pairs:
        return {}
    tx.reservations.lock(pairs)
    # Reservations first: what a level released may be cleaned away as soon as that level is there.
    reserved = tx.reservations.of({sku for _, sku in pairs})
    levels = tx.stock.levels(pairs)
    return {
        pair: available(levels.get(pair), reserved.get(pair, ()), rules=rules[pair[0]], now=now)
        for pair in pairs
    }


def _take(stock: dict[tuple[str, str], Availability], sourced: Sourced) -> None:
    """Leave to the next ship group what this one does not get."""
    for picks in sourced.chosen.values():
        for pick in picks:
            pair = (pick.offer.partner, pick.offer.sku)
            if pair in stock:
                stock[pair] = stock[pair].less(pick.quantity, later=pick.ships_on is not None)


def _limited(parts: Parts, lines: Sequence[Wanted], offers: Offers) -> dict[str, Territory]:
    """Who among those who sell these lines ships to some places only."""
    asked = {offer.partner for line in lines for offer in offers.get(line.sku, ())}
    pages = {name: parts.routes[name].partner for name in asked if name in parts.routes}
    return {
        name: page.territory
        for name, page in pages.items()
        if page.territory.to or page.territory.not_to
    }


def _closed(
    tx: Transaction,
    group: ShipGroup,
    limited: Mapping[str, Territory],
    places: Mapping[str, Place] | None,
) -> dict[str, str]:
    """Who does not ship there, and why; the address is opened only if somebody's page asks."""
    if not limited:
        return {}
    if places is not None and group.id in places:
        there = places[group.id]
    else:
        address = address_of(tx.people.get(group.person_id))
        there = Place(country=address.country, region=address.region)
    return {
        name: f"does not ship to {there.code}"
        for name, territory in limited.items()
        if not territory.covers(country=there.country, region=there.region)
    }


def _release(
    parts: Parts, order: Order, group_id: str, sourced: Sourced, names: Names, now: datetime
) -> Change:
    days: dict[str, set[date]] = {}
    for picks in sourced.chosen.values():
        for pick in picks:
            later = days.setdefault(pick.offer.partner, set())
            if pick.ships_on:
                later.add(pick.ships_on)
    return asking.release(
        order,
        group_id=group_id,
        sourced=sourced,
        asked={name: _asked(parts.routes[name], now, later) for name, later in days.items()},
        prefix=parts.brands[order.brand].po_prefix,
        names=names,
        now=now,
    )


def _asked(route: Route, now: datetime, later: set[date]) -> Asked:
    calendar, terms = route.partner.calendar, PartnerTerms(partner=route.partner)
    zone = ZoneInfo(calendar.zone)
    return Asked(
        lane=route.channel.lane,
        set_id=route.set_id,
        due_at=route.channel.next_cutoff(now, calendar) or now,
        ship_by=terms.ship_by(now),
        ship_by_later={
            day: terms.ship_by(max(now, datetime.combine(day, time(), tzinfo=zone)))
            for day in later
        },
    )
