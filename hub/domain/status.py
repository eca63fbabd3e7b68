"""The customer's words: computed from quantities, promises, parcels and the time of asking.

`document` is what storefronts read; its word is right until `next_change_at`, after which `as_of`
finds the new one from the same document without any fact. Nobody's supplier, cost or name is in it.
Documents that an older version wrote have fewer keys and are read as well.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from types import MappingProxyType
from typing import Any

from hub.domain import carriers
from hub.domain.allowed import Viewer, allowed_actions
from hub.domain.facts import FactKind
from hub.domain.messages import CarrierMoment
from hub.domain.orders import (
    Buckets,
    ChangeKind,
    ChangeState,
    FulfillmentOrder,
    Order,
    OrderChange,
    OrderLine,
    Package,
    Promise,
    PromiseKind,
    Shipment,
)
from hub.domain.pieces import in_two
from hub.domain.promise_rows import history, is_late, predecessor

FRESH = timedelta(hours=24)  # so long "out for delivery" is believed without another word


class Word(StrEnum):
    """The ten words a customer reads."""

    CONFIRMED = "Confirmed"
    BEING_PREPARED = "Being prepared"
    PART_SHIPPED = "Part shipped"
    SHIPPED = "Shipped"
    ON_ITS_WAY = "On its way"
    OUT_FOR_DELIVERY = "Out for delivery"
    DELIVERED = "Delivered"
    DELAYED = "Delayed"
    CANCELLED = "Cancelled"
    RETURNED = "Returned/Refunded"


class ParcelState(StrEnum):
    """Where a parcel is, as its customer reads it."""

    SHIPPED = "shipped"
    ON_ITS_WAY = "on_its_way"
    OUT_FOR_DELIVERY = "out_for_delivery"
    ATTEMPTED = "attempted"
    PROBLEM = "problem"
    DELIVERED = "delivered"
    RETURNED = "returned"


_STATES = {
    None: ParcelState.SHIPPED,
    CarrierMoment.PICKED_UP: ParcelState.ON_ITS_WAY,
    CarrierMoment.IN_TRANSIT: ParcelState.ON_ITS_WAY,
    CarrierMoment.OUT_FOR_DELIVERY: ParcelState.OUT_FOR_DELIVERY,
    CarrierMoment.ATTEMPTED: ParcelState.ATTEMPTED,
    CarrierMoment.DELIVERED: ParcelState.DELIVERED,
    CarrierMoment.EXCEPTION: ParcelState.PROBLEM,
    CarrierMoment.RETURNED: ParcelState.RETURNED,
}
ENDED = (ParcelState.DELIVERED, ParcelState.RETURNED)

_WAITING = frozenset({Word.CONFIRMED, Word.BEING_PREPARED, Word.PART_SHIPPED})
_GONE = frozenset(
    {Word.SHIPPED, Word.ON_ITS_WAY, Word.OUT_FOR_DELIVERY, Word.DELIVERED, Word.RETURNED}
)
_LATE = frozenset({Word.DELAYED})
_NONE: frozenset[Word] = frozenset()

LEADS_TO = MappingProxyType(
    {
        FactKind.ORDER_PLACED: frozenset({Word.CONFIRMED}),
        FactKind.LINES_SOURCED: _WAITING,
        FactKind.LINES_UNSOURCED: frozenset({Word.CONFIRMED}) | _LATE,
        FactKind.PURCHASE_ORDER_SENT: _NONE,
        FactKind.PURCHASE_ORDER_RECEIPTED: _NONE,
        FactKind.LINES_CONFIRMED: _WAITING,
        FactKind.LINES_BACKORDERED: _WAITING,
        FactKind.LINES_DECLINED: _WAITING | _LATE,
        FactKind.ORDER_SHIPPED: _WAITING | _GONE | _LATE,
        FactKind.UNEXPECTED_SHIPPED: _GONE,
        FactKind.SHIPMENT_VOIDED: _WAITING | _GONE | _LATE,
        FactKind.ANSWER_VOIDED: _WAITING | _LATE,
        FactKind.DOCUMENT_REJECTED: _NONE,
        FactKind.DOCUMENT_REFUSED: _NONE,
        FactKind.DOCUMENT_ADVISED: _NONE,
        FactKind.PROMISE_MADE: _WAITING | _LATE,
        FactKind.PROMISE_MOVED: _WAITING | _GONE | _LATE,
        FactKind.RECEIPT_OVERDUE: _NONE,
        FactKind.RESPONSE_OVERDUE: _NONE,
        FactKind.SHIPMENT_OVERDUE: _NONE,
        FactKind.CHANGE_REQUESTED: _NONE,
        FactKind.CHANGE_SENT: _NONE,
        FactKind.CHANGE_CONFIRMED: _NONE,
        FactKind.CHANGE_DECLINED: _NONE,
        FactKind.LINES_CANCELLED: _WAITING | _GONE | _LATE | {Word.CANCELLED},
        FactKind.LINES_ADDED: _WAITING | _LATE,
        FactKind.PROGRESS_REPORTED: _WAITING,
        FactKind.INVOICE_RECEIVED: _NONE,
        FactKind.PARCEL_MOVED: _GONE | _LATE,
        FactKind.PARCEL_DELIVERED: _GONE | _LATE,
        FactKind.PARCEL_TROUBLED: _GONE | _LATE,
        FactKind.STOCK_REPORTED: _NONE,
        FactKind.CUSTOMER_TOLD: _NONE,
    }
)
"""The words to which each fact can bring an order; any other change of word is the clock's."""


def document(order: Order, *, version: int, now: datetime) -> dict[str, Any]:
    """Return the status document of an order as of `now`, ready for JSON."""
    late_from = _late_from(order)
    page: dict[str, Any] = {
        "order": order.number,
        "brand": order.brand,
        "version": version,
        "placed_at": order.placed_at.isoformat(),
        "lines": [_line(order, line) for line in order.lines],
        "parcels": [parcel for shipment in order.shipments for parcel in _parcels(order, shipment)],
        "promises": list(_promises(order)),
        "changes": [_change(one) for one in order.changes if one.kind is not ChangeKind.RESOURCING],
        "allowed_actions": list(allowed_actions(order, Viewer.CUSTOMER, now)),
        "ship_by": late_from.isoformat() if late_from else None,
    }
    return as_of(page, now)


def _line(order: Order, line: OrderLine) -> dict[str, Any]:
    buckets = line.buckets
    return {
        "line": line.number,
        "sku": line.sku,
        "description": line.description,
        "ordered": buckets.ordered,
        "open": buckets.open,
        "being_prepared": min(buckets.open, _being_prepared(order, line)),
        "backordered": min(buckets.open, _waiting(order, line)),
        "shipped": buckets.shipped,
        "delivered": buckets.delivered,
        "returned": buckets.returned,
        "cancelled": buckets.cancelled,
    }


def _being_prepared(order: Order, line: OrderLine) -> int:
    """Units that somebody said yes to and has not shipped yet."""
    parts = _parts(order, line)
    return sum(min(part.open, max(0, part.accepted - part.shipped)) for part in parts)


def _waiting(order: Order, line: OrderLine) -> int:
    """Units that somebody sends later; of what has left since, and of what others send, none."""
    return sum(min(part.open, part.backordered) for part in _parts(order, line))


def _parts(order: Order, line: OrderLine) -> list[Buckets]:
    return [
        part.buckets
        for fulfillment in order.fulfillments
        for part in fulfillment.lines
        if part.line_id == line.id
    ]


def _parcels(order: Order, shipment: Shipment) -> Sequence[dict[str, Any]]:
    part = _ordinal(order, shipment.fulfillment_id)
    return [
        {
            # A partner's own words may name the partner.
            "carrier": carriers.public(package.tracking, named=shipment.carrier),
            "service": shipment.service if shipment.service in carriers.SERVICES else "",
            "tracking": package.tracking,
            "tracking_url": carriers.link(shipment.carrier, package.tracking),
            "shipped_at": shipment.shipped_at.isoformat(),
            "state": str(_STATES[package.moment]),
            "state_at": (_moment(package, shipment)).isoformat(),
            "expected_on": package.expected_on.isoformat() if package.expected_on else None,
            "part": part,
            "lines": [
                {"line": order.line(line.line_id).number, "quantity": line.quantity}
                for line in package.lines
            ],
        }
        for package in shipment.known_packages
    ]


def _moment(package: Package, shipment: Shipment) -> datetime:
    return package.moment_at or shipment.shipped_at


def _ordinal(order: Order, fulfillment_id: str) -> int:
    """Which of the order's parts: customers know neither partners nor purchase orders."""
    return [part.id for part in order.fulfillments].index(fulfillment_id) + 1


def _change(change: OrderChange) -> dict[str, Any]:
    running = [ask.until for ask in change.asks if ask.state is ChangeState.REQUESTED and ask.until]
    return {
        "id": change.id,
        "kind": str(change.kind),
        "state": str(change.state),
        "requested_at": change.requested_at.isoformat(),
        "decided_at": change.decided_at.isoformat() if change.decided_at else None,
        "until": max(running).isoformat() if running else None,
    }


# --- promises ----------------------------------------------------------------------------------


def _promises(order: Order) -> Iterator[dict[str, Any]]:
    """What was promised of each part of which something is to come or has left.

    Where pieces of it were put off, first the day of arrival of the others, then theirs.
    """
    for part in order.fulfillments:
        owed = _owed(order, part)
        if not owed and not any(line.buckets.shipped for line in part.lines):
            continue
        coming = to_arrive(order, part)  # what nobody fills has no day at the door
        if leaving := history(order, part, PromiseKind.SHIP_BY):
            yield _promise(order, part, leaving, owed)
        halves = in_two(order, part, coming)
        if halves:
            yield _promise(order, part, halves.rows, halves.sooner)
        if arriving := history(order, part, PromiseKind.DELIVER_BY):
            yield _promise(order, part, arriving, halves.later if halves else coming)


def _promise(
    order: Order, part: FulfillmentOrder, rows: Sequence[Promise], units: Counter[str]
) -> dict[str, Any]:
    """One promise, of the lines of which units are to come; one that is over is of them all."""
    return {
        "kind": str(rows[0].kind),  # of pieces and of the whole alike
        "part": _ordinal(order, part.id),
        "lines": [
            order.line(line.line_id).number
            for line in part.lines
            if units[line.line_id] or not units
        ],
        "units": [
            {"line": order.line(line_id).number, "quantity": count}
            for line_id, count in units.items()
        ],
        "first": rows[0].day.isoformat(),
        "now": rows[-1].day.isoformat(),
        "due": rows[-1].due.isoformat(),
        "open": units.total(),
        "late": is_late(rows),
        "moves": [
            {
                "from": former.day.isoformat(),
                "to": later.day.isoformat(),
                "at": later.made_at.isoformat(),
                "reason": later.reason,
            }
            for former, later in pairwise(rows)
            if former.day != later.day
        ],
    }


def _owed(order: Order, part: FulfillmentOrder) -> Counter[str]:
    """Units of each line that a part's ship-by date speaks of: open, or lost and nobody's since."""
    still = +Counter({line.line_id: line.buckets.open for line in part.lines})
    lost = {line.line_id for line in part.lines if line.buckets.rejected}
    if not lost or any(predecessor(order, one) == part for one in order.fulfillments):
        return still
    return still + Counter({line_id: order.unsourced(order.line(line_id)) for line_id in lost})


def to_arrive(order: Order, part: FulfillmentOrder) -> Counter[str]:
    """Return the units of each line, by its id, that a part is to bring: open or under way."""
    still = Counter({line.line_id: line.buckets.open for line in part.lines})
    return +still + _under_way(order, part)


def unfilled(order: Order) -> dict[str, int]:
    """Return the open units of each line, by its number, that no partner is asked for."""
    return {line.number: units for line in order.lines if (units := order.unsourced(line)) > 0}


def _under_way(order: Order, part: FulfillmentOrder) -> Counter[str]:
    """Units of each line that left and are still to arrive; what goes back does not."""
    left: Counter[str] = Counter()
    for shipment in order.shipments:
        for package in shipment.packages:
            if shipment.fulfillment_id != part.id or _STATES[package.moment] in ENDED:
                continue
            for packed in package.lines:
                left[packed.line_id] += packed.quantity - packed.unexpected
    return +left


def _late_from(order: Order) -> datetime | None:
    """The first moment at which something promised has not been shipped.

    What nobody fills was promised no day: it is late once all the rest should have left.
    """
    waiting = [part.due for part in order.fulfillments if part.due and _owed(order, part)]
    if not waiting and unfilled(order):
        return max((part.ship_by for part in order.fulfillments if part.ship_by), default=None)
    return min(waiting, default=None)


# --- words -------------------------------------------------------------------------------------


def as_of(page: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """Return a status document with the word of that moment and when it changes by itself."""
    word = word_at(page, now)
    later = next((at for at in _turns(page) if at > now and word_at(page, at) is not word), None)
    return {
        **page,
        "status": str(word),
        "next_change_at": later.isoformat() if later else None,
    }


def _turns(page: Mapping[str, Any]) -> list[datetime]:
    """Every moment at which a word may change without a fact, in order."""
    turns = [page["ship_by"]] if page["ship_by"] else []
    turns += [one["due"] for one in page.get("promises", ()) if one["open"]]
    moments = [datetime.fromisoformat(turn) for turn in turns]
    moments += [
        datetime.fromisoformat(parcel["state_at"]) + FRESH
        for parcel in page.get("parcels", ())
        if parcel.get("state") == ParcelState.OUT_FOR_DELIVERY
    ]
    return sorted(moments)


def word_at(page: Mapping[str, Any], now: datetime) -> Word:
    """Return the one word for a status document at the time of asking."""
    lines = page["lines"]
    total = {
        name: sum(line[name] for line in lines)
        for name in ("ordered", "open", "shipped", "delivered", "returned", "being_prepared")
    }
    ended = _ended(total, {parcel.get("state") for parcel in page.get("parcels", ())})
    if ended is not None:
        return ended
    if not total["open"]:
        return _gone(page, now)
    if _is_late(page, now):
        return Word.DELAYED
    if total["shipped"]:
        return Word.PART_SHIPPED
    return Word.BEING_PREPARED if total["being_prepared"] else Word.CONFIRMED


def _ended(total: Mapping[str, int], parcels: Set[object]) -> Word | None:
    """The word once nothing is to come; what came back in part was delivered for the rest."""
    if total["open"]:
        return None
    if not total["shipped"]:
        return Word.CANCELLED
    if total["returned"] >= total["shipped"] or parcels == {ParcelState.RETURNED}:
        return Word.RETURNED
    if parcels == set(ENDED):
        return Word.DELIVERED
    return Word.DELIVERED if total["delivered"] >= total["shipped"] else None


def _gone(page: Mapping[str, Any], now: datetime) -> Word:
    """The word for an order of which everything has left: its parcels say it."""
    parcels = page.get("parcels", ())
    states = {parcel.get("state", ParcelState.SHIPPED) for parcel in parcels}
    if any(_is_near(parcel, now) for parcel in parcels):
        return Word.OUT_FOR_DELIVERY
    if _is_late(page, now):
        return Word.DELAYED
    moving = states - {ParcelState.SHIPPED, ParcelState.RETURNED}
    return Word.ON_ITS_WAY if moving else Word.SHIPPED


def _is_near(parcel: Mapping[str, Any], now: datetime) -> bool:
    if parcel.get("state") != ParcelState.OUT_FOR_DELIVERY:
        return False
    return now < datetime.fromisoformat(parcel["state_at"]) + FRESH


def _is_late(page: Mapping[str, Any], now: datetime) -> bool:
    """Whether a promise has passed, or what has not left yet was put off."""
    if page["ship_by"] is not None and now >= datetime.fromisoformat(page["ship_by"]):
        return True
    waiting = [one for one in page.get("promises", ()) if one["open"]]
    return any(
        (one["late"] and one["kind"] == PromiseKind.SHIP_BY)
        or now >= datetime.fromisoformat(one["due"])
        for one in waiting
    )
