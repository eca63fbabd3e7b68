"""Deliveries as operators look for them, also those that no paper could be found in."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, Text, bindparam, exists, func, select

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
from hub.store.statements import Connection, Statement, moment
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
_UNSENT = Statement(
    select(
        transmission.c.partner,
        transmission.c.channel,
        func.count(),
        func.min(transmission.c.at),
    )
    .where(
        transmission.c.direction == Direction.OUT.value,
        transmission.c.state == TransmissionState.READY.value,
    )
    .group_by(transmission.c.partner, transmission.c.channel)
)


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

    def unsent(self) -> dict[str, tuple[int, datetime]]:
        """Return by lane how many written files did not leave yet, and since when the oldest."""
        rows = self._connection.rows(_UNSENT)
        return {f"{row[0]}/{row[1]}": (int(row[2]), moment(row[3])) for row in rows}

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
