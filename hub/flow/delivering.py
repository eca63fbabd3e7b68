"""What carriers tell of parcels, by paper (X12 214) or as JSON: kept first, then applied.

Whoever tells is believed for its own parcels only: a storefront's key for its brand's orders, a
partner for what it shipped, a carrier with a page for every parcel. An event may come before the
ship notice that names its parcel; it is kept and applied when the notice comes.
"""

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from hub.domain import carriers, delivery
from hub.domain.exchange import Problem, Purpose, Severity, Where
from hub.domain.messages import CarrierEvent
from hub.domain.names import Names, stable
from hub.flow.applied import Applied
from hub.flow.noting import note_command
from hub.flow.orders import remember
from hub.flow.parcels import believed
from hub.flow.parts import Parts
from hub.flow.receiving import input_of
from hub.store import DocumentRow, ParcelEventRow, Transaction

AHEAD = timedelta(hours=26)  # zones are apart by so much at most; later is no event but a mistake


class Heard(StrEnum):
    """What became of one event."""

    APPLIED = "applied"
    KNOWN = "known"
    WAITING = "waiting"  # no parcel of that number is known yet


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Events as a storefront posts them, with what proves who sent them."""

    events: Sequence[CarrierEvent]
    brand: str
    who: str


def take_event(
    tx: Transaction,
    parts: Parts,
    row: DocumentRow,
    message: CarrierEvent,
    *,
    now: datetime,
    names: Names,
) -> Applied:
    """Note what a carrier or partner tells of a parcel."""
    applied = Applied(
        key=f"{row.partner}/event/{message.tracking}/{message.moment}/{message.at.isoformat()}",
        purpose=str(message.purpose),
    )
    if message.purpose is not Purpose.ORIGINAL:
        return replace(applied, problems=[_TAKES_BACK], used=False)
    partner = parts.partners.get(row.partner)
    event = _with_zone(message, partner.calendar.zone)
    if event.estimated_on and event.at > row.at:  # X12 214 AG, X2: the moment is the expected one
        event = replace(event, at=row.at)
    if event.at > now + AHEAD:
        return replace(applied, problems=[_ahead(event)], used=False)
    teller = "carrier" if partner.kind == "carrier" else "partner"
    heard, orders = _hear(
        tx,
        parts,
        event,
        scope=f"{teller}:{row.partner}",
        now=now,
        input_id=input_of(row.transmission_id),
        document_id=row.id,
        names=names,
    )
    problems = [_waiting(event)] if heard is Heard.WAITING else []
    first = orders[0] if orders else None
    return replace(applied, problems=problems, order_id=first, further=orders[1:])


_TAKES_BACK = Problem(
    code="takes-back",
    text="the paper takes back or replaces an event of a parcel; what was recorded stays. "
    "Put it right by hand",
)


def _ahead(event: CarrierEvent) -> Problem:
    return Problem(
        code="event-ahead",
        text=f"the event happened at {event.at.isoformat()}, which is still to come; it was not "
        "used. Ask the partner to correct its clock",
        where=Where(value=event.tracking[:99]),
    )


def _waiting(event: CarrierEvent) -> Problem:
    return Problem(
        code="unknown-parcel",
        text="no ship notice has named this tracking number yet; the event is kept and counts "
        "when one does",
        where=Where(value=event.tracking[:99]),
        severity=Severity.WARNING,
    )


def _with_zone(event: CarrierEvent, zone: str) -> CarrierEvent:
    if event.at.tzinfo is not None:
        return event
    return replace(event, at=event.at.replace(tzinfo=ZoneInfo(zone)))


def tell(parts: Parts, told: Told) -> "Future[list[Heard]]":
    """Keep and apply posted events durably; the Future ends after the commit."""
    seed, now = parts.fresh(), parts.now()
    return parts.store.submit(lambda tx: _tell(tx, parts, told, seed, now))


def _tell(tx: Transaction, parts: Parts, told: Told, seed: str, now: datetime) -> list[Heard]:
    names = Names(seed)
    input_id = names.new("inp")
    tx.parcels.lock({carriers.plain(event.tracking) for event in told.events})  # all, in one order
    note_command(
        tx,
        parts,
        {"carrier_events": len(told.events)},
        subject=told.brand,
        who=told.who,
        input_id=input_id,
        at=now,
    )
    return [
        _hear(
            tx,
            parts,
            event,
            scope=f"brand:{told.brand}",
            now=now,
            input_id=input_id,
            document_id=None,
            names=names,
        )[0]
        for event in told.events
    ]


def _hear(
    tx: Transaction,
    parts: Parts,
    event: CarrierEvent,
    *,
    scope: str,
    now: datetime,
    input_id: str,
    document_id: str | None,
    names: Names,
) -> tuple[Heard, tuple[str, ...]]:
    number = carriers.plain(event.tracking)
    row = ParcelEventRow(
        id=stable("evt", scope, number, str(event.moment), event.at.isoformat()),
        scope=scope,
        tracking=number,
        moment=event.moment,
        happened_at=event.at,
        carrier=event.carrier,
        reason=event.reason,
        estimated_on=event.estimated_on,
        input_id=input_id,
        at=now,
    )
    tx.parcels.lock([number])
    new = tx.parcels.add(row)
    orders = [tx.orders.load(order_id) for order_id in tx.parcels.orders(number)]
    concerned = [order for order in orders if believed(parts, order, row.scope) is not None]
    ids = tuple(order.id for order in concerned)
    if not new:
        return Heard.KNOWN, ids
    for order in concerned:
        own = believed(parts, order, row.scope) or ()
        change = delivery.told(order, [event], of=own)
        remember(
            tx,
            parts,
            order,
            change,
            at=now,
            input_id=input_id,
            document_id=document_id,
            names=names,
        )
    return (Heard.APPLIED if concerned else Heard.WAITING), ids
