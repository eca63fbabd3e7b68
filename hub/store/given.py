"""What lies with a partner, as its own rooms list it: the most urgent first."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, Integer, Select, Text, bindparam, case, exists, func, or_, select
from sqlalchemy.sql.elements import ColumnElement

from hub.domain import finding
from hub.domain.exchange import Direction
from hub.domain.orders import ChangeState, FulfillmentState
from hub.store import handed
from hub.store.handed import Handed
from hub.store.held import held, held_in_id, pattern, whole
from hub.store.statements import ByKeys, Connection, Statement, canonical, micros
from hub.store.tables import (
    catalog_item,
    document,
    fulfillment,
    fulfillment_line,
    order,
    order_line,
    package,
    partner_item,
    shipment,
)
from hub.store.tables_promises import order_change

NEVER = 2**62
"""The due time of work without one: after everything else."""
_PARTNER = fulfillment.c.partner == bindparam("partner")
_GIVEN = exists().where(
    document.c.fulfillment_id == fulfillment.c.id,
    document.c.direction == Direction.OUT.value,
    document.c.delivered_at.is_not(None),
)
NEXT_DUE = func.coalesce(fulfillment.c.next_due, fulfillment.c.ship_by)
"""When something of it is to leave next: what was put off does not hold the rest back."""
_DUE = func.coalesce(fulfillment.c.next_due, fulfillment.c.ship_by, NEVER)
_OPEN = fulfillment.c.state == FulfillmentState.OPEN.value
# What is shipped so far left in part: pieces of it are open, or it would be closed.
_TO_SHIP = or_(
    fulfillment.c.state == FulfillmentState.IN_PROGRESS.value,
    fulfillment.c.state == FulfillmentState.SHIPPED.value,
)
_LATE = bindparam("now", type_=BigInteger) > NEXT_DUE


class Shelf(StrEnum):
    """What of a partner's work is looked at; what left in part stays to be shipped."""

    CONFIRM = "confirm"
    SHIP = "ship"
    LATE = "late"
    DONE = "done"
    ALL = "all"


_OF: dict[Shelf, ColumnElement[bool]] = {
    Shelf.CONFIRM: _OPEN,
    Shelf.SHIP: _TO_SHIP,
    Shelf.LATE: or_(_OPEN, _TO_SHIP) & _LATE,
    Shelf.DONE: or_(
        fulfillment.c.state == FulfillmentState.CLOSED.value,
        fulfillment.c.state == FulfillmentState.CANCELLED.value,
    ),
    Shelf.ALL: _PARTNER,
}
URGENT_FIRST = frozenset({Shelf.CONFIRM, Shelf.SHIP, Shelf.LATE})
"""Shelves by due time; the others show the newest first."""


def listing(shelf: Shelf) -> Select[tuple[int, str, str]]:
    """Return one page of a shelf from a place on: a due time, or when it was given."""
    place, one = bindparam("place", type_=BigInteger), bindparam("one", type_=Text)
    urgent = shelf in URGENT_FIRST
    key: ColumnElement[int] = _DUE if urgent else fulfillment.c.created_at
    beyond = key > place if urgent else key < place
    next_one = fulfillment.c.id > one if urgent else fulfillment.c.id < one
    page = select(key, fulfillment.c.id, fulfillment.c.order_id).where(
        _PARTNER, _OF[shelf], beyond | ((key == place) & next_one), _GIVEN
    )
    ordered = (
        page.order_by(key, fulfillment.c.id)
        if urgent
        else page.order_by(key.desc(), fulfillment.c.id.desc())
    )
    return ordered.limit(bindparam("limit", type_=Integer))


_LISTS = {shelf: Statement(listing(shelf)) for shelf in Shelf}
_COUNTS = Statement(
    select(
        func.coalesce(func.sum(case((_OPEN, 1), else_=0)), 0),
        func.coalesce(func.sum(case((_TO_SHIP, 1), else_=0)), 0),
        func.coalesce(func.sum(case((_LATE, 1), else_=0)), 0),
    ).where(_PARTNER, _OPEN | _TO_SHIP, _GIVEN)
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


def _finding(condition: ColumnElement[bool]) -> Statement:
    return Statement(
        select(fulfillment.c.id, fulfillment.c.order_id).where(_PARTNER, condition, _GIVEN)
    )


def _with_parcel(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return fulfillment.c.id.in_(
        select(shipment.c.fulfillment_id)
        .join(package, package.c.shipment_id == shipment.c.id)
        .where(condition)
    )


# Each is answered by an index of its own, `or` between them by none.
_FOUND = _finding(fulfillment.c.number == _TEXT)
_FOUND_IN = _finding(
    fulfillment.c.order_id.in_(
        select(order.c.id).where(order.c.brand == bindparam("brand"), order.c.number == _TEXT)
    )
)
_FOUND_BY_PARCEL = [
    _finding(_with_parcel(package.c.tracking == _TEXT)),
    _finding(_with_parcel(package.c.label == _TEXT)),
    _finding(
        fulfillment.c.id.in_(select(shipment.c.fulfillment_id).where(shipment.c.notice == _TEXT))
    ),
]
_FOUND_TYPED = _finding(fulfillment.c.number_plain == _TEXT)
_FOUND_IN_TYPED = _finding(
    fulfillment.c.order_id.in_(
        select(order.c.id).where(order.c.brand == bindparam("brand"), order.c.number_plain == _TEXT)
    )
)
_FOUND_BY_TRACKING_TYPED = _finding(_with_parcel(package.c.tracking_plain == _TEXT))
_LIKE = bindparam("like", type_=Text)
_ARTICLES = Statement(
    select(partner_item.c.sku)
    .select_from(partner_item.join(catalog_item, catalog_item.c.sku == partner_item.c.sku))
    .where(
        partner_item.c.partner == bindparam("partner"),
        or_(
            held(partner_item.c.sku, _LIKE),
            func.ltrim(catalog_item.c.gtin, "0") == bindparam("digits", type_=Text),
            # Few have the word anywhere; only these are read as the JSON they are.
            held(partner_item.c.products, bindparam("within", type_=Text))
            & held_in_id(partner_item.c.products, _LIKE),
        ),
    )
    .order_by(partner_item.c.sku)
    .limit(2)
)
_NUMBERED = ByKeys(
    lambda keys: select(fulfillment.c.id, fulfillment.c.order_id, fulfillment.c.number).where(
        fulfillment.c.number.in_(keys), fulfillment.c.partner == bindparam("partner", type_=Text)
    )
)
_CHANGING = ByKeys(
    lambda keys: (
        select(fulfillment.c.id, fulfillment.c.order_id)
        .distinct()
        .select_from(
            fulfillment.join(order_change, order_change.c.order_id == fulfillment.c.order_id)
        )
        .where(
            fulfillment.c.number.in_(keys),
            fulfillment.c.partner == bindparam("partner", type_=Text),
            order_change.c.state == ChangeState.REQUESTED.value,
        )
    )
)

_HANDED = handed.numbered(_GIVEN)
_OPEN_LINES = ByKeys(
    lambda keys: (
        select(
            fulfillment_line.c.fulfillment_id,
            order.c.brand,
            fulfillment.c.number,
            fulfillment_line.c.number,
            fulfillment_line.c.sku,
            order_line.c.description,
            fulfillment_line.c.open,
            fulfillment_line.c.units_per_pack,
        )
        .select_from(
            fulfillment_line.join(
                fulfillment, fulfillment.c.id == fulfillment_line.c.fulfillment_id
            )
            .join(order, order.c.id == fulfillment.c.order_id)
            .join(order_line, order_line.c.id == fulfillment_line.c.line_id)
        )
        .where(fulfillment_line.c.fulfillment_id.in_(keys), fulfillment_line.c.open > 0)
        .order_by(fulfillment_line.c.fulfillment_id, fulfillment_line.c.ordinal)
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenLine:
    """One line of which pieces still have to leave, with its purchase order's number.

    `open` counts single pieces, whatever packs the partner sells the article in.
    """

    brand: str
    number: str
    line: str
    sku: str
    description: str
    open: int
    units_per_pack: int


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
        start = (-1, "") if shelf in URGENT_FIRST else (NEVER, "")
        place, one = after or start
        values = {"partner": partner, "place": place, "one": one, "limit": limit}
        if shelf is Shelf.LATE:
            values["now"] = micros(now)
        rows = self._connection.rows(_LISTS[shelf], values)
        return [Given(part=row[1], order=row[2], place=(int(row[0]), row[1])) for row in rows]

    def urgent(self, *, partner: str, limit: int, now: datetime) -> list[Given]:
        """Return what still has to leave, confirmed or not, the longest due first."""
        found = [
            one
            for shelf in (Shelf.SHIP, Shelf.CONFIRM)
            for one in self.listed(partner=partner, shelf=shelf, after=None, limit=limit, now=now)
        ]
        return sorted(found, key=lambda one: one.place)[:limit]

    def changing(self, *, partner: str, limit: int) -> list[Given]:
        """Return work of whose orders a change waits for somebody's answer, maybe the partner's."""
        rows = self._connection.rows(_CHANGES, {"partner": partner, "limit": limit})
        return [Given(part=row[0], order=row[1], place=(0, row[0])) for row in rows]

    def changing_of(self, *, partner: str, numbers: Collection[str]) -> list[Given]:
        """Return those of these purchase orders of whose orders a change waits for an answer."""
        return [
            Given(part=row[0], order=row[1], place=(0, row[0]))
            for statement, values in _CHANGING.parts(numbers)
            for row in self._connection.rows(statement, values | {"partner": partner})
        ]

    def found(self, *, partner: str, brands: Collection[str], text: str) -> list[Given]:
        """Return what one number names: purchase order, customer's order, tracking, shipment.

        Two brands may have given the same number: then it names the orders of both.
        """
        if not text.isprintable():  # no number of anything, and no store takes every sign
            return []
        values = {"partner": partner, "text": text}
        tried = [[(_FOUND, values)], [(_FOUND_IN, values | {"brand": brand}) for brand in brands]]
        tried += [[(statement, values)] for statement in _FOUND_BY_PARCEL]
        for asked in tried:
            rows = [row for each, named in asked for row in self._connection.rows(each, named)]
            if rows:
                return [Given(part=row[0], order=row[1], place=(0, row[0])) for row in rows[:50]]
        return []

    def found_typed(self, *, partner: str, brands: Collection[str], text: str) -> list[Given]:
        """Return what a number names by its letters and digits alone, however it is written.

        A purchase order, a customer's order, or a parcel's tracking number: all that it may mean.
        """
        if not text.isprintable():
            return []
        values = {"partner": partner, "text": finding.plain_number(text)}
        asked = [(_FOUND_TYPED, values)]
        asked += [(_FOUND_IN_TYPED, values | {"brand": brand}) for brand in brands]
        asked += [(_FOUND_BY_TRACKING_TYPED, values)]
        rows = [row for each, named in asked for row in self._connection.rows(each, named)]
        return [Given(part=row[0], order=row[1], place=(0, row[0])) for row in rows[:50]]

    def article(self, *, partner: str, text: str) -> str:
        """Return the SKU of the article that the partner is asked for by this id; empty for none.

        An id is a SKU, one of the partner's own, or a GTIN, which may begin with more or fewer
        zeros than we know. What several articles are called is returned as it is.
        """
        if not text.isprintable():
            return ""
        digits = text.lstrip("0") if text.isdecimal() else ""
        values = {"partner": partner, "like": whole(text), "digits": digits or "-"}
        values["within"] = pattern(canonical(text)[1:-1])
        rows = self._connection.rows(_ARTICLES, values)
        return str(rows[0][0]) if len(rows) == 1 else text if rows else ""

    def open_lines(self, given: Sequence[Given]) -> list[OpenLine]:
        """Return what is open of this work, in its order, line by line."""
        found: dict[str, list[OpenLine]] = {one.part: [] for one in given}
        for part, brand, *row in self._connection.keyed(_OPEN_LINES, found):
            number, line, sku, description, open_, units_per_pack = row
            found[part].append(
                OpenLine(
                    brand=brand,
                    number=number,
                    line=line,
                    sku=sku,
                    description=description,
                    open=int(open_),
                    units_per_pack=int(units_per_pack),
                )
            )
        return [line for lines in found.values() for line in lines]

    def handed(self, *, partner: str, numbers: Collection[str]) -> dict[str, Handed]:
        """Return these purchase orders as shipments are judged by them, by number."""
        rows = [
            row
            for statement, values in _HANDED.parts(numbers)
            for row in self._connection.rows(statement, values | {"partner": partner})
        ]
        return {one.part.number: one for one in handed.read(self._connection, rows)}

    def numbered(self, *, partner: str, numbers: Collection[str]) -> dict[str, tuple[str, str]]:
        """Return (part, order) of those of these purchase order numbers that are the partner's."""
        found: dict[str, tuple[str, str]] = {}
        for statement, values in _NUMBERED.parts(numbers):
            for row in self._connection.rows(statement, {**values, "partner": partner}):
                found[row[2]] = (row[0], row[1])
        return found
