"""What is spoken for of partners' stock, and which lines wait for some."""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    BindParameter,
    Integer,
    Select,
    Text,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)

from hub.domain.stock import Reserved, StockLevel
from hub.domain.warehouse_stock import MOVEMENT
from hub.store.statements import ByKeys, Connection, Row, Statement, micros, moment
from hub.store.tables import exception, order, order_line
from hub.store.tables_reservations import reservation
from hub.store.upserts import upsert, upsert_returning

NEVER = 2**63 - 1
"""The `event_at` of units to which nothing has happened yet: later than every report."""

_NO_SOURCE = "no-source"
_HOLD_PREFIX = len("no-source:") + 1


def _of_skus(keys: list[BindParameter[str]]) -> Select[Any]:
    key = (reservation.c.sku, reservation.c.partner, reservation.c.event_at)
    return (
        select(*key, func.sum(reservation.c.quantity))
        .where(reservation.c.sku.in_(keys))
        .group_by(*key)
    )


def _moved(keys: list[BindParameter[str]]) -> Select[Any]:
    # Apart from `_of_skus`, which is asked for every order and lives of its index alone.
    key = (reservation.c.sku, reservation.c.partner, reservation.c.event_at)
    return select(*key, reservation.c.quantity).where(
        reservation.c.sku.in_(keys),
        reservation.c.fulfillment_line_id.startswith(f"{MOVEMENT}_", autoescape=True),
    )


_OF_SKUS = ByKeys(_of_skus)
_MOVED = ByKeys(_moved)
_LOCK = Statement(select(func.pg_advisory_xact_lock(bindparam("key", type_=BigInteger))))
_ADD = Statement(insert(reservation))
_HOLD = upsert(reservation, on=["fulfillment_line_id", "event_at"], setting=["quantity"])
_HAPPENED = upsert_returning(
    reservation,
    on=["fulfillment_line_id", "event_at"],
    setting={"quantity": reservation.c.quantity + bindparam("more", type_=Integer)},
    returning="quantity",
)
_DROP = Statement(
    delete(reservation).where(
        reservation.c.fulfillment_line_id == bindparam("line", type_=Text),
        reservation.c.event_at == bindparam("event", type_=BigInteger),
    )
)
_LESSEN = Statement(
    update(reservation)
    .where(
        reservation.c.fulfillment_line_id == bindparam("line", type_=Text),
        reservation.c.event_at == bindparam("event", type_=BigInteger),
    )
    .values(quantity=bindparam("left", type_=Integer))
)
_EVENTS = Statement(
    select(reservation.c.event_at, reservation.c.quantity)
    .where(
        reservation.c.fulfillment_line_id == bindparam("line", type_=Text),
        reservation.c.event_at < NEVER,
    )
    .order_by(reservation.c.event_at)
)
_REPORTED = Statement(
    delete(reservation).where(
        reservation.c.partner == bindparam("partner"), reservation.c.event_at < bindparam("as_of")
    )
)
_RELEASED = Statement(
    delete(reservation).where(
        reservation.c.sku == bindparam("sku"),
        reservation.c.partner == bindparam("partner"),
        reservation.c.event_at < bindparam("as_of"),
    )
)
_ALL = Statement(
    select(
        reservation.c.fulfillment_line_id,
        reservation.c.event_at,
        reservation.c.partner,
        reservation.c.sku,
        reservation.c.quantity,
    ).order_by(reservation.c.fulfillment_line_id, reservation.c.event_at)
)
_WAITING = Statement(
    select(exception.c.hold, order_line.c.sku, order.c.brand, order.c.number)
    .select_from(
        exception.join(
            order_line, order_line.c.id == func.substr(exception.c.hold, _HOLD_PREFIX)
        ).join(order, order.c.id == order_line.c.order_id)
    )
    .where(
        exception.c.hold.is_not(None),
        exception.c.kind == _NO_SOURCE,
        exception.c.hold > bindparam("after"),
    )
    .order_by(exception.c.hold)
    .limit(bindparam("limit", type_=Integer))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Units of a partner's line to which nothing has happened yet."""

    fulfillment_line_id: str
    partner: str
    sku: str
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingLine:
    """An order's line that nobody could fill; `hold` names its exception."""

    hold: str
    sku: str
    brand: str
    number: str


class Reservations:
    """Units spoken for, by partner and SKU. Nobody decides here what counts."""

    __slots__ = ("_connection",)

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def lock(self, pairs: Collection[tuple[str, str]]) -> None:
        """Let nobody else reserve of these pairs of partner and SKU until this work is over.

        Before reading what is left. Everybody takes the locks in the same order; who only reads,
        or is alone with the database anyway, needs none.
        """
        if self._connection.one_writer or not self._connection.writing:
            return
        keys = sorted({_lock_key(partner, sku) for partner, sku in pairs})
        self._connection.change_all(_LOCK, [{"key": key} for key in keys])

    def of(self, skus: Collection[str]) -> Mapping[tuple[str, str], Sequence[Reserved]]:
        """Return what is spoken for of these articles, by partner and SKU.

        Read it before the levels: what a level has released may be cleaned away at any moment.
        """
        found: dict[tuple[str, str], list[Reserved]] = defaultdict(list)
        for sku, partner, event_at, quantity in self._connection.keyed(_OF_SKUS, skus):
            happened = None if event_at == NEVER else moment(event_at)
            found[partner, sku].append(Reserved(quantity=int(quantity), event_at=happened))
        return found

    def moved(self, skus: Collection[str]) -> Mapping[tuple[str, str], Sequence[Reserved]]:
        """Return the part of `of` that no order speaks for: what warehouses said moved.

        Receipts are below zero.
        """
        found: dict[tuple[str, str], list[Reserved]] = defaultdict(list)
        for sku, partner, event_at, quantity in self._connection.keyed(_MOVED, skus):
            found[partner, sku].append(Reserved(quantity=quantity, event_at=moment(event_at)))
        return found

    def add(self, rows: Sequence[Held]) -> None:
        """Reserve for lines that are new."""
        self._connection.change_all(_ADD, [_held_values(row) for row in rows])

    def hold(self, row: Held) -> None:
        """Set how many units of a line nothing has happened to; no row is left for none."""
        if row.quantity:
            self._connection.change(_HOLD, _held_values(row))
        else:
            self._connection.change(_DROP, {"line": row.fulfillment_line_id, "event": NEVER})

    def happened(self, row: Held, *, at: datetime) -> None:
        """Add units to which the event came at that moment."""
        values = {**_held_values(row), "event_at": micros(at), "more": row.quantity}
        self._connection.returned(_HAPPENED, values)

    def take_back(self, line_id: str, units: int) -> None:
        """Forget the event for that many units of a line, the oldest first.

        What reports have released since is not there any more; nothing happens for it.
        """
        for event, quantity in self._connection.rows(_EVENTS, {"line": line_id}):
            taken = min(units, quantity)
            units -= taken
            if taken == quantity:
                self._connection.change(_DROP, {"line": line_id, "event": event})
            elif taken:
                left = {"line": line_id, "event": event, "left": quantity - taken}
                self._connection.change(_LESSEN, left)

    def reported(self, *, partner: str, as_of: datetime) -> int:
        """Clean away what a full report of that moment released; say how many rows that were.

        Only once everybody can read that report's levels.
        """
        return self._connection.change(_REPORTED, {"partner": partner, "as_of": micros(as_of)})

    def clean(self, levels: Iterable[StockLevel]) -> None:
        """Clean away what these levels released, of their own articles only."""
        rows = [
            {"partner": level.partner, "sku": level.sku, "as_of": micros(level.as_of)}
            for level in levels
        ]
        self._connection.change_all(_RELEASED, rows)

    def all(self) -> list[tuple[Held, datetime | None]]:
        """Return every row with its event, for those who prove them against the orders."""
        return [_row(row) for row in self._connection.rows(_ALL)]

    def waiting(self, *, after: str, limit: int) -> list[WaitingLine]:
        """Return lines that nobody could fill, in order of their holds, after that one."""
        rows = self._connection.rows(_WAITING, {"after": after, "limit": limit})
        return [WaitingLine(hold=row[0], sku=row[1], brand=row[2], number=row[3]) for row in rows]


def _lock_key(partner: str, sku: str) -> int:
    digest = hashlib.blake2b(f"{partner}\x1f{sku}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, signed=True)


def _held_values(row: Held) -> dict[str, Any]:
    return {
        "fulfillment_line_id": row.fulfillment_line_id,
        "event_at": NEVER,
        "partner": row.partner,
        "sku": row.sku,
        "quantity": row.quantity,
    }


def _row(row: Row) -> tuple[Held, datetime | None]:
    held = Held(fulfillment_line_id=row[0], partner=row[2], sku=row[3], quantity=row[4])
    return held, None if row[1] == NEVER else moment(row[1])
