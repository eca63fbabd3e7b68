"""What carriers tell of parcels: on their way, attempted, delivered, in trouble. Pure.

The newest event of a parcel stands, by the time it happened and not by when it was told; delivered
is the end, unless the parcel comes back.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from hub.domain import carriers
from hub.domain.facts import Change, Fact, FactKind, Stuck
from hub.domain.messages import CarrierEvent, CarrierMoment
from hub.domain.orders import Order, Package, Shipment
from hub.domain.shipping import arrived

_TROUBLE = frozenset({CarrierMoment.ATTEMPTED, CarrierMoment.EXCEPTION, CarrierMoment.RETURNED})
_FACTS = {
    CarrierMoment.DELIVERED: FactKind.PARCEL_DELIVERED,
    **dict.fromkeys(_TROUBLE, FactKind.PARCEL_TROUBLED),
}
_FOR_A_PERSON = frozenset({CarrierMoment.EXCEPTION, CarrierMoment.RETURNED})

NORMAL = "normal"  # X12 1651 NS: no reason at all


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """A parcel with the shipment it is of."""

    shipment: Shipment
    package: Package


def told(order: Order, events: Sequence[CarrierEvent], *, of: Collection[str]) -> Change:
    """Take in what is told of an order's parcels; events of other parcels change nothing.

    Of a parcel that is not known to be the order's no fact is told before it is.
    `of` are the partners' parts that the teller may speak of. Events known already change nothing.
    Every `at` has a zone.
    """
    change = Change(order=order)
    for event in sorted(events, key=lambda one: one.at):
        for place in _meant(change.order, event, of):
            change = change.then(_moved(change.order, place, event))
    return change


def _meant(order: Order, event: CarrierEvent, of: Collection[str]) -> list[_Place]:
    number = carriers.plain(event.tracking)
    return [
        _Place(shipment=shipment, package=package)
        for shipment in order.shipments
        if shipment.fulfillment_id in of
        for package in shipment.packages
        if package.tracking and carriers.plain(package.tracking) == number
    ]


def _news(package: Package, event: CarrierEvent) -> bool:
    """Whether an event says more than is known: later, and not behind the parcel's end."""
    if package.moment is CarrierMoment.RETURNED:
        return False
    if package.moment is CarrierMoment.DELIVERED and event.moment is not CarrierMoment.RETURNED:
        return False
    if event.moment in (CarrierMoment.DELIVERED, CarrierMoment.RETURNED):
        return True  # the end counts whatever clock wrote it
    return package.moment_at is None or event.at > package.moment_at


def _moved(order: Order, place: _Place, event: CarrierEvent) -> Change:
    package = place.package
    if not _news(package, event):
        return Change(order=order)
    after = _with_package(
        order,
        place.shipment,
        replace(
            package,
            moment=event.moment,
            moment_at=event.at,
            expected_on=event.estimated_on or package.expected_on,
        ),
    )
    if event.moment is CarrierMoment.DELIVERED:
        after = arrived(after, place.shipment.fulfillment_id, package.lines)
    fact = _fact(place, event.moment, event.at, event.estimated_on)
    trouble = event.moment in _FOR_A_PERSON
    return Change(
        order=after,
        facts=(fact,) if place.shipment.known_packages else (),
        stuck=(_stuck(order, place, event),) if trouble else (),
        cleared=() if trouble else (_hold(package),),
    )


def come_to_light(order: Order, packages: Collection[str]) -> Change:
    """Tell where parcels are, by their ids, of which nothing was told until they were known.

    They stand with their carriers' newest already: nothing but the facts is new.
    """
    facts = tuple(
        _fact(_Place(shipment=shipment, package=package), package.moment, package.moment_at)
        for shipment in order.shipments
        for package in shipment.known_packages
        if package.id in packages and package.moment and package.moment_at
    )
    return Change(order=order, facts=facts)


def _fact(place: _Place, moment: CarrierMoment, at: datetime, expected: date | None = None) -> Fact:
    body = {
        "shipment": place.shipment.id,
        "package": place.package.id,
        "moment": str(moment),
        "happened_at": at.isoformat(),
        "expected_on": expected.isoformat() if expected else None,
    }
    return Fact(kind=_FACTS.get(moment, FactKind.PARCEL_MOVED), body=body)


def _with_package(order: Order, shipment: Shipment, package: Package) -> Order:
    packages = tuple(package if one.id == package.id else one for one in shipment.packages)
    shipments = tuple(
        replace(one, packages=packages) if one.id == shipment.id else one for one in order.shipments
    )
    return replace(order, shipments=shipments)


def _hold(package: Package) -> str:
    return f"parcel:{package.id}"


def _stuck(order: Order, place: _Place, event: CarrierEvent) -> Stuck:
    back = event.moment is CarrierMoment.RETURNED
    what = "comes back to its sender" if back else "has a problem on its way"
    part = order.fulfillment(place.shipment.fulfillment_id)
    number = carriers.plain(place.package.tracking)
    return Stuck(
        hold=_hold(place.package),
        kind="parcel-trouble",
        partner=part.partner,
        text=f"Parcel {number} of order {order.number} {what}"
        + (f" ({event.reason})" if event.reason not in ("", NORMAL) else "")
        + ".",
        next_step=f"Ask {carriers.name(carriers.carrier_of(number, named=event.carrier))} or the "
        f"partner, and tell the customer; see `hub orders show {order.number}`.",
    )
