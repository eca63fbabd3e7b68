"""Levels as everybody reads them, and the sources they come from."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, Integer, Select, bindparam, select

from hub.domain.stock import StockLevel
from hub.store.statements import (
    ByKeys,
    Connection,
    Row,
    Statement,
    day,
    moment,
    moment_or_none,
)
from hub.store.tables_stock import stock_level, stock_source

_LEVEL = [
    stock_level.c.partner,
    stock_level.c.sku,
    stock_level.c.quantity,
    stock_level.c.as_of,
    stock_level.c.next_on,
    stock_level.c.next_quantity,
    stock_level.c.at,
    stock_source.c.full_as_of,
    stock_source.c.full_at,
]
_BOTH = stock_level.outerjoin(stock_source, stock_source.c.partner == stock_level.c.partner)
_SOURCE = [
    stock_source.c.partner,
    stock_source.c.as_of,
    stock_source.c.at,
    stock_source.c.feed,
    stock_source.c.rows,
    stock_source.c.full_as_of,
    stock_source.c.full_at,
    stock_source.c.full_feed,
]


def _of_skus(keys: list[BindParameter[str]]) -> Select[Any]:
    return select(*_LEVEL).select_from(_BOTH).where(stock_level.c.sku.in_(keys))


_OF_SKUS = ByKeys(_of_skus)
_PAGE = Statement(
    select(*_LEVEL)
    .select_from(_BOTH)
    .where(stock_level.c.sku > bindparam("after"))
    .order_by(stock_level.c.sku, stock_level.c.partner)
    .limit(bindparam("limit", type_=Integer))
)
_SOURCES = Statement(select(*_SOURCE).order_by(stock_source.c.partner))
_ONE_SOURCE = Statement(select(*_SOURCE).where(stock_source.c.partner == bindparam("partner")))


@dataclass(frozen=True, slots=True, kw_only=True)
class StockSource:
    """What one partner reported last: the newest report, and the newest full one if any.

    `as_of` is the moment a report speaks of, `at` when it was taken in whole, `feed` the document
    or the input it came by, `rows` how many articles it listed.
    """

    partner: str
    as_of: datetime
    at: datetime
    feed: str
    rows: int
    full_as_of: datetime | None
    full_at: datetime | None
    full_feed: str


class Stock:
    """Levels by partner and SKU; nothing here writes."""

    __slots__ = ("_connection",)

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def levels(self, pairs: Collection[tuple[str, str]]) -> Mapping[tuple[str, str], StockLevel]:
        """Return the levels known of these pairs of partner and SKU.

        A level speaks of the later of its own moment and its partner's newest full report.
        """
        wanted = set(pairs)
        rows = self._connection.keyed(_OF_SKUS, {sku for _, sku in wanted})
        return {(row[0], row[1]): _level(row) for row in rows if (row[0], row[1]) in wanted}

    def of_sku(self, sku: str) -> list[StockLevel]:
        """Return every partner's level of one article, by partner."""
        rows = self._connection.keyed(_OF_SKUS, [sku])
        return sorted((_level(row) for row in rows), key=lambda level: level.partner)

    def page(self, *, after: str, limit: int) -> list[StockLevel]:
        """Return levels in order of SKU and partner, after that SKU; one SKU may be cut off."""
        rows = self._connection.rows(_PAGE, {"after": after, "limit": limit})
        return [_level(row) for row in rows]

    def sources(self) -> list[StockSource]:
        """Return what every partner reported last, by partner."""
        return [source_read(row) for row in self._connection.rows(_SOURCES)]

    def source(self, partner: str) -> StockSource | None:
        """Return what one partner reported last."""
        row = self._connection.row(_ONE_SOURCE, {"partner": partner})
        return None if row is None else source_read(row)


def _level(row: Row) -> StockLevel:
    return StockLevel(
        partner=row[0],
        sku=row[1],
        quantity=row[2],
        as_of=moment(max(row[3], row[7] or 0)),
        heard_at=moment(max(row[6], row[8] or 0)),
        next_on=day(row[4]),
        next_quantity=row[5],
    )


def source_read(row: Row) -> StockSource:
    """Read a row of the sources."""
    return StockSource(
        partner=row[0],
        as_of=moment(row[1]),
        at=moment(row[2]),
        feed=row[3],
        rows=row[4],
        full_as_of=moment_or_none(row[5]),
        full_at=moment_or_none(row[6]),
        full_feed=row[7],
    )
