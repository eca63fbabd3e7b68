"""What was told of tracking numbers, and which orders have parcels under them."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import BigInteger, BindParameter, Select, Text, bindparam, func, select

from hub.domain.messages import CarrierMoment
from hub.store.statements import (
    ByKeys,
    Connection,
    Row,
    Statement,
    day,
    iso_day,
    micros,
    moment,
)
from hub.store.tables import fulfillment, package, shipment
from hub.store.tables_invoices import parcel_event
from hub.store.upserts import insert_if_absent

_COLUMNS = [
    parcel_event.c.id,
    parcel_event.c.scope,
    parcel_event.c.tracking,
    parcel_event.c.moment,
    parcel_event.c.happened_at,
    parcel_event.c.carrier,
    parcel_event.c.reason,
    parcel_event.c.estimated_on,
    parcel_event.c.input_id,
    parcel_event.c.at,
]
_ADD = insert_if_absent(parcel_event)
_LOCK = Statement(select(func.pg_advisory_xact_lock(bindparam("key", type_=BigInteger))))
_ORDERS = Statement(
    select(shipment.c.order_id)
    .join(package, package.c.shipment_id == shipment.c.id)
    .where(package.c.tracking_plain == bindparam("tracking"))
    .distinct()
    .order_by(shipment.c.order_id)
)


def _of_trackings(keys: list[BindParameter[str]]) -> Select[tuple[object, ...]]:
    return (
        select(*_COLUMNS)
        .where(parcel_event.c.tracking.in_(keys))
        .order_by(parcel_event.c.happened_at, parcel_event.c.id)
    )


_OF_TRACKINGS = ByKeys(_of_trackings)
_PURCHASE_ORDERS = ByKeys(
    lambda keys: (
        select(package.c.tracking_plain, fulfillment.c.number)
        .join(shipment, shipment.c.id == package.c.shipment_id)
        .join(fulfillment, fulfillment.c.id == shipment.c.fulfillment_id)
        .where(
            package.c.tracking_plain.in_(keys),
            shipment.c.voided_at.is_(None),
            fulfillment.c.partner == bindparam("partner", type_=Text),
        )
        .distinct()
        .order_by(package.c.tracking_plain, fulfillment.c.number)
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ParcelEventRow:
    """One thing told of a tracking number; `scope` is who told it and so whose parcels it is of."""

    id: str
    scope: str
    tracking: str
    moment: CarrierMoment
    happened_at: datetime
    carrier: str
    reason: str
    estimated_on: date | None
    input_id: str
    at: datetime


class Parcels:
    """Events of parcels, kept whether or not the parcel is known yet."""

    __slots__ = ("_connection",)

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def lock(self, trackings: Collection[str]) -> None:
        """Let nobody else tell of these numbers, or ship under them, until this work is over.

        Before an event is kept and before events are read: else a ship notice and an event that are
        written at once miss each other. Who is alone with the database needs no lock.
        """
        if self._connection.one_writer or not self._connection.writing:
            return
        keys = sorted({_lock_key(tracking) for tracking in trackings})
        self._connection.change_all(_LOCK, [{"key": key} for key in keys])

    def add(self, row: ParcelEventRow) -> bool:
        """Keep one event; False when the same was told before by the same teller."""
        values = {
            "id": row.id,
            "scope": row.scope,
            "tracking": row.tracking,
            "moment": row.moment.value,
            "happened_at": micros(row.happened_at),
            "carrier": row.carrier,
            "reason": row.reason,
            "estimated_on": iso_day(row.estimated_on),
            "input_id": row.input_id,
            "at": micros(row.at),
        }
        return self._connection.change(_ADD, values) == 1

    def events(self, trackings: Collection[str]) -> list[ParcelEventRow]:
        """Return everything told of these tracking numbers, in the order it happened."""
        return [_read(row) for row in self._connection.keyed(_OF_TRACKINGS, trackings)]

    def orders(self, tracking: str) -> list[str]:
        """Return the ids of the orders with a parcel under a tracking number, always in one order.

        Whoever locks them in that order never waits in a circle.
        """
        return [row[0] for row in self._connection.rows(_ORDERS, {"tracking": tracking})]

    def purchase_orders(self, *, partner: str, trackings: Collection[str]) -> dict[str, list[str]]:
        """Return a partner's purchase orders with a parcel under these numbers, by number.

        The numbers are plain ones (`carriers.plain`). What was taken back is none.
        """
        found: dict[str, list[str]] = {}
        for statement, values in _PURCHASE_ORDERS.parts(trackings):
            for row in self._connection.rows(statement, values | {"partner": partner}):
                found.setdefault(row[0], []).append(row[1])
        return found


def _lock_key(tracking: str) -> int:
    digest = hashlib.blake2b(f"parcel\x1f{tracking}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, signed=True)


def _read(row: Row) -> ParcelEventRow:
    return ParcelEventRow(
        id=row[0],
        scope=row[1],
        tracking=row[2],
        moment=CarrierMoment(row[3]),
        happened_at=moment(row[4]),
        carrier=row[5],
        reason=row[6],
        estimated_on=day(row[7]),
        input_id=row[8],
        at=moment(row[9]),
    )
