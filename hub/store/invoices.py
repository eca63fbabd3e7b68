"""Invoices as partners sent them; the newest paper under a number stands."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Integer, Text, bindparam, insert, select, tuple_, update

from hub.store.statements import (
    ByKeys,
    Connection,
    Row,
    Statement,
    canonical,
    day,
    iso_day,
    micros,
    moment,
    parsed,
)
from hub.store.tables_invoices import invoice

_NAMES = (
    "id partner number ordinal state fulfillment_id order_id purchase_order invoiced_on currency "
    "total body document_id at"
).split()
_ALL = select(*(invoice.c[name] for name in _NAMES))
_ADD = Statement(insert(invoice))
_OF_NUMBER = Statement(
    _ALL.where(
        invoice.c.partner == bindparam("partner"), invoice.c.number == bindparam("number")
    ).order_by(invoice.c.ordinal)
)
_OF_PART = Statement(
    _ALL.where(
        invoice.c.fulfillment_id == bindparam("fulfillment_id"), invoice.c.state == "standing"
    ).order_by(invoice.c.at, invoice.c.id)
)
_PARTS = ByKeys(
    lambda keys: select(invoice.c.fulfillment_id).where(
        invoice.c.fulfillment_id.in_(keys), invoice.c.state == "standing"
    )
)
_STATE = Statement(
    update(invoice)
    .where(invoice.c.id == bindparam("row_id", type_=Text))
    .values(state=bindparam("then", type_=Text))
)
_LAST = tuple_(bindparam("before_at", type_=BigInteger), bindparam("before_id", type_=Text))
_PAGES = {
    False: Statement(
        _ALL.order_by(invoice.c.at.desc(), invoice.c.id.desc()).limit(
            bindparam("limit", type_=Integer)
        )
    ),
    True: Statement(
        _ALL.where(tuple_(invoice.c.at, invoice.c.id) < _LAST)
        .order_by(invoice.c.at.desc(), invoice.c.id.desc())
        .limit(bindparam("limit", type_=Integer))
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceRow:
    """One paper under an invoice's number; `state` is standing, replaced or cancelled.

    `body` holds `lines` and `charges` as the partner counts them; `total` is minor units.
    """

    id: str
    partner: str
    number: str
    ordinal: int
    state: str
    fulfillment_id: str
    order_id: str
    purchase_order: str
    invoiced_on: date | None
    currency: str
    total: int
    body: Mapping[str, Any]
    document_id: str
    at: datetime


class Invoices:
    """Every paper is kept; only the state of the ones before it changes."""

    __slots__ = ("_connection",)

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, row: InvoiceRow) -> None:
        """Keep one paper; Conflict when its ordinal is taken."""
        values = {name: getattr(row, name) for name in _NAMES}
        values |= {
            "invoiced_on": iso_day(row.invoiced_on),
            "body": canonical(row.body),
            "at": micros(row.at),
        }
        self._connection.change(_ADD, values)

    def of_number(self, *, partner: str, number: str) -> list[InvoiceRow]:
        """Return the papers under an invoice's number, oldest first."""
        rows = self._connection.rows(_OF_NUMBER, {"partner": partner, "number": number})
        return [_read(row) for row in rows]

    def of_part(self, fulfillment_id: str) -> list[InvoiceRow]:
        """Return the standing invoices for a partner's part, oldest first."""
        rows = self._connection.rows(_OF_PART, {"fulfillment_id": fulfillment_id})
        return [_read(row) for row in rows]

    def parts_of(self, fulfillment_ids: Collection[str]) -> set[str]:
        """Return those of these parts for which an invoice stands."""
        return {str(row[0]) for row in self._connection.keyed(_PARTS, fulfillment_ids)}

    def move(self, row_id: str, *, then: str) -> None:
        """Say that a paper is replaced or cancelled."""
        self._connection.change(_STATE, {"row_id": row_id, "then": then})

    def page(self, *, limit: int, before: tuple[datetime, str] | None) -> list[InvoiceRow]:
        """Return papers, newest first, older than (at, id)."""
        values: dict[str, Any] = {"limit": limit}
        if before is not None:
            values |= {"before_at": micros(before[0]), "before_id": before[1]}
        return [_read(row) for row in self._connection.rows(_PAGES[before is not None], values)]


def _read(row: Row) -> InvoiceRow:
    return InvoiceRow(
        id=row[0],
        partner=row[1],
        number=row[2],
        ordinal=row[3],
        state=row[4],
        fulfillment_id=row[5],
        order_id=row[6],
        purchase_order=row[7],
        invoiced_on=day(row[8]),
        currency=row[9],
        total=row[10],
        body=parsed(row[11]),
        document_id=row[12],
        at=moment(row[13]),
    )
