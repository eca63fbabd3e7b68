"""Wrong hubs: each function plants one bug in this process, and the rig must catch it.

They are the mistakes that hubs of this kind are known for. A mutant that no sweep catches means
that the sweep looks away.
"""

import os
import secrets
import time
from collections.abc import Callable, Sequence
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy import bindparam, func, select, update

from hub.domain.exchange import Direction, DocumentState, TransmissionState
from hub.domain.names import Names, stable
from hub.flow import collecting, inbound, lanes, outbound, settling
from hub.flow.collecting import Door
from hub.flow.parts import Parts
from hub.flow.receiving import fetched, keep, spool
from hub.partners import Channel
from hub.store import DocumentRow, Lease, Transaction, TransmissionRow, facts
from hub.store.documents import Documents
from hub.store.duties import Duties
from hub.store.sqlite import _Job, _Transaction
from hub.store.statements import Connection, Statement
from hub.store.tables import counter, fact
from hub.transports import RemoteFile, Transport
from hub.transports.folder import Folder


def removes_before_keeping() -> None:
    """The remote file is removed as soon as its bytes are in hand."""

    def take(door: Door, file: RemoteFile) -> bool:
        with spool() as stream:
            delivery = fetched(door.parts, door.channel, door.wire, file, stream)
            door.wire.remove(file)
            keep(door.parts, door.channel, delivery)
        return True

    collecting._take = take


def _next_to_deliver(parts: Parts, channel: Channel) -> tuple[TransmissionRow, bytes] | None:
    with parts.store.read() as tx:
        waiting = tx.exchange.waiting(
            partner=channel.partner,
            channel=channel.name,
            direction=Direction.OUT,
            state=TransmissionState.READY,
            limit=1,
        )
        return (waiting[0], tx.exchange.body(waiting[0].id).read()) if waiting else None


def stamps_before_putting() -> None:
    """What goes out counts as delivered before it is."""

    def deliver(parts: Parts, channel: Channel, wire: Transport, lease: Lease) -> bool:
        found = _next_to_deliver(parts, channel)
        if found is None:
            return False
        row, body = found
        parts.store.write(partial(_stamp, parts, channel, row, lease))
        wire.put(row.name, BytesIO(body), size=row.size)
        return True

    lanes.deliver = deliver


def _stamp(
    parts: Parts, channel: Channel, row: TransmissionRow, lease: Lease, tx: Transaction
) -> None:
    outbound._delivered(tx, parts, channel, row, lease)


def renumbers_a_retry() -> None:
    """A second attempt takes a new control number and a new name."""

    def deliver(parts: Parts, channel: Channel, wire: Transport, lease: Lease) -> bool:
        found = _next_to_deliver(parts, channel)
        if found is None:
            return False
        row, body = found
        parts.store.write(lambda tx: outbound._attempt(tx, row, lease))
        name = row.name
        if row.attempts:
            old = row.delivery_key.zfill(9).encode()
            body = body.replace(old, b"9" + old[1:])
            name = f"again-{name}"
        wire.put(name, BytesIO(body), size=len(body))
        parts.store.write(partial(_stamp, parts, channel, row, lease))
        return True

    lanes.deliver = deliver


def forgets_the_duty_later() -> None:
    """What was composed is committed first, and the duty is ended in a commit of its own."""
    done = Duties.done
    ended: list[str] = []

    def compose(parts: Parts, channel: Channel, lease: Lease) -> bool:
        Duties.done = lambda self, duty_ids: ended.extend(duty_ids)
        found = outbound.compose(parts, channel, lease)
        Duties.done = done
        if ended:
            parts.store.write(lambda tx: tx.duties.done(ended))
            ended.clear()
        return found

    lanes.compose = compose


def numbers_after_the_bytes() -> None:
    """The counters are raised in a commit of their own, after the bytes that carry the numbers."""
    take = Duties.next_number
    back = Statement(
        update(counter)
        .where(counter.c.name == bindparam("of_counter"))
        .values(value=counter.c.value - 1)
    )
    used: list[str] = []

    def peek(self: Duties, counter: str, *, count: int = 1, ceiling: int = 999_999_999) -> int:
        number = take(self, counter, count=count, ceiling=ceiling)
        self._connection.change(back, {"of_counter": counter})
        used.append(counter)
        return number

    def compose(parts: Parts, channel: Channel, lease: Lease) -> bool:
        Duties.next_number = peek
        found = outbound.compose(parts, channel, lease)
        Duties.next_number = take
        if used:
            parts.store.write(lambda tx: [tx.duties.next_number(name) for name in used])
            used.clear()
        return found

    lanes.compose = compose


def owes_receipts_apart() -> None:
    """Receipts are owed in a commit of their own, under a new name at each attempt."""
    owe, unpacked = inbound._owe_receipts, inbound.unpack

    def unpack(parts: Parts, channel: Channel, transmission: TransmissionRow) -> None:
        fmt = parts.formats[channel.format]
        with parts.store.read() as tx:
            split = list(fmt.split(tx.exchange.body(transmission.id), profile=channel.profile))

        def owe_all(tx: Transaction) -> None:
            inbound.stable = lambda *parts: stable(*parts, secrets.token_hex(4))
            for number, one in enumerate(split):
                owe(tx, parts, channel, stable("int", transmission.id, str(number)), one)
            inbound.stable = stable

        parts.store.write(owe_all)
        unpacked(parts, channel, transmission)

    inbound._owe_receipts = lambda *parts: None
    inbound.unpack = unpack


def settles_in_two_commits() -> None:
    """An order is changed in one commit, the document marked in the next, and no effect is kept."""

    def settle(parts: Parts, channel: Channel, row: DocumentRow) -> DocumentState:
        with parts.store.read() as tx:
            stream = tx.exchange.body(row.transmission_id)
            stream.seek(row.offset)
            body = stream.read(row.length)
        translated = settling.translate(parts, channel, settling._document(row), body)
        if translated.receipt is not None:
            return settling.settle_document(parts, channel, row)
        names = Names(secrets.token_hex(8))
        settled = parts.store.write(
            lambda tx: settling._applied(tx, parts, row, translated, now=parts.now(), names=names)
        )
        parts.store.write(
            lambda tx: tx.exchange.move_document(row.id, then=settled.state, at=parts.now())
        )
        return settled.state

    Documents.effects = lambda self, *, business_key: {}
    Documents.add_effects = lambda self, effects, *, document_id, order_id: None
    inbound.settle_document = settle


def seals_only_what_is_newer() -> None:
    """The sealer looks for facts later than the last one it saw, so a late commit is never seen."""
    last = select(func.coalesce(func.max(fact.c.at), 0)).where(fact.c.sealed).scalar_subquery()
    facts._UNSEALED = Statement(
        select(*facts._HASHED)
        .where(fact.c.at > last, ~fact.c.sealed)
        .order_by(fact.c.at, fact.c.order_version, fact.c.ordinal, fact.c.id)
        .limit(bindparam("limit"))
    )


def answers_before_the_commit() -> None:
    """The storefront hears of success while the order is not on disk yet."""
    tell = _Job.tell

    def run(self: _Transaction, connection: Connection, jobs: "Sequence[_Job[Any]]") -> None:
        self._raw.execute("BEGIN IMMEDIATE")
        self.begun = True
        for job in jobs:
            job.outcome = job.work(connection)
            tell(job)
        time.sleep(0.05)  # what a busy disk takes
        self._raw.execute("COMMIT")

    def tell_once(job: "_Job[Any]") -> None:
        if not job.future.done():
            tell(job)

    _Transaction.run = run
    _Job.tell = tell_once


def writes_to_the_final_name() -> None:
    """A file is written under its final name, and one that is there already is trusted."""

    def put(self: Folder, name: str, body: BinaryIO, *, size: int) -> None:
        del size
        final: Path = self._config.outbox / name
        if final.exists():
            return
        with final.open("wb") as file:
            file.write(body.read())
            file.flush()
            os.fsync(file.fileno())

    Folder.put = put


MUTANTS: dict[str, Callable[[], None]] = {
    mutant.__name__: mutant
    for mutant in (
        removes_before_keeping,
        stamps_before_putting,
        renumbers_a_retry,
        forgets_the_duty_later,
        numbers_after_the_bytes,
        owes_receipts_apart,
        settles_in_two_commits,
        seals_only_what_is_newer,
        answers_before_the_commit,
        writes_to_the_final_name,
    )
}
