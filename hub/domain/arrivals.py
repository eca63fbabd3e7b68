"""When goods of a part are at the customer's door: what left, and what leaves on a day. Pure.

A partner may set days off at any time. What was agreed on before, and what is under way, keeps the
day that it had.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Protocol

from hub.domain.messages import CarrierMoment
from hub.domain.orders import Evidence, FulfillmentOrder, Order, Package, PromiseKind, Shipment

SHIPPED, CARRIER = "shipped", "carrier"

AGREED = frozenset({Evidence.CALENDAR, Evidence.STOCK_DATE, Evidence.CHANGE})
"""What a promise is agreed on by; everything else is news of it."""
_AGREED_TOGETHER = (PromiseKind.SHIP_BY, PromiseKind.DELIVER_BY)


class Terms(Protocol):
    """A partner's working time and ways, as far as promises need them; days are of its zone."""

    def day_of(self, moment: datetime) -> date:
        """Return the day on which a moment is at the partner's."""

    def end_of(self, day: date) -> datetime:
        """Return the last second of a day."""

    def begun(self, now: datetime) -> datetime:
        """Return by when the partner ships what it begins with now."""

    def arrival(self, left_on: date, *, method: str) -> date:
        """Return the day on which goods that leave on a day are at the customer's door."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """The day at which a promise would stand, on which evidence, and why."""

    day: date
    evidence: Evidence
    reason: str


def arrival(order: Order, part: FulfillmentOrder, left_on: date, *, terms: Terms) -> date:
    """Return the day on which goods of a part that leave on a day are at the customer's door.

    What leaves by the day that was agreed on is there by the day that was agreed on with it: days
    off that its partner set since move nothing. It is not for a change of the method itself; once
    a parcel left, the method may be another one than was agreed on, and the days of now count.
    """
    day = terms.arrival(left_on, method=order.group(part.group_id).method_final)
    own = [one for one in order.promises if one.fulfillment_id == part.id]
    agreed = {one.kind: (n, one.day) for n, one in enumerate(own) if one.evidence in AGREED}
    if PromiseKind.SHIP_BY not in agreed or PromiseKind.DELIVER_BY not in agreed:
        return day
    (leaves_turn, leaves), (turn, arrives) = (agreed[kind] for kind in _AGREED_TOGETHER)
    if turn < leaves_turn or left_on > leaves or any(parcels(order, part.id)):
        return day  # no day at the door was agreed on for it
    return min(day, arrives)


def parcel_aims(
    before: Order | None, order: Order, part: FulfillmentOrder, *, terms: Terms, stood: date
) -> list[Aim]:
    """Return when each parcel of a part arrives that is under way.

    One that nothing new is known of is no later than what `stood` before: only its partner's days
    off can be other ones.
    """
    method = order.group(part.group_id).method_final
    known = {key: _parcel_aim(*one, terms, method) for key, one in parcels(before, part.id)}
    aims: list[Aim] = []
    for key, (shipment, package) in parcels(order, part.id):
        if _at_the_door(package):
            continue
        aim = _parcel_aim(shipment, package, terms, method)
        aims.append(replace(aim, day=min(aim.day, stood)) if known.get(key) == aim else aim)
    return aims


def _parcel_aim(shipment: Shipment, package: Package, terms: Terms, method: str) -> Aim:
    by_carrier = package.moment is not None and package.expected_on is not None
    left_on = terms.day_of(shipment.shipped_at)
    return Aim(
        day=package.expected_on or terms.arrival(left_on, method=method),
        evidence=Evidence.CARRIER if by_carrier else Evidence.SHIPMENT,
        reason=CARRIER if by_carrier else SHIPPED,
    )


def parcels(
    order: Order | None, fulfillment_id: str
) -> Iterator[tuple[str, tuple[Shipment, Package]]]:
    """Yield every parcel of a part with its shipment, by the parcel's id; none of no order."""
    for shipment in order.shipments if order else ():
        if shipment.fulfillment_id == fulfillment_id:
            for package in shipment.known_packages:
                yield package.id, (shipment, package)


def _at_the_door(package: Package) -> bool:
    return package.moment in (CarrierMoment.DELIVERED, CarrierMoment.RETURNED)
