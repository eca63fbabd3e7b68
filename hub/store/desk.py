"""What operators look for among papers: by filters, by any number, and what became of each.

Pages go by (moment, id), newest first, never by counting rows off. Nothing here writes, but for
the note that a delivery is a copy that one of us made.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Text,
    bindparam,
    false,
    func,
    insert,
    select,
    tuple_,
)

from hub.domain.exchange import TransmissionState
from hub.store import desk_rows
from hub.store.desk_deliveries import DeskDeliveries
from hub.store.desk_rows import LIMIT, NEWEST_FIRST, ROWS
from hub.store.exchange_rows import (
    DOCUMENT,
    INTERCHANGE,
    DocumentRow,
    InterchangeRow,
    document_read,
    interchange_read,
)
from hub.store.spoken import speaking_of, speaking_of_number
from hub.store.statements import (
    Row,
    Statement,
    micros,
    moment,
    moment_or_none,
    now_micros,
    parsed,
)
from hub.store.tables import (
    document,
    fact,
    fulfillment,
    input_,
    interchange,
    lane,
    order,
    package,
    shipment,
    transmission,
)
from hub.store.tables_desk import edited_copy
from hub.store.tables_promises import watch

_SOUGHT = bindparam("sought", type_=Text)


def _by(condition: ColumnElement[bool]) -> Statement:
    return Statement(ROWS.where(condition).order_by(*NEWEST_FIRST).limit(LIMIT))


_OF_TRACKING = (
    select(shipment.c.order_id)
    .select_from(shipment.join(package, package.c.shipment_id == shipment.c.id))
    .where(package.c.tracking_plain == _SOUGHT)
)
_OF_NUMBER = select(order.c.id).where(
    order.c.brand == bindparam("brand"), order.c.number_plain == _SOUGHT
)
_OF_PART = select(fulfillment.c.order_id).where(fulfillment.c.number_plain == _SOUGHT)
_IN = document.c.transmission_id
# Each is answered by an index of its own; `or` between them would be answered by none.
SEARCHES: Mapping[str, Statement] = {
    "document": _by(document.c.id == _SOUGHT),
    "delivery": _by(_IN == _SOUGHT),
    "purchase order": _by(document.c.id.in_(speaking_of_number(_SOUGHT))),
    "order": _by(document.c.id.in_(speaking_of(_OF_NUMBER))),
    "part": _by(document.c.id.in_(speaking_of(_OF_PART))),
    "tracking": _by(document.c.id.in_(speaking_of(_OF_TRACKING))),
    "interchange": _by(
        _IN.in_(select(interchange.c.transmission_id).where(interchange.c.number == _SOUGHT))
    ),
    "control": _by(document.c.number == _SOUGHT),
    "file": _by(_IN.in_(select(transmission.c.id).where(transmission.c.name == _SOUGHT))),
}
"""What may be looked for, by what it is; `order` needs a brand beside the number."""

_ENVELOPE = Statement(
    select(*(interchange.c[name] for name in INTERCHANGE)).where(
        interchange.c.id == bindparam("id")
    )
)
_ONE = Statement(ROWS.where(document.c.id == bindparam("id", type_=Text)))
_ABOUT_ORDER = Statement(
    ROWS.where(document.c.id.in_(speaking_of([bindparam("order_id", type_=Text)])))
    .order_by(document.c.at, document.c.id)
    .limit(LIMIT)
)
_INPUTS = Statement(
    select(input_.c.id, input_.c.kind, input_.c.at, input_.c.who, input_.c.body, input_.c.hashes)
    .where(input_.c.subject == bindparam("subject"))
    .order_by(input_.c.at, input_.c.id)
    .limit(LIMIT)
)
_LAST = Statement(
    select(func.max(transmission.c.at)).where(
        transmission.c.partner == bindparam("partner"),
        transmission.c.channel == bindparam("channel"),
        transmission.c.direction == bindparam("direction"),
        transmission.c.state != TransmissionState.READY.value,  # it did not leave yet
    )
)
_FILES = Statement(
    select(
        transmission.c.id,
        transmission.c.name,
        transmission.c.direction,
        transmission.c.channel,
        transmission.c.state,
        transmission.c.size,
        transmission.c.at,
    )
    .where(
        transmission.c.partner == bindparam("partner"),
        transmission.c.channel == bindparam("channel"),
        transmission.c.direction == bindparam("direction"),
    )
    .order_by(transmission.c.at.desc())
    .limit(LIMIT)
)
_AWAITED = (
    watch.c.hold,
    watch.c.kind,
    watch.c.partner,
    watch.c.subject,
    watch.c.order_id,
    watch.c.due_at,
    watch.c.rung_at,
    order.c.number,
    order.c.brand,
)


@cache
def _awaited(*, after: bool) -> Statement:
    page = (
        select(*_AWAITED)
        .select_from(watch.outerjoin(order, order.c.id == watch.c.order_id))
        .where(watch.c.kind == bindparam("kind"))
        .order_by(watch.c.due_at, watch.c.hold)
    )
    if after:
        last = tuple_(bindparam("after_at", type_=BigInteger), bindparam("after_hold", type_=Text))
        page = page.where(tuple_(watch.c.due_at, watch.c.hold) > last)
    return Statement(page.limit(LIMIT))


_HELD = Statement(select(lane.c.name).where(lane.c.lease_until > now_micros()).limit(1))
_UNRUNG = Statement(
    select(watch.c.hold)
    .where(watch.c.rung_at.is_(None), watch.c.due_at < bindparam("before", type_=BigInteger))
    .limit(1)
)
_UNSEALED = Statement(
    select(fact.c.id)
    .where(fact.c.sealed == false(), fact.c.at < bindparam("before", type_=BigInteger))
    .limit(1)
)
_OVERDUE = Statement(
    select(func.count()).where(
        watch.c.kind == bindparam("kind", type_=Text),
        watch.c.due_at <= bindparam("now", type_=BigInteger),
    )
)
_CLOCK = Statement(select(now_micros()))
_ADD_COPY = Statement(insert(edited_copy))
_ORIGIN = Statement(
    select(edited_copy.c.origin).where(edited_copy.c.transmission_id == bindparam("id"))
)
_COPIES = Statement(
    select(func.coalesce(document.c.id, edited_copy.c.transmission_id))
    .select_from(edited_copy.outerjoin(document, edited_copy.c.transmission_id == _IN))
    .where(edited_copy.c.origin == bindparam("origin"))
    .order_by(edited_copy.c.at)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenDocument:
    """One paper with what stands beside it: its delivery, its envelope and what is awaited.

    `receipt_due` and `response_due` are None where nothing is awaited (any more); `…_rung` that it
    did not come in time.
    """

    row: DocumentRow
    delivery_state: TransmissionState
    delivery_name: str
    delivery_attempts: int
    interchange_number: str
    receipt_due: datetime | None
    receipt_rung: bool
    response_due: datetime | None
    response_rung: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class InputRow:
    """One row of input about something: what was done, when, by whom, under which hashes."""

    id: str
    kind: str
    at: datetime
    who: str
    body: Mapping[str, object]
    hashes: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRow:
    """One delivery as a list shows it."""

    id: str
    name: str
    direction: str
    channel: str
    state: str
    size: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AwaitedRow:
    """One thing awaited of a partner, whether it is late, and the order it is about."""

    hold: str
    kind: str
    partner: str
    subject: str
    order_id: str | None
    due_at: datetime
    rung_at: datetime | None
    order_number: str
    brand: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Holds:
    """How the holds of what is awaited begin: of a receipt, of an answer."""

    receipt: str
    response: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which papers a list is to hold: empty is every one; older than `before`, not than `until`."""

    partner: str = ""
    set_id: str = ""
    direction: str = ""
    light: str = ""
    before: tuple[datetime, str] | None = None
    until: tuple[datetime, str] | None = None

    def bound(self) -> dict[str, Any]:
        """Return the values that a statement needs."""
        named = {"partner": self.partner, "set_id": self.set_id, "direction": self.direction}
        values: dict[str, Any] = {name: text for name, text in named.items() if text}
        for name, place in (("before", self.before), ("until", self.until)):
            if place is not None:
                values |= {f"{name}_at": micros(place[0]), f"{name}_id": place[1]}
        return values


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """One paper's numbers and its file's name."""

    id: str
    texts: tuple[str, ...]


class Desk(DeskDeliveries):
    """Papers as operators look for them."""

    __slots__ = ()

    def page(self, holds: Holds, asked: Asked, *, limit: int) -> list[SeenDocument]:
        """Return papers, newest first, that may be among those asked for.

        Whether a light is the worst of its paper the caller has to see: more rows than those that
        show it may come.
        """
        values = asked.bound()
        statement = desk_rows.page(frozenset(values), asked.light)
        return self._seen(statement, holds, values | {"limit": limit})

    def place(self, asked: Asked, *, passed: int) -> tuple[datetime, str] | None:
        """Return where so many papers of the partner, whatever else is asked, are passed by."""
        values = Asked(partner=asked.partner, before=asked.before, until=asked.until).bound()
        row = self._connection.row(desk_rows.place(frozenset(values)), values | {"passed": passed})
        return None if row is None else (moment(row[0]), str(row[1]))

    def words(self, asked: Asked, *, limit: int) -> list[Wording]:
        """Return numbers and names of the newest papers of the partner."""
        values = Asked(partner=asked.partner, before=asked.before, until=asked.until).bound()
        statement = desk_rows.words(frozenset(values))
        return [
            _wording(row) for row in self._connection.rows(statement, values | {"limit": limit})
        ]

    def several(self, holds: Holds, keys: Sequence[str], *, by: str = "id") -> list[SeenDocument]:
        """Return the papers of these keys, newest first; `by` is one of `desk_rows.SEVERAL`."""
        every = {"receipt_hold": holds.receipt, "response_hold": holds.response}
        rows = [
            _read(row)
            for part, values in desk_rows.SEVERAL[by].parts(keys)
            for row in self._connection.rows(part, values | every)
        ]
        return sorted(rows, key=lambda one: (one.row.at, one.row.id), reverse=True)

    def search(
        self, holds: Holds, *, kind: str, sought: str, brand: str, limit: int
    ) -> list[SeenDocument]:
        """Return the papers that one of `SEARCHES` finds, newest first."""
        values: dict[str, Any] = {"sought": sought, "limit": limit}
        if kind == "order":
            values["brand"] = brand
        return self._seen(SEARCHES[kind], holds, values)

    def one(self, holds: Holds, document_id: str) -> SeenDocument:
        """Return one paper; KeyError when there is none."""
        found = self._seen(_ONE, holds, {"id": document_id})
        if not found:
            raise KeyError(document_id)
        return found[0]

    def envelope(self, interchange_id: str) -> InterchangeRow:
        """Return an envelope; a paper always has one."""
        return interchange_read(self._connection.returned(_ENVELOPE, {"id": interchange_id}))

    def of_order(self, holds: Holds, order_id: str, *, limit: int) -> list[SeenDocument]:
        """Return the papers that speak of an order, oldest first."""
        return self._seen(_ABOUT_ORDER, holds, {"order_id": order_id, "limit": limit})

    def inputs(self, subject: str, *, limit: int) -> list[InputRow]:
        """Return what was done to a thing, oldest first."""
        rows = self._connection.rows(_INPUTS, {"subject": subject, "limit": limit})
        return [_input(row) for row in rows]

    def last(self, *, partner: str, channel: str, direction: str) -> datetime | None:
        """Return when something last went over a channel that way."""
        values = {"partner": partner, "channel": channel, "direction": direction}
        row = self._connection.row(_LAST, values)
        return None if row is None else moment_or_none(row[0])

    def files(self, *, partner: str, channel: str, direction: str, limit: int) -> list[FileRow]:
        """Return the newest deliveries of a channel one way."""
        values = {"partner": partner, "channel": channel, "direction": direction, "limit": limit}
        return [_file(row) for row in self._connection.rows(_FILES, values)]

    def awaited(
        self, kind: str, *, after: tuple[datetime, str] | None, limit: int
    ) -> list[AwaitedRow]:
        """Return what is awaited of that kind, the longest due first, after (due, hold)."""
        values: dict[str, Any] = {"kind": kind, "limit": limit}
        if after is not None:
            values |= {"after_at": micros(after[0]), "after_hold": after[1]}
        rows = self._connection.rows(_awaited(after=after is not None), values)
        return [_awaited_row(row) for row in rows]

    def is_worked_on(self) -> bool:
        """Whether a worker holds a lane at this moment."""
        return self._connection.row(_HELD) is not None

    def is_left_undone(self, *, before: datetime) -> bool:
        """Whether something has waited for a worker since before then: a watch, or a fact."""
        values = {"before": micros(before)}
        return any(self._connection.row(one, values) is not None for one in (_UNRUNG, _UNSEALED))

    def overdue(self, kind: str, *, now: datetime) -> int:
        """Count what of a kind did not come in time and is still awaited; rung or not yet."""
        return int(self._connection.returned(_OVERDUE, {"kind": kind, "now": micros(now)})[0])

    def clock(self) -> datetime:
        """Return what time the database has; on SQLite that is this machine's own."""
        return moment(self._connection.returned(_CLOCK, {})[0])

    def add_copy(self, transmission_id: str, *, origin: str, at: datetime, who: str) -> None:
        """Keep that a stored delivery is somebody's copy of a paper or delivery."""
        values = {"transmission_id": transmission_id, "origin": origin, "who": who}
        self._connection.change(_ADD_COPY, values | {"at": micros(at)})

    def origin(self, transmission_id: str) -> str:
        """Return what a delivery was copied from, "" when a partner sent it."""
        row = self._connection.row(_ORIGIN, {"id": transmission_id})
        return "" if row is None else str(row[0])

    def copies(self, origin: str) -> list[str]:
        """Return the papers in copies of a paper or delivery, oldest first.

        A copy in which no paper was found (yet) is told as its delivery.
        """
        return [str(row[0]) for row in self._connection.rows(_COPIES, {"origin": origin})]

    def _seen(
        self, statement: Statement, holds: Holds, values: Mapping[str, Any]
    ) -> list[SeenDocument]:
        every = {**values, "receipt_hold": holds.receipt, "response_hold": holds.response}
        return [_read(row) for row in self._connection.rows(statement, every)]


def _read(row: Row) -> SeenDocument:
    beside = row[len(DOCUMENT) :]
    return SeenDocument(
        row=document_read(row),
        delivery_state=TransmissionState(beside[0]),
        delivery_name=beside[1],
        delivery_attempts=beside[2],
        interchange_number=beside[3],
        receipt_due=moment_or_none(beside[4]),
        receipt_rung=beside[5] is not None,
        response_due=moment_or_none(beside[6]),
        response_rung=beside[7] is not None,
    )


def _wording(row: Row) -> Wording:
    *texts, control, transmission_id = row[1:]
    # What has no number of its own is told apart by its delivery, which is no number to look for.
    return Wording(id=row[0], texts=(*texts, control if control != transmission_id else ""))


def _input(row: Row) -> InputRow:
    return InputRow(
        id=row[0],
        kind=row[1],
        at=moment(row[2]),
        who=row[3],
        body=parsed(row[4]) if row[4] else {},
        hashes=parsed(row[5]),
    )


def _file(row: Row) -> FileRow:
    names: Sequence[str] = [one.name for one in fields(FileRow)]
    values = dict(zip(names, row, strict=True))
    return FileRow(**(values | {"at": moment(values["at"])}))


def _awaited_row(row: Row) -> AwaitedRow:
    return AwaitedRow(
        hold=row[0],
        kind=row[1],
        partner=row[2],
        subject=row[3],
        order_id=row[4],
        due_at=moment(row[5]),
        rung_at=moment_or_none(row[6]),
        order_number=row[7] or "",
        brand=row[8] or "",
    )
