"""Purchase orders that lie with a partner, read as far as a shipment is judged by them: no more.

A table names thousands of them; whole orders with their people would take seconds.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Text, bindparam, select

from hub.domain.orders import FulfillmentOrder, PromiseKind, Shipment
from hub.store import order_rows
from hub.store.statements import ByKeys, Connection, Row
from hub.store.tables import fulfillment, fulfillment_line, order, package, shipment
from hub.store.tables_promises import promise

Lying = ColumnElement[bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """One purchase order with the shipments of it that stand.

    `ship_on` is the day promised for the last of it, in the zone that its partner had then; None
    where nothing was promised.
    """

    brand: str
    part: FulfillmentOrder
    shipments: tuple[Shipment, ...]
    ship_on: date | None


def numbered(lying: Lying) -> ByKeys:
    """Return what reads purchase orders of a partner by their numbers, of those that lie there."""
    columns = (fulfillment.c[name] for name in order_rows.FULFILLMENT)
    asked = select(*columns, order.c.brand).select_from(
        fulfillment.join(order, order.c.id == fulfillment.c.order_id)
    )
    whose = fulfillment.c.partner == bindparam("partner", type_=Text)
    return ByKeys(lambda keys: asked.where(fulfillment.c.number.in_(keys), whose, lying))


_LINES = ByKeys(
    lambda keys: (
        select(*(fulfillment_line.c[name] for name in order_rows.FULFILLMENT_LINE))
        .where(fulfillment_line.c.fulfillment_id.in_(keys))
        .order_by(fulfillment_line.c.fulfillment_id, fulfillment_line.c.ordinal)
    )
)
_SHIPMENTS = ByKeys(
    lambda keys: (
        select(*(shipment.c[name] for name in order_rows.SHIPMENT))
        .where(shipment.c.order_id.in_(keys), shipment.c.voided_at.is_(None))
        .order_by(shipment.c.order_id, shipment.c.ordinal)
    )
)
_PACKAGES = ByKeys(
    lambda keys: (
        select(*(package.c[name] for name in order_rows.PACKAGE))
        .where(package.c.shipment_id.in_(keys))
        .order_by(package.c.shipment_id, package.c.ordinal)
    )
)

_DAYS = ByKeys(
    lambda keys: (
        select(promise.c.fulfillment_id, promise.c.day)
        .where(promise.c.order_id.in_(keys), promise.c.kind == PromiseKind.SHIP_BY.value)
        .order_by(promise.c.order_id, promise.c.ordinal)
    )
)


def read(connection: Connection, rows: Sequence[Row]) -> list[Handed]:
    """Read rows of `numbered` with what belongs to them."""
    lines = _by(0, connection.keyed(_LINES, [row[1] for row in rows]))
    sent = _by(2, connection.keyed(_SHIPMENTS, {row[0] for row in rows}))
    boxes = _by(0, connection.keyed(_PACKAGES, [row[1] for some in sent.values() for row in some]))
    promised = connection.keyed(_DAYS, {row[0] for row in rows})
    days = {one[0]: date.fromisoformat(str(one[1])) for one in promised}  # the last of them stands
    return [
        Handed(
            brand=row[-1],
            part=order_rows.fulfillment_read(row, lines[row[1]]),
            shipments=tuple(order_rows.shipment_read(one, boxes[one[1]]) for one in sent[row[1]]),
            ship_on=days.get(row[1]),
        )
        for row in rows
    ]


def _by(place: int, rows: Collection[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[row[place]].append(row)
    return found
