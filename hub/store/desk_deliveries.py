"""Deliveries as operators look for them, also those that no paper could be found in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, ColumnElement, Text, bindparam, exists, func, select

from hub.domain.exchange import Direction, TransmissionState
from hub.store.desk_rows import LIMIT
from hub.store.exchange_rows import (
    INTERCHANGE,
    TRANSMISSION,
    InterchangeRow,
    TransmissionRow,
    interchange_read,
    transmission_read,
)
from hub.store.statements import Connection, Statement, micros, moment
from hub.store.tables import document, interchange, lane, transmission

_SOUGHT = bindparam("sought", type_=Text)
_COLUMNS = [transmission.c[name] for name in TRANSMISSION]
_NEWEST = (transmission.c.at.desc(), transmission.c.id.desc())
_IS_BARE = ~exists().where(document.c.transmission_id == transmission.c.id)


def _by(*conditions: ColumnElement[bool]) -> Statement:
    return Statement(select(*_COLUMNS).where(*conditions).order_by(*_NEWEST).limit(LIMIT))


DELIVERIES: Mapping[str, Statement] = {
    "delivery": _by(transmission.c.id == _SOUGHT),
    "file": _by(transmission.c.name == _SOUGHT, _IS_BARE),
    "interchange": _by(
        transmission.c.id.in_(
            select(interchange.c.transmission_id).where(interchange.c.number == _SOUGHT)
        ),
        _IS_BARE,
    ),
}
"""By what deliveries may be looked for; by a name or number only those without a paper."""
_PARKED = _by(
    transmission.c.direction == Direction.IN.value,
    transmission.c.state == TransmissionState.PARKED.value,
)
_SINCE = transmission.c.at >= bindparam("since", type_=BigInteger)
_UNSPLIT = (
    transmission.c.direction == Direction.IN.value,
    transmission.c.state == TransmissionState.PARKED.value,
    _SINCE,
    _IS_BARE,
)
_UNSPLIT_LISTED = _by(*_UNSPLIT)
_UNSPLIT_COUNTED = Statement(select(func.count()).select_from(transmission).where(*_UNSPLIT))
_IS_STUCK = (document.c.direction == Direction.OUT.value) & (
    transmission.c.state == TransmissionState.PARKED.value
)
_PAPERS = Statement(
    select(
        document.c.direction,
        document.c.state,
        document.c.valid,
        document.c.delivered_at.is_not(None),
        _IS_STUCK,
        func.count(),
    )
    .select_from(document.join(transmission, transmission.c.id == document.c.transmission_id))
    .where(document.c.at >= bindparam("since", type_=BigInteger))
    # Not by the plain column: SQLite would walk every paper there ever was in the order of an index
    # that begins with it.
    .group_by(
        func.coalesce(document.c.direction, ""),
        document.c.direction,
        document.c.state,
        document.c.valid,
        document.c.delivered_at.is_not(None),
        _IS_STUCK,
    )
)
_ENVELOPES = Statement(
    select(*(interchange.c[name] for name in INTERCHANGE))
    .where(interchange.c.transmission_id == bindparam("id"))
    .order_by(interchange.c.offset, interchange.c.id)
)
_PAUSED = Statement(
    select(lane.c.paused_until, lane.c.paused_reason).where(
        lane.c.name == bindparam("lane"), lane.c.paused_until.is_not(None)
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PapersCounted:
    """How many papers are alike: way, state, what the receipt said, whether it left or is stuck."""

    direction: str
    state: str
    valid: bool | None
    delivered: bool
    stuck: bool
    count: int


class DeskDeliveries:
    """Deliveries as operators look for them."""

    __slots__ = ("_connection",)

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def deliveries(self, *, kind: str, sought: str, limit: int) -> list[TransmissionRow]:
        """Return the deliveries that one of `DELIVERIES` finds, newest first."""
        rows = self._connection.rows(DELIVERIES[kind], {"sought": sought, "limit": limit})
        return [transmission_read(row) for row in rows]

    def parked(self, *, limit: int) -> list[TransmissionRow]:
        """Return what came and could not be split, newest first."""
        return [transmission_read(row) for row in self._connection.rows(_PARKED, {"limit": limit})]

    def unsplit(self, *, since: datetime) -> int:
        """Count what came since then and lies parked without a paper in it."""
        return int(self._connection.returned(_UNSPLIT_COUNTED, {"since": micros(since)})[0])

    def unsplit_listed(self, *, since: datetime, limit: int) -> list[TransmissionRow]:
        """Return what came since then and lies parked without a paper in it, newest first."""
        rows = self._connection.rows(_UNSPLIT_LISTED, {"since": micros(since), "limit": limit})
        return [transmission_read(row) for row in rows]

    def since(self, at: datetime) -> list[PapersCounted]:
        """Count papers since then, those that are alike together."""
        return [
            PapersCounted(
                direction=row[0],
                state=row[1],
                valid=None if row[2] is None else bool(row[2]),
                delivered=bool(row[3]),
                stuck=bool(row[4]),
                count=int(row[5]),
            )
            for row in self._connection.rows(_PAPERS, {"since": micros(at)})
        ]

    def envelopes(self, transmission_id: str) -> list[InterchangeRow]:
        """Return the envelopes of a delivery in their order."""
        return [
            interchange_read(row)
            for row in self._connection.rows(_ENVELOPES, {"id": transmission_id})
        ]

    def paused(self, lane: str) -> tuple[datetime, str] | None:
        """Return until when a lane waits after a failure and why; None when it does not."""
        row = self._connection.row(_PAUSED, {"lane": lane})
        return None if row is None else (moment(row[0]), str(row[1]))
