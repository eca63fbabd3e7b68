"""The outbound river, mirror of the inbound: what a lane owes is composed once and sent.

    compose   claim, compose, translate, control numbers, join, keep with its rows (one commit)
    deliver   count the attempt (commit), put, stamp (commit)

A retry sends the archived bytes under the same name and numbers. A duty that cannot be composed is
parked and holds back only the same order; a failing wire holds back the lane.
"""

import io
from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256

from hub.domain.exchange import (
    Direction,
    DocumentState,
    Joined,
    Problem,
    Severity,
    TransmissionState,
    told,
)
from hub.domain.facts import Change, DutyKind, Fact, FactKind, Stuck
from hub.domain.names import Names, at_moment, stable
from hub.errors import ConfigError, Conflict, Refused, TransportError
from hub.flow.faults import trace_of
from hub.flow.following import awaited
from hub.flow.letters import Letter, write_letter
from hub.flow.orders import note
from hub.flow.parts import Parts
from hub.flow.receiving import IN_ROW, LEASE_SECONDS, NEVER, REPLY, Delivery, digest, keep
from hub.flow.supplier_links import words_with
from hub.flow.supplier_owed import want_supplier_mails
from hub.flow.unsendable import declined, keep_answer, lost
from hub.flow.walls import LONGEST_PAUSE, pause_after
from hub.flow.warehouse_changes import is_change
from hub.partners import Channel
from hub.store import (
    Damaged,
    DocumentRow,
    Erased,
    InterchangeRow,
    Lease,
    Transaction,
    TransmissionRow,
    WaitingDuty,
    is_away,
)
from hub.transports import RefusedCall, Reply, Transport, Worded

LONGEST_ASKED = timedelta(hours=1)  # the most that a partner's Retry-After is heeded
AT_ONCE = 5  # papers composed in one commit where nobody waits for a cut-off
FAILURES_TOLD = 3  # a wire that fails this often in a row becomes an exception


def owes(parts: Parts, channel: Channel) -> bool:
    """Whether anything is due on the lane; a look that writes nothing."""
    with parts.store.read() as tx:
        return bool(tx.duties.due(lane=channel.lane, now=parts.now(), limit=1))


def compose(parts: Parts, channel: Channel, lease: Lease, *, most: int = 0) -> bool:
    """Make one interchange of the lane's oldest due duties; False if none is due.

    All due duties of the same set go together, up to `most`, else the channel's limit; without
    cut-offs up to AT_ONCE, since nobody else writes to an embedded store meanwhile. One commit:
    numbers, bytes, rows, and the duties done. A batch that meets a fault of ours is tried one by
    one, so that only the duty that causes it is parked.
    """
    limit = most or _limit(parts, channel)
    try:
        return parts.store.write(lambda tx: _compose(tx, parts, channel, lease, limit))
    except (Conflict, ConfigError):  # a secret that cannot be had is no paper's fault
        raise
    except Exception as fault:  # the one boundary of this river
        if is_away(fault):
            raise
        trace = trace_of(fault)
    if limit > 1:
        return compose(parts, channel, lease, most=1)
    parts.store.write(lambda tx: _park_first(tx, parts, channel, lease, trace))
    return True


def _limit(parts: Parts, channel: Channel) -> int:
    """How many leave together: at a cut-off what the page says, else few, for orders' sake.

    Never more than the format puts into one file (`AT_MOST`).
    """
    most = getattr(parts.formats[channel.format], "AT_MOST", channel.batch_limit)
    return min(channel.batch_limit, most, channel.batch_limit if channel.cutoffs else AT_ONCE)


def _park_first(tx: Transaction, parts: Parts, channel: Channel, lease: Lease, trace: str) -> None:
    now = parts.now()
    tx.duties.hold(lease, seconds=LEASE_SECONDS)
    for duty in tx.duties.due(lane=channel.lane, now=now, limit=1):
        _park(tx, channel, duty, [Problem(code="our-fault", text=trace)], now)


def _compose(tx: Transaction, parts: Parts, channel: Channel, lease: Lease, limit: int) -> bool:
    now = parts.now()
    tx.duties.hold(lease, seconds=LEASE_SECONDS)
    due = tx.duties.due(lane=channel.lane, now=now, limit=limit)
    if not due:
        return False
    batch = [duty for duty in due if (duty.kind, duty.set_id) == (due[0].kind, due[0].set_id)]
    tx.duties.count_attempts([duty.id for duty in batch])
    letters = [
        letter for duty in batch if (letter := _letter(tx, parts, channel, duty, now)) is not None
    ]
    for set_id in dict.fromkeys(letter.duty.set_id for letter in letters):
        own = [letter for letter in letters if letter.duty.set_id == set_id]
        _post(tx, parts, channel, own, now)
    return True


def _letter(
    tx: Transaction, parts: Parts, channel: Channel, duty: WaitingDuty, now: datetime
) -> Letter | None:
    """Write one duty's paper; nothing left to say ends the duty, what cannot be said parks it."""
    letter, problems = write_letter(tx, parts, channel, duty, now)
    errors = [problem for problem in problems if problem.severity is Severity.ERROR]
    if errors:
        discreet = parts.formats[channel.format].discreet
        _park(tx, channel, duty, [discreet(problem) for problem in errors], now)
        return None
    if letter is None:
        tx.duties.done([duty.id])
    return letter


def _park(
    tx: Transaction, channel: Channel, duty: WaitingDuty, errors: Sequence[Problem], now: datetime
) -> None:
    tx.duties.park(duty.id)
    stuck = Stuck(
        hold=f"duty:{duty.id}",
        kind="cannot-be-written",
        partner=channel.partner,
        text=f"{duty.set_id} to {channel.partner} cannot be written: "
        + told([problem.text for problem in errors]),
        next_step=_helps(tx, duty, errors),
        problems=tuple(errors),
    )
    names = at_moment(duty.id, now)
    tx.exceptions.open(stuck, at=now, order_id=duty.order_id, names=names)


def _helps(tx: Transaction, duty: WaitingDuty, errors: Sequence[Problem]) -> str:
    """What mends a paper that cannot be written: a unit stays as it was when it was ordered."""
    values = {problem.where.value for problem in errors}
    if duty.kind is DutyKind.SEND and duty.order_id:
        order = tx.orders.load(duty.order_id)
        lines = order.fulfillment(duty.subject).lines
        units = sorted({line.unit for line in lines} & values)
        if units:
            return (
                f"The order keeps the unit {units[0]}, another try alone cannot help: correct the "
                f"unit in the catalog, cancel these lines of order {order.number}, order them "
                f"anew, then `hub duty retry {duty.id}`; other orders go on meanwhile."
            )
    return (
        f"Correct the order or the partner's page, then `hub duty retry {duty.id}`; other orders "
        "go on meanwhile."
    )


def _post(
    tx: Transaction, parts: Parts, channel: Channel, letters: Sequence[Letter], now: datetime
) -> None:
    set_id = letters[0].duty.set_id
    # Numbers are the partner's, over all its channels: it may sort what we send by them alone.
    interchange_number = tx.duties.next_number(f"{channel.partner}/interchange")
    joined = parts.formats[channel.format].join(
        [letter.paper for letter in letters],
        set_id=set_id,
        profile=parts.profile(channel),
        interchange_number=interchange_number,
        group_number=tx.duties.next_number(f"{channel.partner}/group"),
        at=now,
    )
    # Named by its first duty: numbers start again after 999999999.
    transmission_id = stable("tra", channel.lane, "out", letters[0].duty.id)
    name = channel.outgoing_name(
        set_id=set_id, number=interchange_number, on=now.date(), order=letters[0].number
    )
    _keep_ours(tx, parts, channel, joined, transmission_id, name, now)
    tx.exchange.add_documents(_document_rows(channel, letters, joined, transmission_id, now, parts))
    tx.duties.done([letter.duty.id for letter in letters])


def _keep_ours(
    tx: Transaction,
    parts: Parts,
    channel: Channel,
    joined: Joined,
    transmission_id: str,
    name: str,
    now: datetime,
) -> None:
    size, sha = len(joined.body), sha256(joined.body).digest()
    kept = None if size <= IN_ROW else parts.store.archive.keep(io.BytesIO(joined.body))
    row = TransmissionRow(
        id=transmission_id,
        partner=channel.partner,
        channel=channel.name,
        direction=Direction.OUT,
        name=name,
        size=size,
        sha256=sha,
        delivery_key=transmission_id,
        state=TransmissionState.READY,
        at=now,
        object_name=kept.name if kept else None,
        seq=tx.duties.next_number(f"{channel.lane}/sent", ceiling=NEVER),
    )
    tx.exchange.add_transmission(row, body=joined.body if kept is None else None)
    tx.exchange.add_interchange(
        InterchangeRow(
            id=stable("int", transmission_id, "0"),
            transmission_id=transmission_id,
            partner=channel.partner,
            direction=Direction.OUT,
            sender="",
            receiver="",
            number=joined.interchange_number,
            usage="",
            sha256=sha,
            offset=0,
            length=size,
            counts=True,
        )
    )


def _document_rows(
    channel: Channel,
    letters: Sequence[Letter],
    joined: Joined,
    transmission_id: str,
    now: datetime,
    parts: Parts,
) -> list[DocumentRow]:
    set_id = letters[0].duty.set_id
    return [
        DocumentRow(
            id=stable("doc", transmission_id, str(ordinal)),
            transmission_id=transmission_id,
            interchange_id=stable("int", transmission_id, "0"),
            ordinal=ordinal,
            partner=channel.partner,
            channel=channel.name,
            direction=Direction.OUT,
            set_id=set_id,
            version="",
            function=joined.function,
            group_number=joined.group_number,
            number=place.number,
            offset=place.offset,
            length=place.length,
            syntax=joined.syntax,
            state=DocumentState.COMPOSED,
            problems=(),
            at=now,
            business_key=letter.business_key,
            order_number=letter.number,
            order_id=letter.order_id,
            fulfillment_id=letter.fulfillment_id,
            hashes=parts.hashes(channel, set_id),
        )
        for ordinal, (letter, place) in enumerate(zip(letters, joined.documents, strict=True))
    ]


# --- deliver -----------------------------------------------------------------------------------


def deliver(parts: Parts, channel: Channel, wire: Transport, lease: Lease) -> bool:
    """Put the lane's oldest composed transmission on the wire; False if none waits.

    Raises TransportError after pausing the lane. What the other side replies is received like any
    delivery; what it refuses for itself is put aside, and the lane goes on.
    """
    with parts.store.read() as tx:
        waiting = tx.exchange.waiting(
            partner=channel.partner,
            channel=channel.name,
            direction=Direction.OUT,
            state=TransmissionState.READY,
            limit=1,
        )
        if not waiting:
            return False
        row = waiting[0]
        try:
            with tx.exchange.body(row.id) as stream:
                body = stream.read()
        except (Damaged, Erased) as fault:
            trouble = str(fault)
        else:
            trouble = ""
    if trouble:
        parts.store.write(lambda tx: lost(tx, parts, row, trouble))
        return True
    parts.store.write(lambda tx: _attempt(tx, row, lease))
    if isinstance(wire, Worded):
        wire.accompany(words_with(parts, channel, row))
    try:
        reply = wire.put(row.name, io.BytesIO(body), size=row.size)
    except Refused as no:
        refusal = no
        parts.store.write(lambda tx: declined(tx, parts, channel, row, refusal))
        return True
    if reply is not None:
        _see_that_it_was_taken(parts, channel, reply)
        stream = io.BytesIO(reply.body)
        size, sha = digest(stream)
        answer = Delivery(
            name=f"reply to {row.name}",
            key=f"{REPLY}{row.id}",
            size=size,
            sha256=sha,
            stream=stream,
        )
        keep(parts, channel, answer)
    parts.store.write(lambda tx: _delivered(tx, parts, channel, row, lease))
    return True


def _see_that_it_was_taken(parts: Parts, channel: Channel, reply: Reply) -> None:
    """Raise TransportError for an answer by which the format says: later (cXML Status 5xx)."""
    postponed = getattr(parts.formats[channel.format], "postponed", None)
    why = postponed(reply.body, profile=channel.profile) if postponed is not None else ""
    if why:
        raise RefusedCall(f"{channel.partner} {why}; it will be tried again", reply=reply)


def _attempt(tx: Transaction, row: TransmissionRow, lease: Lease) -> None:
    tx.duties.hold(lease, seconds=LEASE_SECONDS)
    tx.exchange.count_attempt(row.id)


def _delivered(
    tx: Transaction, parts: Parts, channel: Channel, row: TransmissionRow, lease: Lease
) -> None:
    tx.duties.hold(lease, seconds=LEASE_SECONDS)
    now = parts.now()
    tx.exchange.move_transmission(row.id, then=TransmissionState.DELIVERED)
    # What is sent once more on request was delivered long ago.
    papers = tx.exchange.documents(transmission_id=row.id)
    first = [document for document in papers if document.delivered_at is None]
    again = () if first else (str(row.attempts + 1),)
    _record(tx, parts, channel, row, now, input_id=stable("inp", row.id, "delivered", *again))
    for document in first:
        tx.exchange.stamp(document.id, delivered_at=now)
        if document.order_id is not None and document.fulfillment_id is not None:
            _sent(tx, parts, channel, row, document, now)


def _record(
    tx: Transaction,
    parts: Parts,
    channel: Channel,
    row: TransmissionRow,
    now: datetime,
    *,
    input_id: str,
) -> None:
    tx.facts.record_input(
        input_id=input_id,
        kind="duty",
        at=now,
        who=channel.lane,
        subject=row.id,
        # The attempt was counted after the row was read.
        body={"name": row.name, "size": row.size, "attempt": row.attempts + 1},
        sealed=None,
        hashes={"page": parts.partners.get(channel.partner).digest, "code": parts.code},
    )


def _sent(
    tx: Transaction,
    parts: Parts,
    channel: Channel,
    row: TransmissionRow,
    document: DocumentRow,
    now: datetime,
) -> None:
    body = {
        "document": document.id,
        "fulfillment": document.fulfillment_id,
        "purchase_order": document.order_number,
    }
    names = Names(document.id + "/delivered")
    order = tx.orders.load(document.order_id or "")
    changes = is_change(parts, channel, document)
    kind = FactKind.CHANGE_SENT if changes else FactKind.PURCHASE_ORDER_SENT
    change = Change(
        order=order,
        facts=(Fact(kind=kind, body=body),),
        watches=awaited(parts, channel, document, order, now=now),
    )
    input_id = stable("inp", row.id, "delivered")
    note(tx, change, at=now, input_id=input_id, document_id=document.id, names=names)
    want_supplier_mails(tx, parts, channel, document, changes=changes, now=now)


def recovered(parts: Parts, channel: Channel) -> None:
    """Let a lane whose wire works again go on, and close what was told of it."""

    def work(tx: Transaction) -> None:
        tx.duties.resume(lane=channel.lane)
        tx.exceptions.clear(f"lane:{channel.lane}", at=parts.now(), by=channel.lane)

    parts.store.write(work)


def failed(parts: Parts, channel: Channel, fault: TransportError) -> None:
    """Pause a lane whose wire failed, ever longer, and tell once it lasts."""

    def work(tx: Transaction) -> None:
        now = parts.now()
        _, before = tx.duties.troubled().get(channel.lane, (None, 0))
        wait = pause_after(before)
        asked = timedelta(seconds=min(fault.retry_seconds, LONGEST_ASKED.total_seconds()))
        until = now + max(LONGEST_PAUSE if fault.permanent else wait, asked)
        tx.duties.pause(lane=channel.lane, until=until, reason=str(fault))
        if fault.permanent or before + 1 >= FAILURES_TOLD:
            names = at_moment(channel.lane, now)
            kept = _answer_kept(tx, parts, channel, fault, now)
            tx.exceptions.open(_silent(channel, fault, kept), at=now, names=names)

    parts.store.write(work)


def _answer_kept(
    tx: Transaction, parts: Parts, channel: Channel, fault: TransportError, now: datetime
) -> str:
    """Keep what a partner answered instead of a yes, the first of a lane and day; "" for nothing.

    A wire that fails for days answers again and again, and says little new.
    """
    if not isinstance(fault, RefusedCall) or not fault.reply.body:
        return ""
    name = f"answer of {now:%Y-%m-%d}"
    return keep_answer(tx, parts, channel, fault.reply, name=name, key=f"lane/{now:%Y-%m-%d}")


def _silent(channel: Channel, fault: TransportError, answer: str) -> Stuck:
    again = "when you have put it right" if fault.permanent else "or"
    return Stuck(
        hold=f"lane:{channel.lane}",
        kind="wire",
        partner=channel.partner,
        text=f"The wire to {channel.lane} fails: {fault}",
        next_step=f"It is tried again by itself; {again}: `hub lane resume {channel.lane}`."
        + (f" `hub doc show {answer}` shows what was answered." if answer else ""),
    )
