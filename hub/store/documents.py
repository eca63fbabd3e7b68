"""Papers: their states, what they are about, the stamps of those we sent, and their effects."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Integer,
    Select,
    Text,
    bindparam,
    func,
    insert,
    select,
    tuple_,
    update,
)

from hub.domain.exchange import Direction, DocumentState, Problem, moved_document
from hub.domain.facts import Effect
from hub.store.exchange_rows import DOCUMENT, DocumentRow, document_read, document_values
from hub.store.problems import problems_text
from hub.store.spoken import SpokenOrders, speaking_of
from hub.store.statements import (
    ByKeys,
    Connection,
    Row,
    Statement,
    canonical,
    micros,
    micros_or_none,
    parsed,
)
from hub.store.tables import document, effect

_COLUMNS = [document.c[name] for name in DOCUMENT]
_ALL: Select[Any] = select(*_COLUMNS)
_OLDEST_FIRST = (document.c.at, document.c.transmission_id, document.c.ordinal)
_LIMIT = bindparam("limit", type_=Integer)
_THIS = document.c.id == bindparam("row_id", type_=Text)

_ADD = Statement(insert(document))
_ONE = Statement(_ALL.where(document.c.id == bindparam("id")))
_OF_TRANSMISSION = Statement(
    _ALL.where(document.c.transmission_id == bindparam("transmission_id")).order_by(
        document.c.ordinal
    )
)
_WAITING = Statement(
    _ALL.where(
        document.c.direction == Direction.IN.value,
        document.c.state == bindparam("state"),
        document.c.partner == bindparam("partner"),
        document.c.channel == bindparam("channel"),
    )
    .order_by(*_OLDEST_FIRST)
    .limit(_LIMIT)
)
_OF_ORDER = Statement(
    _ALL.where(document.c.id.in_(speaking_of([bindparam("order_id", type_=Text)]))).order_by(
        *_OLDEST_FIRST
    )
)
_OF_ORDERS = ByKeys(lambda keys: _ALL.where(document.c.order_id.in_(keys)).order_by(*_OLDEST_FIRST))
_RECEIPTED = Statement(
    _ALL.where(
        document.c.direction == Direction.OUT.value,
        document.c.partner == bindparam("partner"),
        document.c.function == bindparam("function"),
        document.c.group_number == bindparam("group_number"),
    ).order_by(*_OLDEST_FIRST)
)
_SENT_FOR = Statement(
    _ALL.where(
        document.c.direction == Direction.OUT.value,
        document.c.fulfillment_id == bindparam("fulfillment_id"),
    ).order_by(*_OLDEST_FIRST)
)

_SENT_UNDER = Statement(
    _ALL.where(
        document.c.direction == Direction.OUT.value,
        document.c.partner == bindparam("partner"),
        document.c.order_number == bindparam("number"),
    ).order_by(*_OLDEST_FIRST)
)


@cache
def _page(filters: frozenset[str]) -> Statement:
    page = _ALL.order_by(document.c.at.desc(), document.c.id.desc())
    for name in sorted(filters - {"before_at", "before_id"}):
        page = page.where(document.c[name] == bindparam(name))
    if "before_at" in filters:
        last = tuple_(bindparam("before_at", type_=BigInteger), bindparam("before_id", type_=Text))
        page = page.where(tuple_(document.c.at, document.c.id) < last)
    return Statement(page.limit(_LIMIT))


_STATE = Statement(
    select(document.c.state, document.c.partner)
    .where(document.c.id == bindparam("id"))
    .with_for_update(key_share=True)
)
_MOVE = Statement(
    update(document)
    .where(_THIS)
    .values(
        state=bindparam("state"),
        settled_at=bindparam("settled_at"),
        **{
            name: func.coalesce(bindparam(name, type_=Text), document.c[name])
            for name in (
                "problems", "business_key", "purpose", "order_number", "order_id",
                "fulfillment_id", "hashes",
            )
        },
    )
)  # fmt: skip
_ATTEMPT = Statement(update(document).where(_THIS).values(attempts=document.c.attempts + 1))
_STAMP = Statement(
    update(document)
    .where(_THIS)
    .values(
        valid=func.coalesce(bindparam("valid", type_=Boolean), document.c.valid),
        answered_by=func.coalesce(bindparam("answered_by", type_=Text), document.c.answered_by),
        **{
            name: func.coalesce(bindparam(name, type_=BigInteger), document.c[name])
            for name in ("delivered_at", "valid_at", "answered_at", "told_at")
        },
    )
)
_UNANSWER = Statement(
    update(document)
    .where(
        document.c.fulfillment_id == bindparam("part", type_=Text),
        document.c.answered_by == bindparam("former", type_=Text),
    )
    .values(answered_at=None, answered_by=None)
)
_UNDER_KEY = Statement(
    _ALL.where(document.c.business_key == bindparam("business_key")).order_by(
        document.c.at, document.c.id
    )
)
_ADD_EFFECT = Statement(insert(effect))
_EFFECTS = Statement(
    select(effect.c.subject, effect.c.ordinal, effect.c.what).where(
        effect.c.business_key == bindparam("business_key")
    )
)
_EFFECTS_OF = Statement(
    select(effect.c.business_key, effect.c.subject, effect.c.ordinal, effect.c.what)
    .where(effect.c.document_id == bindparam("document_id"))
    .order_by(effect.c.business_key, effect.c.subject, effect.c.ordinal)
)


class Documents(SpokenOrders):
    """Custody of papers: each is a slice of a delivery with a state, stamps and effects."""

    __slots__ = ()

    _connection: Connection

    def add_documents(self, rows: Sequence[DocumentRow]) -> None:
        """Store papers of a stored delivery and envelope, with the order that each names."""
        self._connection.change_all(_ADD, [document_values(row) for row in rows])
        self._add_own(rows)

    def document(self, document_id: str) -> DocumentRow:
        """Return a paper; KeyError when there is none."""
        row = self._connection.row(_ONE, {"id": document_id})
        if row is None:
            raise KeyError(document_id)
        return document_read(row)

    def documents(self, *, transmission_id: str) -> list[DocumentRow]:
        """Return the papers of a delivery in the order they lie in it."""
        return self._read(_OF_TRANSMISSION, {"transmission_id": transmission_id})

    def documents_waiting(
        self, *, partner: str, channel: str, state: DocumentState, limit: int
    ) -> list[DocumentRow]:
        """Return a channel's inbound papers in that state, oldest first."""
        values = {"partner": partner, "channel": channel, "state": state.value, "limit": limit}
        return self._read(_WAITING, values)

    def documents_of_order(self, order_id: str) -> list[DocumentRow]:
        """Return every paper that speaks of an order, both ways, oldest first.

        Of one that speaks of several, its own row names the last.
        """
        return self._read(_OF_ORDER, {"order_id": order_id})

    def documents_of_orders(self, order_ids: Collection[str]) -> dict[str, list[DocumentRow]]:
        """Return the papers whose own row names one of these orders, both ways, oldest first."""
        found: dict[str, list[DocumentRow]] = {one: [] for one in order_ids}
        for row in map(document_read, self._connection.keyed(_OF_ORDERS, order_ids)):
            found[str(row.order_id)].append(row)
        return found

    def documents_page(
        self,
        *,
        partner: str | None,
        set_id: str | None,
        state: str | None,
        limit: int,
        before: tuple[datetime, str] | None,
    ) -> list[DocumentRow]:
        """Return papers, newest first, older than (at, id)."""
        asked: dict[str, Any] = {"partner": partner, "set_id": set_id, "state": state}
        if before is not None:
            asked |= {"before_at": micros(before[0]), "before_id": before[1]}
        values = {name: value for name, value in asked.items() if value is not None}
        return self._read(_page(frozenset(values)), values | {"limit": limit})

    def receipted(self, *, partner: str, function: str, group_number: str) -> list[DocumentRow]:
        """Return our papers that a receipt means (X12 997 AK101, AK102)."""
        values = {"partner": partner, "function": function, "group_number": group_number}
        return self._read(_RECEIPTED, values)

    def sent_for(self, fulfillment_id: str) -> list[DocumentRow]:
        """Return what we composed for a partner's part, oldest first."""
        return self._read(_SENT_FOR, {"fulfillment_id": fulfillment_id})

    def sent_under(self, *, partner: str, number: str) -> list[DocumentRow]:
        """Return what we composed for a partner under a purchase order number, oldest first."""
        return self._read(_SENT_UNDER, {"partner": partner, "number": number})

    def under_key(self, business_key: str) -> list[DocumentRow]:
        """Return every paper of that business key, oldest first."""
        return self._read(_UNDER_KEY, {"business_key": business_key})

    def _read(self, statement: Statement, values: Mapping[str, Any]) -> list[DocumentRow]:
        return [document_read(row) for row in self._connection.rows(statement, values)]

    def move_document(
        self,
        document_id: str,
        *,
        then: DocumentState,
        at: datetime,
        problems: Sequence[Problem] | None = None,
        business_key: str | None = None,
        purpose: str | None = None,
        order_number: str | None = None,
        order_id: str | None = None,
        fulfillment_id: str | None = None,
        hashes: Mapping[str, str] | None = None,
    ) -> None:
        """Move a paper to another state; Conflict when it may not go there.

        What is None stays as it is. A paper that goes back to `received` is not settled any more.
        Of which orders it speaks besides is told by `add_spoken`.
        """
        row = self._connection.row(_STATE, {"id": document_id})
        if row is None:
            raise KeyError(document_id)
        moved_document(now=DocumentState(row[0]), then=then)
        values = {
            "row_id": document_id,
            "state": then.value,
            "settled_at": None if then is DocumentState.RECEIVED else micros(at),
            "problems": None if problems is None else problems_text(problems),
            "business_key": business_key,
            "purpose": purpose,
            "order_number": order_number,
            "order_id": order_id,
            "fulfillment_id": fulfillment_id,
            "hashes": None if hashes is None else canonical(hashes),
        }
        self._connection.change(_MOVE, values)
        if order_id is not None or order_number:
            self._add_one(document_id, row[1], order_id, order_number or "")

    def count_document_attempt(self, document_id: str) -> None:
        """Count one more attempt at a paper; to be committed before it."""
        self._connection.change(_ATTEMPT, {"row_id": document_id})

    def stamp(
        self,
        document_id: str,
        *,
        delivered_at: datetime | None = None,
        valid_at: datetime | None = None,
        valid: bool | None = None,
        answered_at: datetime | None = None,
        answered_by: str | None = None,
        told_at: datetime | None = None,
    ) -> None:
        """Set the given stamps of a paper of ours and leave the others alone."""
        values = {
            "row_id": document_id,
            "delivered_at": micros_or_none(delivered_at),
            "valid_at": micros_or_none(valid_at),
            "valid": valid,
            "answered_at": micros_or_none(answered_at),
            "answered_by": answered_by,
            "told_at": micros_or_none(told_at),
        }
        self._connection.change(_STAMP, values)

    def unanswer(self, *, fulfillment_id: str, document_id: str) -> None:
        """Take the answered stamp off what a paper answered: the answer was taken back."""
        values = {"part": fulfillment_id, "former": document_id}
        self._connection.change(_UNANSWER, values)

    def effects(self, *, business_key: str) -> dict[tuple[str, int], Mapping[str, object]]:
        """Return what papers of that business key did so far, by line."""
        rows = self._connection.rows(_EFFECTS, {"business_key": business_key})
        return {(subject, ordinal): parsed(what) for subject, ordinal, what in rows}

    def add_effects(
        self, effects: Sequence[Effect], *, document_id: str, order_id: str | None
    ) -> None:
        """Store what a paper did; Conflict when one of them was done already."""
        rows = [
            {
                "business_key": one.business_key,
                "subject": one.subject,
                "ordinal": one.ordinal,
                "order_id": order_id,
                "document_id": document_id,
                "what": canonical(one.what),
            }
            for one in effects
        ]
        self._connection.change_all(_ADD_EFFECT, rows)

    def effects_of(self, document_id: str) -> list[Effect]:
        """Return what one paper did."""
        rows = self._connection.rows(_EFFECTS_OF, {"document_id": document_id})
        return [_effect(row) for row in rows]


def _effect(row: Row) -> Effect:
    return Effect(business_key=row[0], subject=row[1], ordinal=row[2], what=parsed(row[3]))
