"""A partner's work sifted further: of one buyer, with an article, to ship within days, presents.

And what of its papers came to nothing and was not said again since.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import BigInteger, Integer, Text, bindparam, exists, or_, select, true
from sqlalchemy.sql.elements import ColumnElement

from hub.domain.exchange import Direction, DocumentState, Problem
from hub.domain.posted import PostedSet
from hub.store.given import NEVER, NEXT_DUE, URGENT_FIRST, Given, Shelf, listing
from hub.store.held import held, held_in_id, pattern
from hub.store.problems import problems_read
from hub.store.statements import Connection, Statement, micros, moment
from hub.store.tables import document, fulfillment, fulfillment_line, order, ship_group


@dataclass(frozen=True, slots=True, kw_only=True)
class Sieve:
    """What of a shelf is wanted; what is empty or None lets everything through.

    `article` is a part of an id, whatever its letter case as far as the store knows letters: all
    know ASCII's. Days are from `due_from` on and before `due_before`; work without a day to ship by
    is in no span of days.
    """

    brand: str = ""
    article: str = ""
    due_from: datetime | None = None
    due_before: datetime | None = None
    gifts: bool = False


def _articles() -> ColumnElement[bool]:
    like = bindparam("like", type_=Text)
    return exists().where(
        fulfillment_line.c.fulfillment_id == fulfillment.c.id,
        or_(held(fulfillment_line.c.sku, like), held_in_id(fulfillment_line.c.products, like)),
    )


_HOLES: dict[str, ColumnElement[bool]] = {
    "brand": exists().where(
        order.c.id == fulfillment.c.order_id, order.c.brand == bindparam("brand", type_=Text)
    ),
    "like": _articles(),
    "due_from": bindparam("due_from", type_=BigInteger) <= NEXT_DUE,
    "due_before": bindparam("due_before", type_=BigInteger) > NEXT_DUE,
    "gifts": exists().where(ship_group.c.id == fulfillment.c.group_id, ship_group.c.gift == true()),
}


@lru_cache(maxsize=256)
def _statement(shelf: Shelf, holes: frozenset[str]) -> Statement:
    """One page of a shelf through some holes; each set of them is compiled once."""
    return Statement(listing(shelf).where(*(_HOLES[name] for name in sorted(holes))))


_LATER = document.alias("later")
_UNTAKEN = Statement(
    select(
        document.c.id,
        document.c.set_id,
        document.c.order_number,
        document.c.at,
        document.c.problems,
    )
    .where(
        document.c.partner == bindparam("partner", type_=Text),
        document.c.at >= bindparam("since", type_=BigInteger),
        document.c.direction == Direction.IN.value,
        # What was to be taken back stands as it was: nothing is left to be said anew.
        document.c.set_id != PostedSet.SHIPMENT_VOID.value,
        document.c.set_id != PostedSet.ANSWER_VOID.value,
        or_(
            document.c.state == DocumentState.REFUSED.value,
            document.c.state == DocumentState.REJECTED.value,
            document.c.state == DocumentState.PARKED.value,
        ),
        ~exists().where(
            _LATER.c.partner == bindparam("partner", type_=Text),
            _LATER.c.at > document.c.at,
            _LATER.c.order_number == document.c.order_number,
            _LATER.c.set_id == document.c.set_id,
            or_(
                _LATER.c.state == DocumentState.APPLIED.value,
                _LATER.c.state == DocumentState.PARTLY_APPLIED.value,
            ),
        ),
    )
    .order_by(document.c.at.desc(), document.c.id)
    .limit(bindparam("limit", type_=Integer))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Untaken:
    """A paper of a partner's that came to nothing; `order_number` is empty for a stock report."""

    id: str
    set_id: str
    order_number: str
    at: datetime
    problems: tuple[Problem, ...]


class Sifted:
    """Pages of a shelf of which not everything is wanted, and papers that came to nothing."""

    __slots__ = ("_connection",)

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def listed(
        self,
        *,
        partner: str,
        shelf: Shelf,
        sieve: Sieve,
        after: tuple[int, str] | None,
        limit: int,
        now: datetime,
    ) -> list[Given]:
        """Return a page of a shelf in its own order, of what the sieve lets through."""
        wanted = _wanted(sieve)
        place, one = after or ((-1, "") if shelf in URGENT_FIRST else (NEVER, ""))
        values = {"partner": partner, "place": place, "one": one, "limit": limit, **wanted}
        values.pop("gifts", None)  # it needs no value
        if shelf is Shelf.LATE:
            values["now"] = micros(now)
        rows = self._connection.rows(_statement(shelf, frozenset(wanted)), values)
        return [Given(part=row[1], order=row[2], place=(int(row[0]), row[1])) for row in rows]

    def untaken(self, *, partner: str, since: datetime, limit: int) -> list[Untaken]:
        """Return papers since then that did not count, and after which none of their kind did."""
        values = {"partner": partner, "since": micros(since), "limit": limit}
        return [
            Untaken(
                id=row[0],
                set_id=row[1],
                order_number=row[2],
                at=moment(row[3]),
                problems=problems_read(row[4]),
            )
            for row in self._connection.rows(_UNTAKEN, values)
        ]


def _wanted(sieve: Sieve) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if sieve.brand:
        found["brand"] = sieve.brand
    if sieve.article:
        found["like"] = pattern(sieve.article)
    if sieve.due_from is not None:
        found["due_from"] = micros(sieve.due_from)
    if sieve.due_before is not None:
        found["due_before"] = micros(sieve.due_before)
    if sieve.gifts:
        found["gifts"] = True
    return found
