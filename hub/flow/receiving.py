"""Custody of one delivery: what is true once its bytes are in hand, before anybody looks at them.

`keep` is commit 1 of the inbound river. Only after it is the sender told or the
remote file removed.
"""

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import IO, BinaryIO, cast

from hub.domain.exchange import Direction, TransmissionState
from hub.domain.names import Names, stable
from hub.flow.parts import Parts
from hub.partners import Channel
from hub.store import Lease, Sighting, Transaction, TransmissionRow
from hub.transports import RemoteFile, Transport

IN_ROW = 64 * 1024  # larger bodies are archive objects
IN_MEMORY = 1024 * 1024
LEASE_SECONDS = 60
NEVER = 2**62  # a place in a lane does not start again
REPLY = "reply/"
"""Begins the key of a delivery that is the answer to a transmission of ours, which it names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """Bytes in hand: how they came, and their size and hash."""

    name: str
    key: str
    size: int
    sha256: bytes
    stream: BinaryIO
    seen: RemoteFile | None = None


@contextmanager
def spool() -> Iterator[BinaryIO]:
    """Lend a seekable place for a delivery of any size, gone afterwards."""
    with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as file:
        yield cast(BinaryIO, file)


def digest(stream: IO[bytes]) -> tuple[int, bytes]:
    """Return size and SHA-256 of a stream and rewind it."""
    stream.seek(0)
    sha = hashlib.sha256()
    size = 0
    while block := stream.read(1 << 20):
        sha.update(block)
        size += len(block)
    stream.seek(0)
    return size, sha.digest()


def keep(parts: Parts, channel: Channel, delivery: Delivery, *, lease: Lease | None = None) -> str:
    """Make a delivery safe and return its name; the same delivery has one name.

    Archives larger bodies first, so that a row never points at nothing. Conflict when the lane's
    `lease` was lost meanwhile: somebody else is taking the same files.
    """
    transmission_id = stable("tra", channel.lane, "in", delivery.key)
    now = parts.now()
    delivery.stream.seek(0)  # whoever looked at it before us may have left it anywhere
    kept = None if delivery.size <= IN_ROW else parts.store.archive.keep(delivery.stream)
    body = delivery.stream.read() if kept is None else None

    def work(tx: Transaction) -> None:
        if lease is not None:
            tx.duties.hold(lease, seconds=LEASE_SECONDS)
        place = tx.duties.next_number(f"{channel.lane}/received", ceiling=NEVER)
        row = _row(channel, delivery, transmission_id, now, kept.name if kept else None)
        row = replace(row, seq=place)
        if tx.exchange.add_transmission(row, body=body):
            _record(tx, parts, channel, delivery, transmission_id, now)
        if delivery.seen is not None:
            tx.exchange.put_sighting(_sighting(tx, channel, delivery, delivery.seen))

    parts.store.write(work)
    return transmission_id


def _row(
    channel: Channel, delivery: Delivery, transmission_id: str, now: datetime, kept: str | None
) -> TransmissionRow:
    return TransmissionRow(
        id=transmission_id,
        partner=channel.partner,
        channel=channel.name,
        direction=Direction.IN,
        name=delivery.name,
        size=delivery.size,
        sha256=delivery.sha256,
        delivery_key=delivery.key,
        state=TransmissionState.RECEIVED,
        at=now,
        object_name=kept,
    )


def _record(
    tx: Transaction,
    parts: Parts,
    channel: Channel,
    delivery: Delivery,
    transmission_id: str,
    now: datetime,
) -> None:
    tx.facts.record_input(
        input_id=Names(transmission_id).new("inp"),
        kind="delivery",
        at=now,
        who=channel.lane,
        subject=transmission_id,
        body={"name": delivery.name, "size": delivery.size},
        sealed=None,
        hashes={"page": parts.partners.get(channel.partner).digest, "code": parts.code},
    )


def input_of(transmission_id: str) -> str:
    """Return the name of the input row of a delivery."""
    return Names(transmission_id).new("inp")


def _sighting(tx: Transaction, channel: Channel, delivery: Delivery, seen: RemoteFile) -> Sighting:
    former = tx.exchange.sighting(partner=channel.partner, channel=channel.name, path=seen.path)
    return Sighting(
        partner=channel.partner,
        channel=channel.name,
        path=seen.path,
        size=seen.size,
        mtime=seen.mtime,
        sha256=delivery.sha256,
        generation=generation(former, delivery.sha256),
        present=True,
    )


def generation(former: Sighting | None, sha256: bytes) -> int:
    """Count how often a name was absent, or stood for other bytes, between sightings of it.

    A file that still lies there is the same delivery; one that was gone and came back is a new one,
    even with the same name, size, time and bytes (a stock file 5, 6, 5 counts three times).
    """
    if former is None:
        return 0
    same = former.present and former.sha256 == sha256
    return former.generation if same else former.generation + 1


def fetched(
    parts: Parts, channel: Channel, wire: Transport, file: RemoteFile, stream: BinaryIO
) -> Delivery:
    """Fetch a remote file and say which delivery it is, by its sighting."""
    seen = wire.fetch(file, stream)
    size, sha = digest(stream)
    with parts.store.read() as tx:
        former = tx.exchange.sighting(partner=channel.partner, channel=channel.name, path=seen.path)
    key = f"{seen.path}\n{size}\n{seen.mtime}\n{sha.hex()}\n{generation(former, sha)}"
    name = seen.path.rsplit("/", 1)[-1]
    return Delivery(name=name, key=key, size=size, sha256=sha, stream=stream, seen=seen)
