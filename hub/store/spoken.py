"""Which orders papers speak of: from a paper to all of them, from an order to all its papers.

A paper's own row has one order, the last it spoke of; a ship notice may speak of ten.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BindParameter, Select, Text, bindparam, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite

from hub.domain.bounds import keepable
from hub.store.exchange_rows import DocumentRow
from hub.store.statements import ByKeys, Connection, Statement
from hub.store.tables import fulfillment, order
from hub.store.tables_desk import document_order
from hub.store.upserts import PerEngine

_DOCUMENT = bindparam("document_id", type_=Text)
_UNDER = (
    select(fulfillment.c.order_id)
    .where(
        fulfillment.c.partner == bindparam("partner", type_=Text),
        fulfillment.c.number == bindparam("number", type_=Text),
    )
    .scalar_subquery()
)
_ROW = {
    "document_id": _DOCUMENT,
    "order_id": func.coalesce(bindparam("known", type_=Text), _UNDER, ""),
    "number": bindparam("number", type_=Text),
}
_lite, _great = sqlite.insert(document_order), postgresql.insert(document_order)
_ADD = PerEngine(
    {
        "sqlite": Statement(_lite.values(_ROW).on_conflict_do_nothing()),
        "postgresql": Statement(_great.values(_ROW).on_conflict_do_nothing()),
    }
)
_FORGET = Statement(
    delete(document_order).where(
        document_order.c.document_id == _DOCUMENT, document_order.c.order_id == ""
    )
)
_beside = document_order.alias("beside")
_SAID_BESIDE = Statement(
    select(_beside.c.document_id, _beside.c.order_id, _beside.c.number).where(
        _beside.c.document_id.in_(
            select(document_order.c.document_id).where(
                document_order.c.order_id == bindparam("order_id", type_=Text)
            )
        )
    )
)
_NUMBERS = ByKeys(
    lambda keys: (
        select(document_order.c.document_id, document_order.c.number)
        .where(document_order.c.document_id.in_(keys), document_order.c.number != "")
        .distinct()
        .order_by(document_order.c.document_id, document_order.c.number)
    )
)
_ORDER_UNDER = Statement(select(_UNDER))
_OF_DOCUMENT = Statement(
    select(document_order.c.order_id, document_order.c.number, order.c.number, order.c.brand)
    .select_from(document_order.outerjoin(order, order.c.id == document_order.c.order_id))
    .where(document_order.c.document_id == _DOCUMENT)
    .order_by(document_order.c.number, document_order.c.order_id)
)


def speaking_of(orders: Select[Any] | Sequence[BindParameter[str]]) -> Select[Any]:
    """Return a subquery for the papers that speak of any of these orders."""
    return select(document_order.c.document_id).where(document_order.c.order_id.in_(orders))


def speaking_of_number(number: BindParameter[str]) -> Select[Any]:
    """Return a subquery for the papers that speak of a purchase order, whosever it is."""
    return select(document_order.c.document_id).where(document_order.c.number == number)


@dataclass(frozen=True, slots=True, kw_only=True)
class SpokenOrder:
    """One order that a paper speaks of.

    `order_id`, `order_number` and `brand` are "" for a purchase order that nobody knows,
    `purchase_order` is "" where the paper named none.
    """

    order_id: str
    purchase_order: str
    order_number: str
    brand: str


class SpokenOrders:
    """Papers and the orders they speak of; whoever read a paper tells which these are."""

    __slots__ = ()

    _connection: Connection

    def add_spoken(self, row: DocumentRow, said: Collection[tuple[str | None, str]]) -> None:
        """Keep of which orders a stored paper speaks, as (order id, purchase order number).

        Where the id is None it is the order behind that number of its partner's, if there is one.
        What was kept before stays, but for numbers that nobody knew: what a paper did to an order,
        or was refused for, stays with that order however it is read later. A number that no index
        takes is left out.
        """
        self._connection.change(_FORGET, {"document_id": row.id})
        kept = dict.fromkeys((order_id, keepable(number)) for order_id, number in said)
        values = [_values(row.id, row.partner, *one) for one in kept if any(one)]
        self._connection.change_all(_ADD, values)

    def _add_own(self, rows: Collection[DocumentRow]) -> None:
        """Keep what stands in the papers' own rows."""
        spoken = [row for row in rows if row.order_id is not None or row.order_number]
        values = [_values(row.id, row.partner, row.order_id, row.order_number) for row in spoken]
        self._connection.change_all(_ADD, values)

    def _add_one(self, document_id: str, partner: str, order_id: str | None, number: str) -> None:
        self._connection.change(_ADD, _values(document_id, partner, order_id, number))

    def spoken_of(self, document_id: str) -> list[SpokenOrder]:
        """Return every order of which a paper speaks, by purchase order number."""
        return [
            SpokenOrder(
                order_id=row[0],
                purchase_order=row[1],
                order_number=row[2] or "",
                brand=row[3] or "",
            )
            for row in self._connection.rows(_OF_DOCUMENT, {"document_id": document_id})
        ]

    def numbers_in(self, documents: Collection[str]) -> dict[str, list[str]]:
        """Return the purchase orders that each of these papers names, by number; no empty lists."""
        found: dict[str, list[str]] = {}
        for document_id, number in self._connection.keyed(_NUMBERS, documents):
            found.setdefault(document_id, []).append(number)
        return found

    def spoken_beside(self, order_id: str) -> dict[str, set[tuple[str, str]]]:
        """Return all that the papers that speak of an order speak of, by the paper's id.

        Each is an order's id, "" for one that nobody knows, and the purchase order number.
        """
        found: dict[str, set[tuple[str, str]]] = {}
        for row in self._connection.rows(_SAID_BESIDE, {"order_id": order_id}):
            found.setdefault(str(row[0]), set()).add((str(row[1]), str(row[2])))
        return found

    def order_under(self, *, partner: str, number: str) -> str | None:
        """Return the id of the order behind a purchase order of a partner's; it is not read."""
        found = self._connection.returned(_ORDER_UNDER, {"partner": partner, "number": number})
        return None if found[0] is None else str(found[0])


def _values(
    document_id: str, partner: str, order_id: str | None, number: str
) -> dict[str, str | None]:
    return {"document_id": document_id, "known": order_id, "number": number, "partner": partner}
