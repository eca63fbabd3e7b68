"""What lies with a partner, as its own rooms list it: the most urgent first."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, Integer, Select, Text, bindparam, case, exists, func, or_, select
from sqlalchemy.sql.elements import ColumnElement

from hub.domain.exchange import Direction
from hub.domain.orders import ChangeState, FulfillmentState
from hub.store.statements import ByKeys, Connection, Statement, micros
from hub.store.tables import document, fulfillment, order, package, shipment
from hub.store.tables_promises import order_change

NEVER = 2**62
"""The due time of work without one: after everything else."""
_PARTNER = fulfillment.c.partner == bindparam("partner")
_GIVEN = exists().where(
    document.c.fulfillment_id == fulfillment.c.id,
    document.c.direction == Direction.OUT.value,
    document.c.delivered_at.is_not(None),
)
_DUE = func.coalesce(fulfillment.c.ship_by, NEVER)
_OPEN = fulfillment.c.state == FulfillmentState.OPEN.value
_IN_PROGRESS = fulfillment.c.state == FulfillmentState.IN_PROGRESS.value
_LATE = fulfillment.c.ship_by < bindparam("now", type_=BigInteger)


class Shelf(StrEnum):
    """What of a partner's work is looked at."""

    CONFIRM = "confirm"
    SHIP = "ship"
    LATE = "late"
    DONE = "done"
    ALL = "all"


def _in(*states: FulfillmentState) -> ColumnElement[bool]:
    return or_(*(fulfillment.c.state == state.value for state in states))


_OF: dict[Shelf, ColumnElement[bool]] = {
    Shelf.CONFIRM: _OPEN,
    Shelf.SHIP: _IN_PROGRESS,
    Shelf.LATE: _in(FulfillmentState.OPEN, FulfillmentState.IN_PROGRESS) & _LATE,
    Shelf.DONE: _in(FulfillmentState.SHIPPED, FulfillmentState.CLOSED, FulfillmentState.CANCELLED),
    Shelf.ALL: _PARTNER,
}
_URGENT_FIRST = frozenset({Shelf.CONFIRM, Shelf.SHIP, Shelf.LATE})


def _listing(shelf: Shelf) -> Select[tuple[int, str, str]]:
    """One page of a shelf from a place on; the place is a due time, or when it was given."""
    place, one = bindparam("place", type_=BigInteger), bindparam("one", type_=Text)
    urgent = shelf in _URGENT_FIRST
    key: ColumnElement[int] = _DUE if urgent else fulfillment.c.created_at
    beyond = key > place if urgent else key < place
    next_one = fulfillment.c.id > one if urgent else fulfillment.c.id < one
    listing = select(key, fulfillment.c.id, fulfillment.c.order_id).where(
        _PARTNER, _OF[shelf], beyond | ((key == place) & next_one), _GIVEN
    )
    ordered = (
        listing.order_by(key, fulfillment.c.id)
        if urgent
        else listing.order_by(key.desc(), fulfillment.c.id.desc())
    )
    return ordered.limit(bindparam("limit", type_=Integer))


_LISTS = {shelf: Statement(_listing(shelf)) for shelf in Shelf}
_COUNTS = Statement(
    select(
        func.coalesce(func.sum(case((_OPEN, 1), else_=0)), 0),
        func.coalesce(func.sum(case((_IN_PROGRESS, 1), else_=0)), 0),
        func.coalesce(func.sum(case((_LATE, 1), else_=0)), 0),
    ).where(_PARTNER, _OPEN | _IN_PROGRESS, _GIVEN)
)
_CHANGES = Statement(
    select(fulfillment.c.id, fulfillment.c.order_id)
    .distinct()
    .select_from(order_change.join(fulfillment, fulfillment.c.order_id == order_change.c.order_id))
    .where(order_change.c.state == ChangeState.REQUESTED.value, _PARTNER, _GIVEN)
    .order_by(fulfillment.c.id)
    .limit(bindparam("limit", type_=Integer))
)
_TEXT = bindparam("text", type_=Text)
_FOUND = [
    Statement(select(fulfillment.c.id, fulfillment.c.order_id).where(_PARTNER, condition, _GIVEN))
    for condition in (
        fulfillment.c.number == _TEXT,
        fulfillment.c.order_id.in_(select(order.c.id).where(order.c.number == _TEXT)),
        fulfillment.c.id.in_(
            select(shipment.c.fulfillment_id)
            .join(package, package.c.shipment_id == shipment.c.id)
            .where((package.c.tracking == _TEXT) | (package.c.label == _TEXT))
        ),
        fulfillment.c.id.in_(select(shipment.c.fulfillment_id).where(shipment.c.notice == _TEXT)),
    )
]
_NUMBERED = ByKeys(
    lambda keys: select(fulfillment.c.id, fulfillment.c.order_id, fulfillment.c.number).where(
        fulfillment.c.number.in_(keys), fulfillment.c.partner == bindparam("partner", type_=Text)
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """One part of an order that lies with a partner; `place` goes on after it."""

    part: str
    order: str
    place: tuple[int, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How much waits for a partner."""

    confirm: int
    ship: int
    late: int


class Shelves:
    """A partner's work by what is to be done with it; its papers were delivered."""

    __slots__ = ("_connection",)

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def counts(self, *, partner: str, now: datetime) -> Counts:
        """Return how much there is to confirm and to ship, and how much of both is late."""
        row = self._connection.returned(_COUNTS, {"partner": partner, "now": micros(now)})
        return Counts(confirm=int(row[0]), ship=int(row[1]), late=int(row[2]))

    def listed(
        self,
        *,
        partner: str,
        shelf: Shelf,
        after: tuple[int, str] | None,
        limit: int,
        now: datetime,
    ) -> list[Given]:
        """Return a page: the most urgent first, or of what is done the newest."""
        start = (-1, "") if shelf in _URGENT_FIRST else (NEVER, "")
        place, one = after or start
        values = {"partner": partner, "place": place, "one": one, "limit": limit}
        if shelf is Shelf.LATE:
            values["now"] = micros(now)
        rows = self._connection.rows(_LISTS[shelf], values)
        return [Given(part=row[1], order=row[2], place=(int(row[0]), row[1])) for row in rows]

    def changing(self, *, partner: str, limit: int) -> list[Given]:
        """Return work of whose orders a change waits for somebody's answer, maybe the partner's."""
        rows = self._connection.rows(_CHANGES, {"partner": partner, "limit": limit})
        return [Given(part=row[0], order=row[1], place=(0, row[0])) for row in rows]

    def found(self, *, partner: str, text: str) -> list[Given]:
        """Return what one number names: purchase order, customer's order, tracking, shipment."""
        for statement in _FOUND:
            rows = self._connection.rows(statement, {"partner": partner, "text": text})
            if rows:
                return [Given(part=row[0], order=row[1], place=(0, row[0])) for row in rows[:50]]
        return []

    def numbered(self, *, partner: str, numbers: Collection[str]) -> dict[str, tuple[str, str]]:
        """Return (part, order) of those of these purchase order numbers that are the partner's."""
        found: dict[str, tuple[str, str]] = {}
        for statement, values in _NUMBERED.parts(numbers):
            for row in self._connection.rows(statement, {**values, "partner": partner}):
                found[row[2]] = (row[0], row[1])
        return found
