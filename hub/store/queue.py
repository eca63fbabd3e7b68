"""What waits for a person, as one queue: by when it is due, by cause, one by one."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, Integer, Select, Text, bindparam, func, select, tuple_

from hub.domain.exchange import Problem
from hub.store.exceptions import COLUMNS
from hub.store.problems import problems_read
from hub.store.statements import (
    ByKeys,
    Connection,
    Row,
    Statement,
    micros,
    moment,
    moment_or_none,
)
from hub.store.tables import customer, exception, order

MOST_GROUPED = 10_000
"""So many open ones are looked at when they are put together by cause, the newest first."""

_LIMIT = bindparam("limit", type_=Integer)
# What has no time of its own was due when it was opened.
_DUE = func.coalesce(exception.c.due_at, exception.c.opened_at)
_COLUMNS = (*COLUMNS, order.c.number, order.c.brand, customer.c.standing)
_ROWS: Select[Any] = select(*_COLUMNS).select_from(
    exception.outerjoin(order, order.c.id == exception.c.order_id).outerjoin(
        customer, customer.c.id == order.c.customer_id
    )
)
_OPEN = exception.c.hold.is_not(None)


@cache
def _page(filters: frozenset[str]) -> Statement:
    page = _ROWS.where(_OPEN).order_by(_DUE, exception.c.id)
    if "partner" in filters:
        page = page.where(exception.c.partner == bindparam("partner"))
    if "kind" in filters:
        page = page.where(exception.c.kind == bindparam("kind"))
    if "taken_by" in filters:
        page = page.where(exception.c.taken_by == bindparam("taken_by"))
    if "after_id" in filters:
        last = tuple_(bindparam("after_at", type_=BigInteger), bindparam("after_id", type_=Text))
        page = page.where(tuple_(_DUE, exception.c.id) > last)
    return Statement(page.limit(_LIMIT))


_ONE = Statement(_ROWS.where(exception.c.id == bindparam("id", type_=Text)))
_OF_DOCUMENT = Statement(
    _ROWS.where(exception.c.document_id == bindparam("document_id")).order_by(
        exception.c.opened_at, exception.c.id
    )
)
# Open ones only, which are few: closed ones go by no index.
_OF_DELIVERY = Statement(
    _ROWS.where(_OPEN, exception.c.transmission_id == bindparam("transmission_id")).order_by(
        exception.c.opened_at, exception.c.id
    )
)
_HOLDING = ByKeys(lambda keys: _ROWS.where(exception.c.hold.in_(keys)))
_OF_BRANDS = ByKeys(
    lambda keys: (
        _ROWS.where(_OPEN, order.c.brand.in_(keys)).order_by(_DUE, exception.c.id).limit(_LIMIT)
    )
)
_TAKEN_OF_BRANDS = ByKeys(
    lambda keys: (
        _ROWS.where(
            _OPEN,
            order.c.brand.in_(keys),
            exception.c.taken_by == bindparam("taken_by", type_=Text),
        )
        .order_by(_DUE, exception.c.id)
        .limit(_LIMIT)
    )
)
_TAKEN = Statement(
    _ROWS.where(_OPEN, exception.c.taken_by == bindparam("taken_by", type_=Text)).order_by(
        _DUE, exception.c.id
    )
)
_COUNTED: Select[Any] = (
    select(exception.c.taken_by, func.count()).where(_OPEN).group_by(exception.c.taken_by)
)
_OWNERS = Statement(_COUNTED)
_OWNERS_OF_BRANDS = ByKeys(
    lambda keys: _COUNTED.join_from(exception, order, order.c.id == exception.c.order_id).where(
        order.c.brand.in_(keys)
    )
)
_NEWEST_FIRST = (
    _ROWS.where(_OPEN).order_by(exception.c.opened_at.desc(), exception.c.id.desc()).limit(_LIMIT)
)
_NEWEST = Statement(_NEWEST_FIRST)
_NEWEST_BEFORE = Statement(
    _NEWEST_FIRST.where(
        tuple_(exception.c.opened_at, exception.c.id)
        < tuple_(bindparam("before_at", type_=BigInteger), bindparam("before_id", type_=Text))
    )
)
_KINDS = Statement(
    select(exception.c.partner, exception.c.kind, func.count())
    .where(_OPEN)
    .group_by(exception.c.partner, exception.c.kind)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuedRow:
    """One thing that waits for a person or did, with the order it is about.

    `standing` is how the order's customer stands, "" where there is none. `taken_by` is whose case
    it is, "" for nobody's.
    """

    id: str
    hold: str | None
    kind: str
    partner: str
    order_id: str | None
    document_id: str | None
    transmission_id: str | None
    text: str
    next_step: str
    problems: tuple[Problem, ...]
    due_at: datetime | None
    opened_at: datetime
    closed_at: datetime | None
    closed_by: str
    taken_by: str
    taken_at: datetime | None
    order_number: str
    brand: str
    standing: str

    @property
    def since(self) -> datetime:
        """When it was due; what has no such time was due when it was opened."""
        return self.due_at or self.opened_at


class Queue:
    """Open exceptions; nothing here opens or closes one."""

    __slots__ = ("_connection",)

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def page(
        self,
        *,
        partner: str,
        kind: str,
        taken_by: str | None = None,
        after: tuple[datetime, str] | None,
        limit: int,
    ) -> list[QueuedRow]:
        """Return what is open, the longest due first, after (due, id); "" is every one.

        With `taken_by` only the cases of that one, with "" nobody's.
        """
        asked: dict[str, Any] = {"partner": partner, "kind": kind}
        values = {name: value for name, value in asked.items() if value}
        if taken_by is not None:
            values["taken_by"] = taken_by
        if after is not None:
            values |= {"after_at": micros(after[0]), "after_id": after[1]}
        rows = self._connection.rows(_page(frozenset(values)), values | {"limit": limit})
        return [_read(row) for row in rows]

    def about_orders(
        self, *, brands: Collection[str], taken_by: str | None = None, limit: int
    ) -> list[QueuedRow]:
        """Return what is open about orders of these brands, the longest due first.

        With `taken_by` only the cases of that one, with "" nobody's.
        """
        asked: dict[str, Any] = {"limit": limit}
        if taken_by is not None:
            asked["taken_by"] = taken_by
        several = _OF_BRANDS if taken_by is None else _TAKEN_OF_BRANDS
        found = [
            _read(row)
            for statement, values in several.parts(brands)
            for row in self._connection.rows(statement, values | asked)
        ]
        return sorted(found, key=lambda row: (row.since, row.id))[:limit]

    def newest(
        self, *, before: tuple[datetime, str] | None = None, limit: int = MOST_GROUPED
    ) -> list[QueuedRow]:
        """Return what is open, newest first: of what was opened before (opened, id), if given."""
        values: dict[str, Any] = {"limit": limit}
        if before is not None:
            values |= {"before_at": micros(before[0]), "before_id": before[1]}
        statement = _NEWEST if before is None else _NEWEST_BEFORE
        return [_read(row) for row in self._connection.rows(statement, values)]

    def taken(self, who: str) -> list[QueuedRow]:
        """Return what is open and somebody's case, the longest due first."""
        return [_read(row) for row in self._connection.rows(_TAKEN, {"taken_by": who})]

    def owners(self, *, brands: Collection[str] | None) -> dict[str, int]:
        """Count what is open by whose case it is, "" for nobody's.

        With `brands` only what is about orders of theirs.
        """
        asked = [(_OWNERS, {})] if brands is None else list(_OWNERS_OF_BRANDS.parts(brands))
        found: dict[str, int] = {}
        for statement, values in asked:
            for who, count in self._connection.rows(statement, values):
                found[who] = found.get(who, 0) + int(count)
        return found

    def one(self, exception_id: str) -> QueuedRow:
        """Return one, open or closed; KeyError when there is none."""
        row = self._connection.row(_ONE, {"id": exception_id})
        if row is None:
            raise KeyError(exception_id)
        return _read(row)

    def holding(self, holds: Collection[str]) -> list[QueuedRow]:
        """Return the open ones of these holds."""
        return [_read(row) for row in self._connection.keyed(_HOLDING, holds)]

    def of_document(self, document_id: str) -> list[QueuedRow]:
        """Return every exception a paper ever had, oldest first."""
        rows = self._connection.rows(_OF_DOCUMENT, {"document_id": document_id})
        return [_read(row) for row in rows]

    def of_delivery(self, transmission_id: str) -> list[QueuedRow]:
        """Return the open exceptions of a delivery, oldest first."""
        rows = self._connection.rows(_OF_DELIVERY, {"transmission_id": transmission_id})
        return [_read(row) for row in rows]

    def counts(self) -> dict[tuple[str, str], int]:
        """Count what is open by partner and kind."""
        rows = self._connection.rows(_KINDS)
        return {(partner, kind): int(count) for partner, kind, count in rows}


def _read(row: Row) -> QueuedRow:
    return QueuedRow(
        id=row[0],
        hold=row[1],
        kind=row[2],
        partner=row[3],
        order_id=row[4],
        document_id=row[5],
        transmission_id=row[6],
        text=row[7],
        next_step=row[8],
        problems=problems_read(row[9]),
        due_at=moment_or_none(row[10]),
        opened_at=moment(row[11]),
        closed_at=moment_or_none(row[12]),
        closed_by=row[13],
        taken_by=row[14],
        taken_at=moment_or_none(row[15]),
        order_number=row[16] or "",
        brand=row[17] or "",
        standing=row[18] or "",
    )
