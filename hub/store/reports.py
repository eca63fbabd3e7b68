"""Figures over weeks: orders, promises, exceptions, receipts, cancellations. Counts, never words.

Days are of UTC. Every statement reads only what is younger than a moment, by an index. `brands`
are those to be counted; None is all of them.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    Text,
    bindparam,
    case,
    func,
    literal_column,
    select,
)

from hub.domain.exchange import Direction
from hub.domain.orders import FulfillmentState, PromiseKind
from hub.store.statements import Connection, Row, Statement, micros
from hub.store.tables import document, exception, fulfillment, order, order_line, shipment
from hub.store.tables_promises import promise

_EPOCH = date(1970, 1, 1)
_DAY = literal_column("86400000000", BigInteger())  # microseconds
_SINCE = bindparam("since", type_=BigInteger)
_EVERY = literal_column(str(2**62), BigInteger())


def _plainly(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return a column so that no index is walked for its sake: the moment says which rows count.

    SQLite would rather read everything there ever was than sort a few rows into groups.
    """
    return func.coalesce(column, "")


Brands = Collection[str] | None


def _only(statement: Select[Any], brands: int | None) -> Select[Any]:
    """Keep what belongs to so many brands, bound as `brand_0`, `brand_1` …; None keeps it all."""
    if brands is None:
        return statement
    names = [bindparam(f"brand_{n}", type_=Text) for n in range(max(1, brands))]
    return statement.where(order.c.brand.in_(names))


@cache
def _orders(brands: int | None) -> Statement:
    day = (order.c.placed_at // _DAY).label("day")
    counted = select(day, order.c.channel, order.c.brand, func.count())
    return Statement(
        _only(counted.where(order.c.placed_at >= _SINCE), brands)
        .group_by(day, order.c.channel, order.c.brand)
        .order_by(day, order.c.channel, order.c.brand)
    )


_PROMISED = (
    select(func.min(promise.c.due))
    .where(
        promise.c.order_id == fulfillment.c.order_id,
        promise.c.fulfillment_id == fulfillment.c.id,
        promise.c.kind == PromiseKind.SHIP_BY.value,
    )
    .correlate(fulfillment)
    .scalar_subquery()
)
_SHIPPED = (
    select(func.max(shipment.c.shipped_at))
    .where(
        shipment.c.order_id == fulfillment.c.order_id,
        shipment.c.fulfillment_id == fulfillment.c.id,
    )
    .correlate(fulfillment)
    .scalar_subquery()
)


@cache
def _kept(brands: int | None) -> Statement:
    parts = (
        select(
            fulfillment.c.partner.label("partner"),
            _PROMISED.label("due"),
            _SHIPPED.label("left_at"),
        )
        .select_from(order.join(fulfillment, fulfillment.c.order_id == order.c.id))
        .where(
            order.c.placed_at >= _SINCE,
            fulfillment.c.state != FulfillmentState.CANCELLED.value,
        )
    )
    # The limit keeps them apart: each day would else be looked up once for every sum.
    part = _only(parts, brands).limit(_EVERY).subquery("part")
    now = bindparam("now", type_=BigInteger)
    return Statement(
        select(
            part.c.partner,
            _sum(part.c.left_at <= part.c.due),
            _sum(part.c.left_at > part.c.due),
            _sum(part.c.left_at.is_(None) & (part.c.due < now)),
            _sum(part.c.left_at.is_(None) & (part.c.due >= now)),
        )
        .group_by(part.c.partner)
        .order_by(part.c.partner)
    )


def _sum(condition: ColumnElement[bool]) -> ColumnElement[Any]:
    return func.count(case((condition, 1)))


@cache
def _exceptions(brands: int | None) -> Statement:
    counted = select(exception.c.kind, exception.c.partner, func.count())
    if brands is not None:
        counted = counted.select_from(exception.join(order, order.c.id == exception.c.order_id))
    return Statement(
        _only(counted.where(exception.c.opened_at >= _SINCE), brands).group_by(
            exception.c.kind, exception.c.partner
        )
    )


_ANSWERED = Statement(
    select(
        document.c.partner,
        func.count(),
        func.count(document.c.valid_at),
        func.count(document.c.answered_at),
    )
    .where(
        document.c.at >= _SINCE,
        _plainly(document.c.direction) == Direction.OUT.value,
        document.c.order_id.is_not(None),
        document.c.delivered_at.is_not(None),
    )
    .group_by(_plainly(document.c.partner), document.c.partner)
)


@cache
def _units(brands: int | None) -> Statement:
    counted = (
        select(
            order.c.brand,
            func.sum(order_line.c.ordered),
            func.sum(order_line.c.cancelled),
            func.sum(order_line.c.returned),
        )
        .select_from(order.join(order_line, order_line.c.order_id == order.c.id))
        .where(order.c.placed_at >= _SINCE)
    )
    return Statement(
        _only(counted, brands)
        .group_by(_plainly(order.c.brand), order.c.brand)
        .order_by(_plainly(order.c.brand))
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class OrdersCounted:
    """How many orders came on a day over a channel for a brand."""

    day: date
    channel: str
    brand: str
    orders: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PromisesCounted:
    """Parts of one partner by whether they left by the day first promised.

    `overdue` ones have not left and should have, `coming` ones need not have left yet.
    """

    partner: str
    on_time: int
    late: int
    overdue: int
    coming: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptsCounted:
    """Papers of ours about orders that reached a partner, and how many it receipted, answered."""

    partner: str
    delivered: int
    receipted: int
    answered: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitsCounted:
    """Units ordered of a brand, and those of them cancelled and returned."""

    brand: str
    ordered: int
    cancelled: int
    returned: int


class Reports:
    """Counts over weeks: for a look now and then, never on the way of an order."""

    __slots__ = ("_connection",)

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def orders(self, *, since: datetime, brands: Brands) -> list[OrdersCounted]:
        """Count orders by day, channel and brand, by day."""
        return [
            OrdersCounted(
                day=_EPOCH + timedelta(days=int(row[0])),
                channel=row[1],
                brand=row[2],
                orders=int(row[3]),
            )
            for row in self._rows(_orders, since, brands)
        ]

    def promises(self, *, since: datetime, now: datetime, brands: Brands) -> list[PromisesCounted]:
        """Count parts of orders placed since then by what became of the day first promised."""
        rows = self._rows(_kept, since, brands, {"now": micros(now)})
        return [
            PromisesCounted(
                partner=row[0], on_time=row[1], late=row[2], overdue=row[3], coming=row[4]
            )
            for row in rows
        ]

    def exceptions(self, *, since: datetime, brands: Brands) -> dict[tuple[str, str], int]:
        """Count what was opened since then, closed or not, by kind and partner."""
        rows = self._rows(_exceptions, since, brands)
        return {(kind, partner): int(count) for kind, partner, count in rows}

    def receipts(self, *, since: datetime) -> list[ReceiptsCounted]:
        """Count papers of ours about orders that were delivered, by partner."""
        return [
            ReceiptsCounted(partner=row[0], delivered=row[1], receipted=row[2], answered=row[3])
            for row in sorted(self._connection.rows(_ANSWERED, {"since": micros(since)}))
        ]

    def units(self, *, since: datetime, brands: Brands) -> list[UnitsCounted]:
        """Count units of orders placed since then, by brand."""
        return [
            UnitsCounted(
                brand=row[0], ordered=int(row[1]), cancelled=int(row[2]), returned=int(row[3])
            )
            for row in self._rows(_units, since, brands)
        ]

    def _rows(
        self, statement: Any, since: datetime, brands: Brands, more: Mapping[str, Any] | None = None
    ) -> list[Row]:
        named = None if brands is None else sorted(brands) or [""]
        values: dict[str, Any] = {"since": micros(since)} | dict(more or {})
        values |= {f"brand_{n}": name for n, name in enumerate(named or ())}
        made: Statement = statement(None if named is None else len(named))
        return self._connection.rows(made, values)
