"""The rows of custody as values: deliveries, envelopes, papers, sightings; how they are kept."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from hub.domain.exchange import Direction, DocumentState, Problem, TransmissionState
from hub.store.problems import problems_read, problems_text
from hub.store.statements import (
    Row,
    canonical,
    micros,
    micros_or_none,
    moment,
    moment_or_none,
    parsed,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TransmissionRow:
    """One delivery of bytes; its body is asked for apart, by `Exchange.body`."""

    id: str
    partner: str
    channel: str
    direction: Direction
    name: str
    size: int
    sha256: bytes
    delivery_key: str
    state: TransmissionState
    at: datetime
    object_name: str | None = None
    problems: tuple[Problem, ...] = ()
    duplicate_of: str | None = None
    attempts: int = 0
    seq: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class InterchangeRow:
    """One envelope in a delivery; `counts` is false for a duplicate or a clash of numbers."""

    id: str
    transmission_id: str
    partner: str
    direction: Direction
    sender: str
    receiver: str
    number: str
    usage: str
    sha256: bytes
    offset: int
    length: int
    counts: bool = True
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentRow:
    """One paper: inbound with a state, or outbound with four stamps independent of one another."""

    id: str
    transmission_id: str
    interchange_id: str
    ordinal: int
    partner: str
    channel: str
    direction: Direction
    set_id: str
    version: str
    function: str
    group_number: str
    number: str
    offset: int
    length: int
    syntax: str
    state: DocumentState
    at: datetime
    problems: tuple[Problem, ...] = ()
    business_key: str = ""
    purpose: str = ""
    order_number: str = ""
    order_id: str | None = None
    fulfillment_id: str | None = None
    settled_at: datetime | None = None
    attempts: int = 0
    hashes: Mapping[str, str] = field(default_factory=dict)
    delivered_at: datetime | None = None
    valid_at: datetime | None = None
    valid: bool | None = None
    answered_at: datetime | None = None
    answered_by: str | None = None
    told_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """A remote file we took that may still be there; `mtime` is as the partner's server gave it."""

    partner: str
    channel: str
    path: str
    size: int
    mtime: int
    sha256: bytes
    generation: int
    present: bool


TRANSMISSION = (
    "id partner channel direction name size sha256 delivery_key state at object_name problems "
    "duplicate_of attempts seq"
).split()
INTERCHANGE = (
    "id transmission_id partner direction sender receiver number usage sha256 offset length counts "
    "problems"
).split()
DOCUMENT = (
    "id transmission_id interchange_id ordinal partner channel direction set_id version function "
    "group_number number offset length syntax state at problems business_key purpose order_number "
    "order_id fulfillment_id settled_at attempts hashes delivered_at valid_at valid answered_at "
    "answered_by told_at"
).split()
SIGHTING = "partner channel path size mtime sha256 generation present".split()


def transmission_values(row: TransmissionRow) -> dict[str, Any]:
    """Write a delivery without its body and keys."""
    return {
        "id": row.id,
        "partner": row.partner,
        "channel": row.channel,
        "direction": row.direction.value,
        "name": row.name,
        "size": row.size,
        "sha256": row.sha256,
        "delivery_key": row.delivery_key,
        "state": row.state.value,
        "at": micros(row.at),
        "object_name": row.object_name,
        "problems": problems_text(row.problems),
        "duplicate_of": row.duplicate_of,
        "attempts": row.attempts,
        "seq": row.seq,
    }


def transmission_read(row: Row) -> TransmissionRow:
    """Read a row of the columns `TRANSMISSION`."""
    return TransmissionRow(
        id=row[0],
        partner=row[1],
        channel=row[2],
        direction=Direction(row[3]),
        name=row[4],
        size=row[5],
        sha256=bytes(row[6]),
        delivery_key=row[7],
        state=TransmissionState(row[8]),
        at=moment(row[9]),
        object_name=row[10],
        problems=problems_read(row[11]),
        duplicate_of=row[12],
        attempts=row[13],
        seq=row[14],
    )


def interchange_values(row: InterchangeRow) -> dict[str, Any]:
    """Write an envelope."""
    return {
        "id": row.id,
        "transmission_id": row.transmission_id,
        "partner": row.partner,
        "direction": row.direction.value,
        "sender": row.sender,
        "receiver": row.receiver,
        "number": row.number,
        "usage": row.usage,
        "sha256": row.sha256,
        "offset": row.offset,
        "length": row.length,
        "counts": row.counts,
        "problems": problems_text(row.problems),
    }


def interchange_read(row: Row) -> InterchangeRow:
    """Read a row of the columns `INTERCHANGE`."""
    return InterchangeRow(
        id=row[0],
        transmission_id=row[1],
        partner=row[2],
        direction=Direction(row[3]),
        sender=row[4],
        receiver=row[5],
        number=row[6],
        usage=row[7],
        sha256=bytes(row[8]),
        offset=row[9],
        length=row[10],
        counts=bool(row[11]),
        problems=problems_read(row[12]),
    )


def document_values(row: DocumentRow) -> dict[str, Any]:
    """Write a paper."""
    return {
        "id": row.id,
        "transmission_id": row.transmission_id,
        "interchange_id": row.interchange_id,
        "ordinal": row.ordinal,
        "partner": row.partner,
        "channel": row.channel,
        "direction": row.direction.value,
        "set_id": row.set_id,
        "version": row.version,
        "function": row.function,
        "group_number": row.group_number,
        "number": row.number,
        "offset": row.offset,
        "length": row.length,
        "syntax": row.syntax,
        "state": row.state.value,
        "at": micros(row.at),
        "problems": problems_text(row.problems),
        "business_key": row.business_key,
        "purpose": row.purpose,
        "order_number": row.order_number,
        "order_id": row.order_id,
        "fulfillment_id": row.fulfillment_id,
        "settled_at": micros_or_none(row.settled_at),
        "attempts": row.attempts,
        "hashes": canonical(row.hashes),
        "delivered_at": micros_or_none(row.delivered_at),
        "valid_at": micros_or_none(row.valid_at),
        "valid": row.valid,
        "answered_at": micros_or_none(row.answered_at),
        "answered_by": row.answered_by,
        "told_at": micros_or_none(row.told_at),
    }


def document_read(row: Row) -> DocumentRow:
    """Read a row of the columns `DOCUMENT`."""
    return DocumentRow(
        id=row[0],
        transmission_id=row[1],
        interchange_id=row[2],
        ordinal=row[3],
        partner=row[4],
        channel=row[5],
        direction=Direction(row[6]),
        set_id=row[7],
        version=row[8],
        function=row[9],
        group_number=row[10],
        number=row[11],
        offset=row[12],
        length=row[13],
        syntax=row[14],
        state=DocumentState(row[15]),
        at=moment(row[16]),
        problems=problems_read(row[17]),
        business_key=row[18],
        purpose=row[19],
        order_number=row[20],
        order_id=row[21],
        fulfillment_id=row[22],
        settled_at=moment_or_none(row[23]),
        attempts=row[24],
        hashes=parsed(row[25]),
        delivered_at=moment_or_none(row[26]),
        valid_at=moment_or_none(row[27]),
        valid=None if row[28] is None else bool(row[28]),
        answered_at=moment_or_none(row[29]),
        answered_by=row[30],
        told_at=moment_or_none(row[31]),
    )


def sighting_values(row: Sighting) -> dict[str, Any]:
    """Write a sighting."""
    return {
        "partner": row.partner,
        "channel": row.channel,
        "path": row.path,
        "size": row.size,
        "mtime": row.mtime,
        "sha256": row.sha256,
        "generation": row.generation,
        "present": row.present,
    }


def sighting_read(row: Row) -> Sighting:
    """Read a row of the columns `SIGHTING`."""
    return Sighting(
        partner=row[0],
        channel=row[1],
        path=row[2],
        size=row[3],
        mtime=row[4],
        sha256=bytes(row[5]),
        generation=row[6],
        present=bool(row[7]),
    )
