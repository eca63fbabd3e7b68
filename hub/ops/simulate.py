"""Who would fill an order, and why: nothing is reserved, nothing is written."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from hub.domain import placing
from hub.domain.exchange import Problem
from hub.domain.facts import Change
from hub.domain.names import Names
from hub.domain.orders import FulfillmentLine, FulfillmentOrder, OrderLine
from hub.domain.placing import NewOrder
from hub.flow.parts import Parts
from hub.flow.sourcing import Place, source

_NOBODY = "cus_simulated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Filling:
    """Units of a line that one partner would be asked for, to ship by that moment.

    `from_delivery_on` is the day of the delivery that they come from, None if they are at hand.
    """

    partner: str
    quantity: int
    cost: int
    currency: str
    ship_by: datetime | None
    from_delivery_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """One partner that sells the article, how many units it would get, and why."""

    partner: str
    quantity: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedLine:
    """One line with who would fill it; `unfilled` units would wait for a person."""

    line: str
    sku: str
    quantity: int
    unfilled: int
    fillings: tuple[Filling, ...]
    candidates: tuple[Weighed, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulated:
    """What sourcing would do with an order at that moment, or what is wrong with it."""

    order: str
    brand: str
    at: datetime
    lines: tuple[SimulatedLine, ...] = ()
    problems: tuple[Problem, ...] = ()


def simulate(parts: Parts, new: NewOrder, *, brand: str) -> Simulated:
    """Return who would fill an order that is not placed. Reads the store, writes nothing."""
    now = parts.now()
    with parts.store.read() as tx:
        wrong = placing.problems(
            new,
            known_skus=tx.catalog.items({line.sku for line in new.lines}),
            known_partners={partner.id for partner in parts.partners.all},
        )
        if wrong:
            return Simulated(order=new.number, brand=brand, at=now, problems=wrong)
        names = Names("simulated")
        order = placing.place(new, brand=brand, customer_id=_NOBODY, names=names, now=now).order
        places = {
            group.id: Place(country=asked.ship_to.country, region=asked.ship_to.region)
            for group, asked in zip(order.groups, new.groups, strict=True)
        }
        change = source(tx, parts, order, names=names, now=now, places=places)
    return Simulated(
        order=new.number,
        brand=brand,
        at=now,
        lines=tuple(_line(change, line) for line in change.order.lines),
    )


def _line(change: Change, line: OrderLine) -> SimulatedLine:
    days = _delivery_days(change)
    return SimulatedLine(
        line=line.number,
        sku=line.sku,
        quantity=line.buckets.ordered,
        unfilled=change.order.unsourced(line),
        fillings=tuple(
            _filling(part, each, days.get(part.id))
            for part in change.order.fulfillments
            for each in part.lines
            if each.line_id == line.id
        ),
        candidates=tuple(
            Weighed(partner=one.partner, quantity=one.quantity, reason=one.reason)
            for one in change.candidates
            if one.line_id == line.id
        ),
    )


def _delivery_days(change: Change) -> Mapping[str, date]:
    found = {
        fact.body.get("fulfillment"): fact.body.get("from_delivery_on") for fact in change.facts
    }
    return {str(part): date.fromisoformat(str(day)) for part, day in found.items() if day}


def _filling(part: FulfillmentOrder, line: FulfillmentLine, day: date | None) -> Filling:
    return Filling(
        partner=part.partner,
        quantity=line.buckets.ordered,
        cost=line.cost * line.buckets.ordered // line.units_per_pack,
        currency=part.currency,
        ship_by=part.ship_by,
        from_delivery_on=day,
    )
