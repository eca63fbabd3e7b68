"""What people of the house wrote about an order; sealed, for it may say anything of anybody."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, insert, select

from hub.store.people import People
from hub.store.seals import Erased
from hub.store.statements import Connection, Statement, micros, moment
from hub.store.tables import order
from hub.store.tables_desk import order_note

_ADD = Statement(insert(order_note))
_OF_ORDER = Statement(
    select(
        order_note.c.id,
        order_note.c.at,
        order_note.c.who,
        order_note.c.sealed,
        order.c.customer_id,
    )
    .select_from(order_note.join(order))
    .where(order_note.c.order_id == bindparam("order_id"))
    .order_by(order_note.c.at, order_note.c.id)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteRow:
    """One note; its text is empty once the customer was erased."""

    id: str
    at: datetime
    who: str
    text: str


class Notes:
    """Notes on orders; they are added and never changed."""

    __slots__ = ("_connection", "_people")

    def __init__(self, connection: Connection, people: People) -> None:
        self._connection = connection
        self._people = people

    def add(
        self, *, note_id: str, order_id: str, customer_id: str, who: str, text: str, at: datetime
    ) -> None:
        """Seal a note under the customer's key; Erased when the customer was erased."""
        sealed = self._people.seal(customer_id=customer_id, context=note_id, body=text.encode())
        values = {"id": note_id, "order_id": order_id, "at": micros(at), "who": who}
        self._connection.change(_ADD, values | {"sealed": sealed})

    def of_order(self, order_id: str) -> list[NoteRow]:
        """Return the notes on an order, oldest first."""
        rows = self._connection.rows(_OF_ORDER, {"order_id": order_id})
        return [
            NoteRow(id=row[0], at=moment(row[1]), who=row[2], text=self._text(*row)) for row in rows
        ]

    def _text(self, note_id: str, _at: int, _who: str, sealed: bytes, customer_id: str) -> str:
        try:
            plain = self._people.opened(customer_id=customer_id, context=note_id, sealed=sealed)
        except Erased:
            return ""
        return plain.decode()
