"""Exceptions: what waits for a person, one open at a time for each thing that is stuck."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Integer, Text, bindparam, null, or_, select, update

from hub.domain.exchange import Problem
from hub.domain.facts import Stuck
from hub.domain.names import Names
from hub.store.problems import first_error, problems_read, problems_text
from hub.store.statements import (
    Connection,
    Row,
    Statement,
    micros,
    micros_or_none,
    moment,
    moment_or_none,
)
from hub.store.tables import exception
from hub.store.upserts import upsert

COLUMNS = [
    exception.c.id,
    exception.c.hold,
    exception.c.kind,
    exception.c.partner,
    exception.c.order_id,
    exception.c.document_id,
    exception.c.transmission_id,
    exception.c.text,
    exception.c.next_step,
    exception.c.problems,
    exception.c.due_at,
    exception.c.opened_at,
    exception.c.closed_at,
    exception.c.closed_by,
    exception.c.taken_by,
    exception.c.taken_at,
]
"""Of one exception, as `ExceptionRow` and the queue read them."""
_OPEN = upsert(
    exception,
    on=["hold"],
    setting=[
        "kind", "partner", "order_id", "document_id", "transmission_id", "text", "next_step",
        "problems", "due_at", "code",
    ],
)  # fmt: skip
_CLEAR = Statement(
    update(exception)
    .where(exception.c.hold == bindparam("open_hold", type_=Text))
    .values(hold=null(), closed_at=bindparam("closed_at"), closed_by=bindparam("closed_by"))
)
# Only what is nobody's, or still is as it was seen, is taken: of two who ask at once one gets it.
_TAKE = Statement(
    update(exception)
    .where(
        exception.c.id == bindparam("row", type_=Text),
        exception.c.hold.is_not(None),
        or_(
            exception.c.taken_by == "",
            exception.c.taken_at == bindparam("seen", type_=BigInteger),
        ),
    )
    .values(taken_by=bindparam("who"), taken_at=bindparam("at"))
)
_GIVE_BACK = Statement(
    update(exception)
    .where(
        exception.c.id == bindparam("row", type_=Text),
        exception.c.hold.is_not(None),
        exception.c.taken_by == bindparam("who", type_=Text),
    )
    .values(taken_by="", taken_at=null())
)
_OPEN_OF_DOCUMENT = Statement(
    select(exception.c.hold).where(
        exception.c.document_id == bindparam("document_id"), exception.c.hold.is_not(None)
    )
)
_OF_ORDER = Statement(
    select(*COLUMNS)
    .where(exception.c.order_id == bindparam("order_id"))
    .order_by(exception.c.opened_at, exception.c.id)
)


def _page(*, open_only: bool, partner: bool) -> Statement:
    page = select(*COLUMNS).order_by(exception.c.opened_at.desc(), exception.c.id.desc())
    if open_only:
        page = page.where(exception.c.closed_at.is_(None))
    if partner:
        page = page.where(exception.c.partner == bindparam("partner"))
    return Statement(page.limit(bindparam("limit", type_=Integer)))


_PAGES = {(o, p): _page(open_only=o, partner=p) for o in (False, True) for p in (False, True)}


@dataclass(frozen=True, slots=True, kw_only=True)
class ExceptionRow:
    """One stuck thing; `hold` is None once it was cleared.

    `taken_by` is whose case it is or was when it was cleared, "" for nobody's.
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


def document_hold(document_id: str, order_id: str = "") -> str:
    """Return the hold under which a paper waits for a person, because of one order or of none."""
    return f"document:{document_id}" + (f"/{order_id}" if order_id else "")


def about_papers(hold: str) -> bool:
    """Say whether a paper, a delivery or a duty is held: it is the same one at every other try."""
    return hold.startswith(("document:", "transmission:", "interchange:", "duty:"))


class Exceptions:
    """Stuck things, opened, cleared and listed."""

    __slots__ = ("_connection",)

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def open(
        self,
        stuck: Stuck,
        *,
        at: datetime,
        order_id: str | None = None,
        document_id: str | None = None,
        transmission_id: str | None = None,
        names: Names,
    ) -> None:
        """Open an exception, or bring the open one of the same hold up to date.

        The one that is open keeps its name, the time it was opened at and whose case it is; one
        that is opened anew is nobody's.
        """
        values: dict[str, Any] = {
            "id": names.new("exc"),
            "hold": stuck.hold,
            "kind": stuck.kind,
            "partner": stuck.partner,
            "order_id": order_id,
            "document_id": document_id,
            "transmission_id": transmission_id,
            "text": stuck.text,
            "next_step": stuck.next_step,
            "problems": problems_text(stuck.problems),
            "due_at": micros_or_none(stuck.due_at),
            "opened_at": micros(at),
            "closed_at": None,
            "closed_by": "",
            "taken_by": "",
            "taken_at": None,
            "code": first_error(stuck.problems),
            "counted_as": "",
        }
        values["counted_as"] = stuck.hold if about_papers(stuck.hold) else values["id"]
        self._connection.change(_OPEN, values)

    def clear(self, hold: str, *, at: datetime, by: str) -> bool:
        """Close the open exception of that hold; False when none is open."""
        values = {"open_hold": hold, "closed_at": micros(at), "closed_by": by}
        return self._connection.change(_CLEAR, values) == 1

    def clear_document(
        self, document_id: str, *, at: datetime, by: str, but: Collection[str] = ()
    ) -> bool:
        """Close what is open of a paper itself, of each order it speaks of; False when nothing is.

        `but` are holds to be left open. What is open of things that the paper only brought up, as a
        shipment nobody asked for, has other holds and stays.
        """
        own = document_hold(document_id)
        rows = self._connection.rows(_OPEN_OF_DOCUMENT, {"document_id": document_id})
        holds = [str(row[0]) for row in rows if row[0] == own or row[0].startswith(f"{own}/")]
        closed = [self.clear(one, at=at, by=by) for one in holds if one not in but]
        return any(closed)

    def take(self, exception_id: str, *, who: str, seen: datetime | None, at: datetime) -> bool:
        """Make an open one the case of somebody; False when it is none's to take.

        That of somebody else is taken only if it still is theirs since that moment (`seen`).
        """
        values = {"row": exception_id, "who": who, "seen": micros_or_none(seen), "at": micros(at)}
        return self._connection.change(_TAKE, values) == 1

    def give_back(self, exception_id: str, *, who: str) -> bool:
        """Make an open one nobody's case; False when it was not theirs."""
        return self._connection.change(_GIVE_BACK, {"row": exception_id, "who": who}) == 1

    def page(
        self, *, open_only: bool, limit: int, partner: str | None = None
    ) -> list[ExceptionRow]:
        """Return exceptions, newest first."""
        values: dict[str, Any] = {"limit": limit}
        if partner is not None:
            values["partner"] = partner
        statement = _PAGES[open_only, partner is not None]
        return [_read(row) for row in self._connection.rows(statement, values)]

    def of_order(self, order_id: str) -> list[ExceptionRow]:
        """Return every exception an order ever had, oldest first."""
        rows = self._connection.rows(_OF_ORDER, {"order_id": order_id})
        return [_read(row) for row in rows]


def _read(row: Row) -> ExceptionRow:
    return ExceptionRow(
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
    )
