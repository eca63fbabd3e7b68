"""What is ours in warehouses' hands: transfers sent there and the movements of every article."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    BindParameter,
    Integer,
    Select,
    Text,
    and_,
    bindparam,
    case,
    func,
    insert,
    select,
)

from hub.domain.warehouse_stock import Kind, Movement, Standing
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
from hub.store.tables_depot import depot_movement, depot_transfer
from hub.store.upserts import insert_if_absent

_MOVED = depot_movement.c
_NAMES = "id partner sku kind quantity at_least at_most reason reference document_id at".split()
_ALL = select(*(_MOVED[name] for name in _NAMES))
_ADD = insert_if_absent(depot_movement)
_AS_OF = bindparam("as_of", type_=BigInteger)
_PARTNER = bindparam("of_partner", type_=Text)
_SURE = _MOVED.at_most < _AS_OF
_MAYBE = and_(_MOVED.at_least < _AS_OF, _MOVED.at_most >= _AS_OF)


def _sum(when: Any) -> Any:
    return func.coalesce(func.sum(case((when, _MOVED.quantity), else_=0)), 0)


_BOOK = Statement(
    select(
        _MOVED.sku,
        _sum(_SURE),
        _sum(and_(_MAYBE, _MOVED.quantity < 0)),
        _sum(and_(_MAYBE, _MOVED.quantity > 0)),
    )
    .where(_MOVED.partner == _PARTNER)
    .group_by(_MOVED.sku)
    .order_by(_MOVED.sku)
)


def _of_ids(keys: list[BindParameter[str]]) -> Select[Any]:
    return _ALL.where(_MOVED.id.in_(keys))


_OF_IDS = ByKeys(_of_ids)
_OF_REFERENCE = Statement(
    _ALL.where(
        _MOVED.partner == _PARTNER, _MOVED.reference == bindparam("of_reference", type_=Text)
    ).order_by(_MOVED.at, _MOVED.id)
)
_OF_SKU = Statement(
    _ALL.where(_MOVED.partner == _PARTNER, _MOVED.sku == bindparam("of_sku", type_=Text))
    .order_by(_MOVED.at.desc(), _MOVED.at_least.desc(), _MOVED.id.desc())
    .limit(bindparam("limit", type_=Integer))
)
_SENT = depot_transfer.c
_TRANSFER_NAMES = (
    "id partner number ordinal shipped_on expected_on carrier lines input_id at".split()
)
_TRANSFERS = select(*(_SENT[name] for name in _TRANSFER_NAMES))
_SEND = Statement(insert(depot_transfer))
_TRANSFER = Statement(
    _TRANSFERS.where(_SENT.partner == _PARTNER, _SENT.number == bindparam("number", type_=Text))
)
_TRANSFER_BY_ID = Statement(_TRANSFERS.where(_SENT.id == bindparam("row_id", type_=Text)))
_NEWEST = Statement(
    _TRANSFERS.order_by(_SENT.at.desc(), _SENT.id.desc()).limit(bindparam("limit", type_=Integer))
)
_NUMBERED = Statement(
    _TRANSFERS.where(_SENT.number == bindparam("number", type_=Text)).order_by(_SENT.partner)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferRow:
    """Goods sent to a warehouse: units by SKU, in our units."""

    id: str
    partner: str
    number: str
    ordinal: int
    shipped_on: date
    expected_on: date | None
    carrier: str
    lines: tuple[tuple[str, int], ...]
    input_id: str
    at: datetime


class Depot:
    """The book of what is ours elsewhere: rows are added, never changed."""

    __slots__ = ("_connection",)

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, movements: Sequence[Movement], *, at: datetime) -> list[Movement]:
        """Book movements that are not booked yet and return those that were new."""
        known = self.known([one.id for one in movements])
        fresh = [one for one in movements if one.id not in known]
        self._connection.change_all(_ADD, [_values(one, at) for one in fresh])
        return fresh

    def known(self, ids: Collection[str]) -> Mapping[str, Movement]:
        """Return the booked movements among these names."""
        rows = self._connection.keyed(_OF_IDS, ids)
        return {row[0]: _read(row) for row in rows}

    def book(self, partner: str, *, as_of: datetime) -> dict[str, Standing]:
        """Return what a warehouse should have had of each article at a moment, by SKU."""
        rows = self._connection.rows(_BOOK, {"of_partner": partner, "as_of": micros(as_of)})
        return {
            row[0]: Standing(units=int(row[1]), less=-int(row[2]), more=int(row[3])) for row in rows
        }

    def of_reference(self, *, partner: str, reference: str) -> list[Movement]:
        """Return the movements under a number, in the order they were booked."""
        values = {"of_partner": partner, "of_reference": reference}
        return [_read(row) for row in self._connection.rows(_OF_REFERENCE, values)]

    def of_sku(self, *, partner: str, sku: str, limit: int) -> list[Movement]:
        """Return an article's movements, newest first."""
        values = {"of_partner": partner, "of_sku": sku, "limit": limit}
        return [_read(row) for row in self._connection.rows(_OF_SKU, values)]

    def send(self, row: TransferRow) -> None:
        """Keep a transfer; Conflict when its number is taken."""
        values = {
            "id": row.id,
            "partner": row.partner,
            "number": row.number,
            "ordinal": row.ordinal,
            "shipped_on": iso_day(row.shipped_on),
            "expected_on": iso_day(row.expected_on),
            "carrier": row.carrier,
            "lines": canonical([list(line) for line in row.lines]),
            "input_id": row.input_id,
            "at": micros(row.at),
        }
        self._connection.change(_SEND, values)

    def numbered(self, number: str) -> list[TransferRow]:
        """Return the transfers of a number, one for each warehouse, by warehouse."""
        return [_transfer(row) for row in self._connection.rows(_NUMBERED, {"number": number})]

    def transfer(self, *, partner: str, number: str) -> TransferRow | None:
        """Return the transfer of that number."""
        row = self._connection.row(_TRANSFER, {"of_partner": partner, "number": number})
        return None if row is None else _transfer(row)

    def transfer_by_id(self, row_id: str) -> TransferRow:
        """Return a transfer; KeyError when there is none of that id."""
        row = self._connection.row(_TRANSFER_BY_ID, {"row_id": row_id})
        if row is None:
            raise KeyError(row_id)
        return _transfer(row)

    def transfers(self, *, limit: int) -> list[TransferRow]:
        """Return transfers, newest first."""
        return [_transfer(row) for row in self._connection.rows(_NEWEST, {"limit": limit})]


def _values(one: Movement, at: datetime) -> dict[str, Any]:
    return {
        "id": one.id,
        "partner": one.partner,
        "sku": one.sku,
        "kind": str(one.kind),
        "quantity": one.quantity,
        "at_least": micros(one.at_least),
        "at_most": micros(one.at_most),
        "reason": one.reason,
        "reference": one.reference,
        "document_id": one.document_id,
        "at": micros(at),
    }


def _read(row: Row) -> Movement:
    return Movement(
        id=row[0],
        partner=row[1],
        sku=row[2],
        kind=Kind(row[3]),
        quantity=int(row[4]),
        at_least=moment(row[5]),
        at_most=moment(row[6]),
        reason=row[7],
        reference=row[8],
        document_id=row[9],
    )


def _transfer(row: Row) -> TransferRow:
    shipped_on = day(row[4])
    assert shipped_on is not None  # noqa: S101  # the column takes no NULL
    lines = tuple((str(sku), int(units)) for sku, units in parsed(row[7]))
    return TransferRow(
        id=row[0],
        partner=row[1],
        number=row[2],
        ordinal=row[3],
        shipped_on=shipped_on,
        expected_on=day(row[5]),
        carrier=row[6],
        lines=lines,
        input_id=row[8],
        at=moment(row[9]),
    )
