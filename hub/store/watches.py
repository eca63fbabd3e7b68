"""What is awaited: one row a hold, gone when it came, rung when its time passed without it."""

from datetime import datetime

from sqlalchemy import Integer, bindparam, delete, func, select, update

from hub.domain.facts import Watch, WatchKind
from hub.store.statements import Connection, Row, Statement, micros, moment
from hub.store.tables_promises import watch
from hub.store.upserts import upsert

_COLUMNS = [
    watch.c.hold,
    watch.c.kind,
    watch.c.partner,
    watch.c.subject,
    watch.c.due_at,
    watch.c.order_id,
]
_SET = upsert(
    watch,
    on=["hold"],
    setting=["kind", "partner", "subject", "order_id", "due_at", "rung_at"],
)
_END = Statement(delete(watch).where(watch.c.hold == bindparam("over")))
_DUE = Statement(
    select(*_COLUMNS)
    .where(watch.c.rung_at.is_(None), watch.c.due_at <= bindparam("now"))
    .order_by(watch.c.due_at, watch.c.hold)
    .limit(bindparam("limit", type_=Integer))
)
_FIND = Statement(select(*_COLUMNS).where(watch.c.hold == bindparam("over")))
_RUNG = Statement(
    update(watch)
    .where(watch.c.hold == bindparam("over"), watch.c.rung_at.is_(None))
    .values(rung_at=bindparam("at"))
)
_OVERDUE = Statement(select(func.count()).select_from(watch).where(watch.c.rung_at.is_not(None)))


class Watches:
    """Set, end and ring what is awaited; a watch rings once unless it is set anew."""

    __slots__ = ("_connection",)

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def set(self, awaited: Watch) -> None:
        """Await something; a hold that is awaited already gets the new moment, and may ring."""
        self._connection.change(
            _SET,
            {
                "hold": awaited.hold,
                "kind": awaited.kind.value,
                "partner": awaited.partner,
                "subject": awaited.subject,
                "order_id": awaited.order_id,
                "due_at": micros(awaited.due_at),
                "rung_at": None,
            },
        )

    def end(self, hold: str) -> bool:
        """Await it no longer; say whether it was awaited."""
        return self._connection.change(_END, {"over": hold}) == 1

    def find(self, hold: str) -> Watch | None:
        """Return what is awaited under that hold, rung or not."""
        row = self._connection.row(_FIND, {"over": hold})
        return None if row is None else _read(row)

    def due(self, *, now: datetime, limit: int = 100) -> list[Watch]:
        """Return what did not come in time and has not rung, the longest overdue first."""
        rows = self._connection.rows(_DUE, {"now": micros(now), "limit": limit})
        return [_read(row) for row in rows]

    def rung(self, hold: str, *, at: datetime) -> bool:
        """Note that it rang; False when somebody else was faster or it is over."""
        return self._connection.change(_RUNG, {"over": hold, "at": micros(at)}) == 1

    def overdue(self) -> int:
        """Return how many rang and are still awaited."""
        row = self._connection.row(_OVERDUE)
        return 0 if row is None else int(row[0])


def _read(row: Row) -> Watch:
    return Watch(
        hold=row[0],
        kind=WatchKind(row[1]),
        partner=row[2],
        subject=row[3],
        due_at=moment(row[4]),
        order_id=row[5],
    )
