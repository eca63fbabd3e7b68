"""Figures over weeks: orders, promises, exceptions, receipts, cancellations. Counts, never words.

Days are of UTC. Every statement reads only what is younger than a moment, by an index that holds
all it needs. `brands` are those to be counted; None is all of them.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Select,
    Text,
    bindparam,
    case,
    cast,
    func,
    select,
)

from hub.domain.exchange import Direction
from hub.domain.orders import FulfillmentState
from hub.store.statements import Connection, Row, Statement, micros
from hub.store.tables import document, exception, order
from hub.store.tables_figures import order_sum, part_sum
from hub.store.tables_promises import watch

_EPOCH = date(1970, 1, 1)
_SINCE = bindparam("since", type_=BigInteger)
_FROM = bindparam("day", type_=Integer)
_NOW = bindparam("now", type_=BigInteger)


def _plainly(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return a column so that no index is walked for its sake: the moment says which rows count.

    SQLite would rather read everything there ever was than sort a few rows into groups.
    """
    return func.coalesce(column, "")


Brands = Collection[str] | None


def _only(statement: Select[Any], brand: ColumnElement[Any], brands: int | None) -> Select[Any]:
    """Keep what belongs to so many brands, bound as `brand_0`, `brand_1` …; None keeps it all."""
    if brands is None:
        return statement
    return statement.where(brand.in_([bindparam(f"brand_{n}", type_=Text) for n in range(brands)]))


@cache
def _orders(brands: int | None) -> Statement:
    days = (order_sum.c.day, order_sum.c.channel, order_sum.c.brand)
    units = (order_sum.c.ordered, order_sum.c.cancelled, order_sum.c.returned)
    counted = select(*days, func.count(), *map(func.sum, units)).where(order_sum.c.day >= _FROM)
    # As the index goes, so that nothing need be sorted into groups.
    return Statement(_only(counted, order_sum.c.brand, brands).group_by(*days).order_by(*days))


@cache
def _kept(brands: int | None) -> Statement:
    promised, left = part_sum.c.promised_at, part_sum.c.left_at
    counts = {
        "on_time": left <= promised,
        "late": left > promised,
        "overdue": left.is_(None) & (promised < _NOW),
        "coming": left.is_(None) & (promised >= _NOW),
    }
    counted = select(
        part_sum.c.partner,
        *(func.count(case((condition, 1))).label(name) for name, condition in counts.items()),
    ).where(part_sum.c.day >= _FROM, part_sum.c.state != FulfillmentState.CANCELLED.value)
    # By days first, as the index goes: what is then sorted by partner is short.
    daily = (
        _only(counted, part_sum.c.brand, brands)
        .group_by(part_sum.c.day, part_sum.c.brand, part_sum.c.partner)
        .subquery("daily")
    )
    sums = (cast(func.sum(daily.c[name]), BigInteger) for name in counts)
    return Statement(
        select(daily.c.partner, *sums).group_by(daily.c.partner).order_by(daily.c.partner)
    )


@cache
def _exceptions(brands: int | None) -> Statement:
    # Of a process of before there was such a column, each counts by itself.
    thing = func.coalesce(func.nullif(exception.c.counted_as, ""), exception.c.id)
    causes = (exception.c.kind, exception.c.code, exception.c.partner)
    counted = select(*causes, func.count(thing.distinct()))
    if brands is not None:
        counted = counted.select_from(exception.join(order, order.c.id == exception.c.order_id))
    recent = counted.where(exception.c.opened_at >= _SINCE)
    return Statement(_only(recent, order.c.brand, brands).group_by(*causes))


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


_RUNG = Statement(
    select(watch.c.partner, watch.c.kind, func.count())
    .where(watch.c.rung_at >= _SINCE)
    .group_by(watch.c.partner, watch.c.kind)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrdersCounted:
    """How many orders came on a day over a channel for a brand.

    With the units ordered in them, and those of these that were cancelled and returned until now.
    """

    day: date
    channel: str
    brand: str
    orders: int
    ordered: int
    cancelled: int
    returned: int


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


class Reports:
    """Counts over weeks: for a look now and then, never on the way of an order."""

    __slots__ = ("_connection",)

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def orders(self, *, since: date, brands: Brands) -> list[OrdersCounted]:
        """Count orders placed from that day on, and their units, by day, channel and brand."""
        return [
            OrdersCounted(
                day=_EPOCH + timedelta(days=int(row[0])),
                channel=row[1],
                brand=row[2],
                orders=int(row[3]),
                ordered=int(row[4]),
                cancelled=int(row[5]),
                returned=int(row[6]),
            )
            for row in self._rows(_orders, brands, {"day": _days(since)})
        ]

    def promises(self, *, since: date, now: datetime, brands: Brands) -> list[PromisesCounted]:
        """Count parts of orders placed from that day on by what became of the day first promised.

        A shipment that was taken back did not leave.
        """
        rows = self._rows(_kept, brands, {"day": _days(since), "now": micros(now)})
        return [
            PromisesCounted(
                partner=row[0], on_time=row[1], late=row[2], overdue=row[3], coming=row[4]
            )
            for row in rows
        ]

    def exceptions(self, *, since: datetime, brands: Brands) -> dict[tuple[str, str, str], int]:
        """Count what was opened since then, closed or not, by kind, first error's code and partner.

        A paper, a delivery or a duty that is stopped anew by another try is counted once by each.
        """
        rows = self._rows(_exceptions, brands, {"since": micros(since)})
        return {(kind, code, partner): int(count) for kind, code, partner, count in rows}

    def receipts(self, *, since: datetime) -> list[ReceiptsCounted]:
        """Count papers of ours about orders that were delivered, by partner."""
        return [
            ReceiptsCounted(partner=row[0], delivered=row[1], receipted=row[2], answered=row[3])
            for row in sorted(self._connection.rows(_ANSWERED, {"since": micros(since)}))
        ]

    def unmet(self, *, since: datetime) -> dict[tuple[str, str], int]:
        """Count what should have come, by kind of watch and partner, and has not come until now.

        Only that whose alarm rang since then.
        """
        rows = self._connection.rows(_RUNG, {"since": micros(since)})
        return {(kind, partner): int(count) for partner, kind, count in rows}

    def _rows(
        self,
        statement: Callable[[int | None], Statement],
        brands: Brands,
        values: Mapping[str, Any],
    ) -> list[Row]:
        named = None if brands is None else sorted(brands) or [""]
        bound = {f"brand_{n}": name for n, name in enumerate(named or ())}
        made = statement(None if named is None else len(named))
        return self._connection.rows(made, {**values, **bound})


def _days(day: date) -> int:
    return (day - _EPOCH).days
